/** Finding a class by name: every spelling of what its record is called, in one way for every room. */
import type { Code } from "./codes.ts";
import { PlumbError } from "./errors.ts";
import { camelCase, didYouMean, inEverySpelling, type Named } from "./names.ts";

/** A class, and the record that says what it is called. */
export interface NamedClass {
  readonly record: Named;
}

/** What messages say of a room: `{ code: "PL4008", kind: "initializer", others: "a function from shape to tensor" }`. */
export interface Room {
  readonly code: Code;
  /** A member of the room, in the singular. */
  readonly kind: string;
  /** What its arguments take besides names. */
  readonly others: string;
}

/**
 * Looks names up among `classes`: class name, snake_case, camelCase, aliases.
 * Errors carry the room's code: for a name that is none (with the nearest one), and for a class given in place of what
 * it makes.
 */
export function lookupIn<C extends NamedClass>(
  { code, kind, others }: Room,
  classes: readonly C[],
): (asked: unknown) => C {
  const bySpelling = inEverySpelling(() => classes.map((of) => [of.record, of] as const));
  const article = /^[aeiou]/.test(kind) ? "An" : "A";
  return (asked) => {
    if (typeof asked === "function" && classes.includes(asked as never)) {
      const { name } = (asked as unknown as C).record;
      throw new PlumbError(code, {
        asked: `${article} ${kind} was given as the class ${name}`,
        why: `A class makes ${kind}s; it is not one`,
        fix: `Write new ${name}() or "${camelCase(name)}"`,
      });
    }
    const found = typeof asked === "string" ? bySpelling().get(asked) : undefined;
    if (found !== undefined) return found;
    throw new PlumbError(code, {
      asked: `${article} ${kind} ${JSON.stringify(asked) ?? String(asked)} was asked for`,
      why: `The ${kind}s are ${classes.map(({ record }) => record.name).join(", ")}`,
      fix: `${didYouMean(String(asked), bySpelling().keys())}Or give ${others}`,
    });
  };
}
