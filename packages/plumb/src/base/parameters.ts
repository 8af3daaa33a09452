/**
 * Parameters of a record (a loss, a metric, an initializer): each with its default, a sentence, and the values it takes.
 * Constructors, type completion, docs tables and the "every parameter moves the result" test read the same declaration.
 */
import type { Code } from "./codes.ts";
import { PlumbError } from "./errors.ts";
import { didYouMean, snakeCase, type CamelCase } from "./names.ts";

/**
 * One parameter: what it is when left out, what it means, and which values it takes, as a test and in words. `Given` is
 * what callers may write for a `T`.
 */
export interface Parameter<T, Given = T> {
  readonly default: T;
  readonly doc: string;
  readonly accepts: (value: unknown) => boolean;
  /** The `T` that an accepted value stands for; the value itself unless told. */
  readonly read?: (value: Given) => T;
  /** Completes the sentence "`name` must be …". */
  readonly words: string;
}

// A record's parameters are of many types; `any` lets each keep its own (a function type would not be covariant).
export type Parameters = Readonly<Record<string, Parameter<any, any>>>;

/** The values of a set of parameters, all present. */
export type ValuesOf<P extends Parameters> = { readonly [K in keyof P]: P[K]["default"] };
/** What a constructor takes for a set of parameters: any of them. */
export type GivenOf<P extends Parameters> = {
  readonly [K in keyof P]?: P[K] extends Parameter<any, infer Given> ? Given : never;
};

interface Bounds {
  readonly min?: number;
  readonly max?: number;
  /** Excluded lower bound. */
  readonly above?: number;
}

function boundsInWords({ min, max, above }: Bounds): string {
  if (min !== undefined && max !== undefined) return ` from ${min} to ${max}`;
  const parts = [
    min === undefined ? "" : ` of at least ${min}`,
    above === undefined ? "" : ` above ${above}`,
    max === undefined ? "" : ` of at most ${max}`,
  ];
  return parts.join("");
}

const within = (value: number, { min = -Infinity, max = Infinity, above }: Bounds): boolean =>
  value >= min && value <= max && (above === undefined || value > above);

/** A finite number, within bounds where they are given. */
export const real = (initial: number, doc: string, bounds: Bounds = {}): Parameter<number> => ({
  default: initial,
  doc,
  accepts: (value) => typeof value === "number" && Number.isFinite(value) && within(value, bounds),
  words: `a number${boundsInWords(bounds)}`,
});

/** A whole number, within bounds where they are given. */
export const integer = (initial: number, doc: string, bounds: Bounds = {}): Parameter<number> => ({
  default: initial,
  doc,
  accepts: (value) => typeof value === "number" && Number.isSafeInteger(value) && within(value, bounds),
  words: `a whole number${boundsInWords(bounds)}`,
});

/** True or false. */
export const flag = (initial: boolean, doc: string): Parameter<boolean> => ({
  default: initial,
  doc,
  accepts: (value) => typeof value === "boolean",
  words: "true or false",
});

/** One of a list of words, Keras's, in snake_case or camelCase; null where it is among them. */
export const oneOf = <const T extends string | null>(
  values: readonly T[],
  initial: T,
  doc: string,
): Parameter<T, T | CamelCase<T & string>> => ({
  default: initial,
  doc,
  accepts: (value) =>
    (values as readonly unknown[]).includes(typeof value === "string" ? snakeCase(value) : value),
  read: (value) => (typeof value === "string" ? snakeCase(value) : value) as T,
  words: `one of ${values.map((value) => JSON.stringify(value)).join(", ")}`,
});

/** A number, or a list of them (at least one). */
export const realOrList = (
  doc: string,
  bounds: Bounds = {},
): Parameter<number | readonly number[] | undefined> => {
  const one = real(0, doc, bounds);
  return {
    default: undefined,
    doc,
    accepts: (value) =>
      value === undefined ||
      (Array.isArray(value)
        ? value.length > 0 && value.every((item) => one.accepts(item))
        : one.accepts(value)),
    words: `${one.words}, or a list of such`,
  };
};

/** What others check when they use it: a name to look up, an instance, data. Null is what it is when left out. */
export const unchecked = <T>(initial: T, doc: string): Parameter<T, any> => ({
  default: initial,
  doc,
  accepts: () => true,
  read: (value: T | null) => value ?? initial,
  words: "one of its kind",
});

/** A text. */
export const text = (initial: string, doc: string): Parameter<string> => ({
  default: initial,
  doc,
  accepts: (value) => typeof value === "string",
  words: "a text",
});

/** A function. */
export const callable = <F extends (...args: never[]) => unknown>(
  initial: F | undefined,
  doc: string,
): Parameter<F | undefined> => ({
  default: initial,
  doc,
  accepts: (value) => value === undefined || typeof value === "function",
  words: "a function",
});

