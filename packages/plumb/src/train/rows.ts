/** Rows as the steps of a model take them: inputs, the labels of each output, and how much each row counts for it. */
import { checkSameRows, checkSomeRows, checkWeights, rowsOf, type RowsLike } from "../data/index.ts";
import type { Shape } from "../base/shape.ts";
import type { DType } from "../base/dtype.ts";
import { leavesOf, replaceLeaves, type Tensor } from "../tensor/index.ts";
import type { Labels } from "./criterion.ts";
import { arranged, givenPlaces, isNamed, valuesFor, type Places, type Structure } from "./places.ts";

/** What callers hand in as rows: one input (or output), a list of several, or several by name. */
export type RowsData = Structure<RowsLike>;
/** How much rows count: one for all outputs, or one for each; null for an output whose rows all count 1. */
export type RowWeights = Structure<RowsLike | null>;

/** Inputs in the form that the model takes; labels and weights by output, undefined where there are none. */
export interface Rows<T> {
  readonly x: Structure<T>;
  readonly y: readonly (T | undefined)[];
  readonly sampleWeight: readonly (T | undefined)[];
}

/** A model as rows for it are read. */
export interface Taker {
  /** Unset: it takes what it is given. */
  readonly inputPlaces?: Places;
  /** Unset: not known before it has met data. */
  readonly outputPlaces?: Places;
  /** Whether an output wants labels. */
  wantsLabels(output: number): boolean;
}

/**
 * The inputs as tensors of rows, checked to belong together.
 * Errors: PL4017 for other inputs than the model has, PL4005 for inputs of different rows, PL3004 when there are none,
 * PL1009 for what is no data.
 */
export function inputsOf({ inputPlaces }: Taker, x: unknown): Structure<Tensor> {
  const places = inputPlaces ?? givenPlaces(x, "input");
  const values = valuesFor<RowsLike>(places, x, { what: "x", place: "input" });
  const several = values.length > 1;
  const tensors = values.map((value, i) =>
    rowsOf(value as RowsLike, several ? `x (${places.names[i]})` : "x"),
  );
  checkSomeRows(tensors[0]);
  tensors
    .slice(1)
    .forEach((tensor, i) =>
      checkSameRows(
        tensors[0],
        tensor,
        `the data of the input "${places.names[i + 1]}"`,
        `the input "${places.names[0]}"`,
      ),
    );
  return arranged(places, tensors);
}

/**
 * Rows for a model, its outputs known or not: labels for outputs that are not known yet are in the order in which they
 * were given (see `Labelled`).
 * Errors: as `inputsOf`, for labels and weights too; PL2016 for a weight that is negative or not finite.
 */
export function rowsFor(
  taker: Taker,
  x: unknown,
  y: unknown,
  sampleWeight?: unknown,
): Rows<Tensor> & { readonly places: Places } {
  const inputs = inputsOf(taker, x);
  const [first] = leavesOf(inputs) as Tensor[];
  const places = taker.outputPlaces ?? givenPlaces(y, "output");
  const known = taker.outputPlaces !== undefined;
  const several = places.names.length > 1;
  const belonging = (value: unknown, what: string, place: number): Tensor => {
    const name = several ? `${what} of "${places.names[place]}"` : what;
    const part = rowsOf(value as RowsLike, name);
    checkSameRows(first, part, name);
    return part;
  };
  const optional = (place: number): boolean => known && several && !taker.wantsLabels(place);
  const labels = valuesFor(places, y, { what: "the labels", place: "output", optional }).map((value, i) =>
    value === undefined && optional(i) ? undefined : belonging(value, "the labels", i),
  );
  const weights = weightsFor(places, sampleWeight).map((value, i) => {
    if (value === undefined || value === null) return undefined;
    const part = belonging(value, "the sample weights", i);
    checkWeights(part);
    return part;
  });
  return { x: inputs, y: labels, sampleWeight: weights, places };
}

/** How much rows count for each output: what was given for each, or one for all. */
function weightsFor(places: Places, given: unknown): readonly unknown[] {
  if (given === undefined || given === null) return places.names.map(() => undefined);
  const isList =
    Array.isArray(given) &&
    given.length === places.names.length &&
    given.every((one) => typeof one === "object" || one === undefined);
  return places.names.length > 1 && !isList && !isNamed(given)
    ? places.names.map(() => given)
    : valuesFor(places, given, { what: "the sample weights", place: "output", optional: () => true });
}

/** The same with another value in the place of each. */
export function mapRows<T, R>(rows: Rows<T>, change: (value: T) => R): Rows<R> {
  const of = (value: unknown): unknown => (value === undefined ? undefined : change(value as T));
  const { x, y, sampleWeight } = rows;
  return replaceLeaves({ x, y, sampleWeight }, of) as Rows<R>;
}

/** All values that rows consist of, in an order that is always the same. */
export const valuesIn = <T>({ x, y, sampleWeight }: Rows<T>): readonly T[] =>
  leavesOf([x, y, sampleWeight]).filter((value) => value !== undefined) as T[];

/** Labels for who checks them. */
export const labelsOf = ({
  y,
  sampleWeight,
}: Rows<{ dataSync(): Labels["values"]; readonly shape: Shape }>): readonly (Labels | undefined)[] =>
  y.map((labels, i) => {
    if (labels === undefined) return undefined;
    const weights = sampleWeight[i];
    return {
      values: labels.dataSync(),
      shape: labels.shape,
      ...(weights === undefined ? {} : { weights: weights.dataSync() }),
    };
  });

/** Shapes and dtypes of inputs. */
export const specsOf = (
  x: Structure<{ readonly shape: Shape; readonly dtype: DType }>,
): readonly {
  readonly shape: Shape;
  readonly dtype: DType;
}[] => (leavesOf(x) as { shape: Shape; dtype: DType }[]).map(({ shape, dtype }) => ({ shape, dtype }));

/**
 * Rows whose labels were given before the outputs of the model were known, with those of each output in its place.
 * Errors: PL4017 where there are other labels than outputs.
 */
export function settled<T>(rows: Rows<T>, given: Places, taker: Taker): Rows<T> {
  const { outputPlaces } = taker;
  if (outputPlaces === undefined || outputPlaces === given) return rows;
  const inPlace = (values: readonly (T | undefined)[], what: string, optional: (place: number) => boolean) =>
    valuesFor<T>(outputPlaces, given.form === "one" ? values[0] : arranged(given, values), {
      what,
      place: "output",
      optional,
    });
  const y = inPlace(rows.y, "the labels", (place) => !taker.wantsLabels(place));
  const weighted = rows.sampleWeight.some((weight) => weight !== undefined);
  const sampleWeight = weighted
    ? inPlace(rows.sampleWeight, "the sample weights", () => true)
    : y.map(() => undefined);
  return { x: rows.x, y, sampleWeight };
}
