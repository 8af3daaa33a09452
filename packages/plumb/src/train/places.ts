/**
 * Several tensors as a model takes and gives them: one by itself, a list, or an object by name. Inside the house they are
 * lists, in the order of their names; what callers hand in and get back has the form that the model declares.
 */
import { PlumbError } from "../base/errors.ts";
import { didYouMean } from "../base/names.ts";
import { showValue } from "../base/parameters.ts";
import { Layer } from "../layers/index.ts";
import { leavesOf, Tensor, Variable } from "../tensor/index.ts";

/** One of a kind, a list of them, or several by name. */
export type Structure<T> = T | readonly T[] | Readonly<Record<string, T>>;

/** The tensors that a model takes, or gives: their names, and how they stand together. */
export interface Places {
  readonly names: readonly string[];
  readonly form: "one" | "list" | "named";
  /** Of places by name: the names in the order in which they were written. */
  readonly declared?: readonly string[];
}

/** An object with values by name: not an array, a tensor or `{ data, shape }`. */
export function isNamed(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return (prototype === Object.prototype || prototype === null) && !isFlatArray(value);
}

const isFlatArray = (value: object): boolean =>
  "data" in value && "shape" in value && ArrayBuffer.isView(value.data);

const isWhole = (value: unknown): boolean =>
  value instanceof Tensor ||
  value instanceof Variable ||
  value instanceof Layer ||
  (typeof value === "object" && value !== null && isFlatArray(value));

/** The places of a structure of tensors that was declared; names of those without one come from `nameOf`. */
export function declaredPlaces<T>(structure: Structure<T>, nameOf: (tensor: T) => string): Places {
  // In the order of the alphabet, as Keras walks through objects: the weights of a model hang on it.
  if (isNamed(structure)) {
    const declared = Object.keys(structure);
    return { names: declared.toSorted(), form: "named", declared };
  }
  const list = Array.isArray(structure) ? (structure as readonly T[]) : [structure as T];
  const names: string[] = [];
  for (const tensor of list) {
    const stem = nameOf(tensor);
    let name = stem;
    for (let n = 1; names.includes(name); n++) name = `${stem}_${n}`;
    names.push(name);
  }
  return { names, form: Array.isArray(structure) ? "list" : "one" };
}

/**
 * The places of data for a model that declares none. A list is one of several where its entries are tensors or
 * `{ data, shape }`; nested arrays are one tensor.
 */
export function givenPlaces(value: unknown, stem: string): Places {
  if (isNamed(value)) return { names: Object.keys(value), form: "named", declared: Object.keys(value) };
  if (Array.isArray(value) && value.length > 0 && value.every(isWhole))
    return { names: value.map((_, i) => `${stem}_${i + 1}`), form: "list" };
  return { names: [stem], form: "one" };
}

/** Values in the order of the places, put together in their form. */
export function arranged<T>({ names, form }: Places, values: readonly T[]): Structure<T> {
  if (form === "one") return values[0];
  return form === "list" ? values : Object.fromEntries(names.map((name, i) => [name, values[i]]));
}

/** What values for places are called, and what may be left out. */
export interface Wanted {
  /** As messages call them, in the plural: "the labels". */
  readonly what: string;
  /** What a place is: "output". */
  readonly place: string;
  /** Whether the place of that number may be left out, or null. */
  readonly optional?: (place: number) => boolean;
}

/**
 * What was given for each place, in order; undefined for what was left out and may be. For a single place it is the value
 * itself, or an object with its name.
 * Errors: PL4017 for another number than there are places, for names that are none, for those that are missing, and for a
 * list of which it is not clear in what order it is.
 */