/** The same parameter, which may also be left out, or null; then it is undefined, which is not the same as any value. */
export const optional = <T, G>(
  parameter: Parameter<T, G>,
): Parameter<T | undefined, G | null | undefined> => ({
  ...parameter,
  default: undefined,
  accepts: (value) => value === undefined || value === null || parameter.accepts(value),
  read: (value) =>
    value === undefined || value === null
      ? undefined
      : parameter.read
        ? parameter.read(value)
        : (value as unknown as T),
});

/** The same parameter, which must be given: there is no value that would do for most. */
export const required = <T, G>(parameter: Parameter<T, G>): Parameter<T, G> => ({
  ...parameter,
  default: undefined as T,
  accepts: (value) => value !== undefined && parameter.accepts(value),
});

/** A list (at least one) of what a parameter takes. */
export const listOf = <T>({ doc, accepts, words }: Parameter<T>): Parameter<readonly T[]> => ({
  default: [],
  doc,
  accepts: (value) => Array.isArray(value) && value.length > 0 && value.every((item) => accepts(item)),
  words: `a list, each ${words}`,
});

/** A value as a message shows it: JSON where it is short, otherwise what kind of thing it is. */
export function showValue(value: unknown): string {
  if (typeof value === "function") return value.name === "" ? "a function" : `the function ${value.name}`;
  if (typeof value !== "object" || value === null)
    return typeof value === "string" ? JSON.stringify(value) : String(value);
  const { name } = (Object.getPrototypeOf(value) as object | null)?.constructor ?? Object;
  if (value instanceof RegExp) return String(value);
  if (name !== "Object" && name !== "Array") return `an object of the class ${name}`;
  let json: string;
  try {
    json = JSON.stringify(value);
  } catch {
    json = "";
  }
  if (json !== "" && json.length <= 80) return json;
  return Array.isArray(value)
    ? `a list of ${value.length}`
    : `an object with ${Object.keys(value).join(", ")}`;
}

/** Errors when what stands in the place of named options is no object of them, such as `new Adam(0.1)`. */
export function requireNamed(code: Code, owner: string, parameters: Parameters, given: unknown): void {
  const plain = typeof given === "object" && given !== null && !Array.isArray(given);
  if (plain && !ArrayBuffer.isView(given)) return;
  const known = Object.keys(parameters);
  const meant =
    given === undefined || given === null ? undefined : known.find((name) => parameters[name].accepts(given));
  throw new PlumbError(code, {
    asked: `${owner} was given ${showValue(given)} in the place of its options`,
    why: known.length === 0 ? "Options have names" : `They have names: ${known.join(", ")}`,
    fix:
      meant === undefined
        ? "Give an object of them, { name: value }"
        : `Write { ${meant}: ${showValue(given)} }`,
  });
}

/**
 * The values of `parameters`, from what was given and the defaults. Errors carry `code`: what is no object of named values,
 * an unknown name (with the nearest known one), a value that is not accepted, or one that is missing and has no default.
 */
export function resolve<P extends Parameters>(
  code: Code,
  owner: string,
  parameters: P,
  options: object,
): ValuesOf<P> {
  requireNamed(code, owner, parameters, options);
  const given = options as Readonly<Record<string, unknown>>;
  for (const [name, value] of Object.entries(given)) {
    const parameter = parameters[name];
    const known = Object.keys(parameters);
    if (parameter === undefined)
      throw new PlumbError(code, {
        asked: `${owner} was given the parameter "${name}"`,
        why: known.length === 0 ? "It has no parameters" : `Its parameters are ${known.join(", ")}`,
        fix: `${didYouMean(name, known)}Otherwise leave it out`,
      });
    if (value !== undefined && !parameter.accepts(value))
      throw new PlumbError(code, {
        asked: `${owner} was given ${name}: ${showValue(value)}`,
        why: `${name} must be ${parameter.words}`,
        fix: `Give ${parameter.words}, or leave it out for ${JSON.stringify(parameter.default) ?? "none"}`,
      });
  }
  for (const [name, parameter] of Object.entries(parameters)) {
    if (given[name] !== undefined || parameter.default !== undefined || parameter.accepts(undefined))
      continue;
    throw new PlumbError(code, {
      asked: `${owner} was made without ${name}`,
      why: `${name} says: ${parameter.doc.toLowerCase()}. No value of it would do for most`,
      fix: `Give ${name}: ${parameter.words}`,
    });
  }
  const values = Object.entries(parameters).map(([name, parameter]) => [
    name,
    given[name] === undefined
      ? parameter.default
      : parameter.read
        ? parameter.read(given[name])
        : given[name],
  ]);
  return Object.fromEntries(values) as ValuesOf<P>;
}

/** Errors when what goes with a call is no object, or has a name that the call does not know, such as `sampleWeights`. */
export function requireKnown(code: Code, owner: string, known: readonly string[], given: object): void {
  requireNamed(code, owner, {}, given);
  const strange = Object.keys(given).find((name) => !known.includes(name));
  if (strange === undefined) return;
  throw new PlumbError(code, {
    asked: `${owner} was given ${strange} with a call`,
    why: `What goes with a call has the names ${known.join(", ")}`,
    fix: `${didYouMean(strange, known)}Otherwise leave it out`,
  });
}
