/** The constraints by name. A new one is a record in its file and a line in the list. */
import { lookupIn } from "../base/lookup.ts";
import type { SnakeCase } from "../base/names.ts";
import type { Tensor } from "../tensor/index.ts";
import { Constraint } from "./constraint.ts";
import { NonNeg } from "./non-neg.ts";
import { MaxNorm, MinMaxNorm, UnitNorm } from "./norms.ts";

export { Constraint, type ConstraintRecord } from "./constraint.ts";
export { MaxNorm, MinMaxNorm, NonNeg, UnitNorm };

/** Every constraint's class by its name. */
export const constraintClasses = { MaxNorm, MinMaxNorm, NonNeg, UnitNorm } as const;

type ClassName = keyof typeof constraintClasses;
/** The names that complete: class names, camelCase, snake_case. */
export type ConstraintName = ClassName | Uncapitalize<ClassName> | SnakeCase<Uncapitalize<ClassName>>;

/** Anything that gives an allowed weight for a weight. */
export interface ConstraintCall {
  readonly name: string;
  call(w: Tensor): Tensor;
}

/** What a constraint argument takes: a name, an instance, or a function from tensor to tensor; null for none. */
export type ConstraintLike = ConstraintName | ConstraintCall | ((w: Tensor) => Tensor) | null;

const named = lookupIn(
  { code: "PL4013", kind: "constraint", others: "a function from tensor to tensor" },
  Object.values(constraintClasses),
);

function get(like: ConstraintLike | undefined): ConstraintCall | undefined {
  if (like === undefined || like === null) return undefined;
  if (typeof like === "object") return like;
  if (typeof like === "function" && !(like.prototype instanceof Constraint))
    return { name: like.name || "custom", call: like };
  return new (named(like) as new () => Constraint)();
}

/** Constraints by name: `constraints.get("nonNeg")`, made with its defaults. Errors: PL4013 for a name that is none. */
export const constraints = { get };