export function valuesFor<T>(places: Places, given: unknown, wanted: Wanted): readonly (T | undefined)[] {
  const { names } = places;
  if (isNamed(given)) return namedValues(names, given, wanted) as (T | undefined)[];
  if (names.length === 1) {
    const only = Array.isArray(given) && given.length === 1 && isWhole(given[0]) ? given[0] : given;
    return [only as T];
  }
  const { what, place, optional } = wanted;
  const values = Array.isArray(given) ? (given as readonly unknown[]) : undefined;
  const missing = values?.findIndex((value, i) => isMissing(value) && optional?.(i) !== true) ?? -1;
  if (values?.length === names.length && missing < 0) {
    requireOneOrder("PL4017", places, `For ${what} came a list`);
    return values.map(orUndefined) as (T | undefined)[];
  }
  throw new PlumbError("PL4017", {
    asked: `The model has ${names.length} ${place}s: ${listed(names)}`,
    arrived:
      values === undefined
        ? `For ${what} came ${showGiven(given)}`
        : missing >= 0 && values.length === names.length
          ? `In ${what}, entry ${missing} (for ${JSON.stringify(names[missing])}) is ${String(values[missing])}`
          : `For ${what} came a list of ${values.length}`,
    why: `Each ${place} has ${what} of its own`,
    fix: `Give ${inOneOrder(places) ? `a list of ${names.length}, [${names.join(", ")}], or ` : ""}an object, ${asObject(names)}`,
  });
}

/** Whether names were written in the order of the alphabet, or have no other order than that of a list. */
function inOneOrder({ names, declared = [] }: Pick<Places, "names" | "declared">): boolean {
  const sorted = names.toSorted();
  return declared.every((name, i) => name === sorted[i]);
}

const asObject = (names: readonly string[]): string => `{ ${names.map((name) => `${name}: …`).join(", ")} }`;

/**
 * Errors unless a list can only be meant in one order: names that were written in another order than that of the alphabet,
 * which is Keras's for objects, leave two. `asked` says what came as a list.
 */
export function requireOneOrder(
  code: "PL4004" | "PL4017",
  { names, declared = [] }: Pick<Places, "names" | "declared">,
  asked: string,
): void {
  if (inOneOrder({ names, declared })) return;
  throw new PlumbError(code, {
    asked,
    arrived: `The model declares by name ${listed(declared)}`,
    why: `Of a list it is not clear whether it is in that order, or in that of the alphabet, which Keras takes: ${listed(names.toSorted())}`,
    fix: `Give an object, ${asObject(declared)}`,
  });
}

function namedValues(
  names: readonly string[],
  given: Readonly<Record<string, unknown>>,
  { what, place, optional }: Wanted,
): unknown[] {
  const strange = Object.keys(given).find((name) => !names.includes(name));
  const missing = names.find((name, i) => isMissing(given[name]) && optional?.(i) !== true);
  if (strange === undefined && missing === undefined) return names.map((name) => orUndefined(given[name]));
  throw new PlumbError("PL4017", {
    asked: `The model has the ${place}${names.length === 1 ? "" : "s"} ${listed(names)}`,
    arrived:
      strange === undefined
        ? `In ${what}, ${JSON.stringify(missing)} is missing`
        : `In ${what} there is ${JSON.stringify(strange)}`,
    why: `Values by name go to the ${place} of that name`,
    fix:
      strange === undefined
        ? `Give ${missing}: … with the others`
        : `${didYouMean(strange, names)}Name each ${place}, and nothing else`,
  });
}

const isMissing = (value: unknown): boolean => value === undefined || value === null;
const orUndefined = (value: unknown): unknown => value ?? undefined;

/** Names as a sentence has them: `"a", "b"`. */
export const listed = (names: readonly string[]): string =>
  names.map((name) => JSON.stringify(name)).join(", ");

const showGiven = (given: unknown): string =>
  given instanceof Tensor
    ? "one tensor"
    : isWhole(given) || ArrayBuffer.isView(given)
      ? "one array"
      : showValue(given);

/** The tensors of a structure for places, in order. Errors: PL4017 as `valuesFor`, and for what is no tensor. */
export function tensorsFor(places: Places, given: unknown, wanted: Wanted): readonly Tensor[] {
  const values = valuesFor<Tensor>(places, given, wanted);
  if (values.every((value) => value instanceof Tensor)) return values as readonly Tensor[];
  throw new PlumbError("PL4017", {
    asked: `The model has the ${wanted.place}${places.names.length === 1 ? "" : "s"} ${listed(places.names)}`,
    arrived: `Among ${wanted.what} is ${showValue(leavesOf(given).find((value) => !(value instanceof Tensor)))}`,
    why: "Each of them is a tensor",
    fix: "Give what the model gives, or what you computed from it",
  });
}
