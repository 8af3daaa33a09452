/** Labels and predictions for any loss, drawn from what its contract states. */
import { labelRange, predictionRange, type LabelForm } from "../../src/base/contract.ts";
import { allLosses, lossClasses, type Loss, type LossOptions } from "../../src/losses/index.ts";
import { tensor, type Tensor } from "../../src/tensor/index.ts";

export type Options = LossOptions & Record<string, unknown>;
type LossClass = new (options?: Options) => Loss<any>;

/** Every loss's class by its record's name. */
export const classes = new Map(
  Object.values(lossClasses).map((Class) => [Class.record.name, Class as unknown as LossClass]),
);

/** A loss in one of its readings: of probabilities or amounts, or of logits. */
export interface Reading {
  readonly title: string;
  readonly make: (options?: Options) => Loss<any>;
  readonly logits: boolean;
}

/** Every loss in each of its readings. Where rows are summed over the whole batch unless told, they are told. */
export const readings: readonly Reading[] = allLosses.flatMap(({ name, contract, parameters }): Reading[] => {
  const choice = contract.supportsLogits && contract.logitsOnly !== true;
  const wholeBatch = "axis" in parameters && parameters.axis.default === undefined;
  const of = (logits: boolean): Reading => ({
    title: `${name}${choice ? (logits ? " of logits" : " of probabilities") : ""}`,
    make: (options = {}) =>
      new (classes.get(name) as LossClass)({
        ...(choice ? { fromLogits: logits } : {}),
        ...(wholeBatch ? { axis: -1 } : {}),
        ...options,
      }),
    logits,
  });
  return choice ? [of(false), of(true)] : [of(contract.logitsOnly === true)];
});

/** Extents of the drawn data. A sequence of up to `length` classes is spread over `steps` rows of logits. */
export const extents = { rows: 6, width: 4, length: 2, steps: 5 } as const;
const { width, length, steps } = extents;

/** One row of labels or predictions; rows of rows where there is an axis of time. */
export type Row = readonly number[] | readonly (readonly number[])[];

/** A fixed sequence of numbers in (−1, 1) that looks random, and one in (0, 1). */
const noise = (i: number): number => (Math.sin(i * 12.9898 + 4.1414) * 43758.5453) % 1;
const share = (i: number): number => Math.abs(noise(i));

const each = <T>(count: number, of: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => of(i));

/** Applies a function to every number of a row. */
export const mapRow = (row: Row, of: (value: number, i: number) => number): Row =>
  typeof row[0] === "number"
    ? (row as readonly number[]).map(of)
    : (row as readonly (readonly number[])[]).map((inner, t) =>
        inner.map((value, k) => of(value, t * width + k)),
      );

/** Rows of labels in the form that the contract names. */
export function labelsFor({ contract }: Loss<any>, count: number = extents.rows): Row[] {
  const [low] = labelRange(contract);
  const suits = contract.suits?.[0] ?? -Infinity;
  const formed: Readonly<Record<LabelForm, (row: number) => Row>> = {
    classIndex: (row) => [(row * 3 + 1) % width],
    group: (row) => [row % 2],
    sequence: (row) => each(length, (k) => (k <= row % 3 ? 1 + ((row + k) % (width - 1)) : 0)),
    oneHot: (row) => each(width, (k) => (k === (row * 3 + 1) % width ? 1 : 0)),
    binary: (row) => each(width, (k) => (share(row * 7 + k) > 0.5 ? 1 : 0)),
    sign: (row) => each(width, (k) => (share(row * 7 + k) > 0.5 ? 1 : -1)),
    real: (row) =>
      each(width, (k) => {
        const value = 3 * noise(row * 11 + k);
        return Math.max(low, suits) >= 0 ? Math.abs(value) + 0.1 : value;
      }),
  };
  return each(count, formed[contract.labels]);
}

/** Rows of predictions in the range that the contract names, probabilities with sum 1 where they are rows. */
export function predictionsFor(loss: Loss<any>, count: number = extents.rows): Row[] {
  const { contract, fromLogits = false } = loss;
  const [low, high] = predictionRange(contract, fromLogits);
  const value = (i: number): number => {
    if (Number.isFinite(high - low)) return low + (high - low) * (0.05 + 0.9 * share(i + 100));
    return Number.isFinite(low) ? low + 0.1 + 4 * share(i + 100) : 4 * noise(i + 100);
  };
  if (contract.labels === "sequence")
    return each(count, (row) => each(steps, (t) => each(width, (k) => value((row * steps + t) * 5 + k))));
  const outputs = width * (loss.record.outputsPerLabel?.(loss.parameters) ?? 1);
  return each(count, (row) => {
    const values = each(outputs, (k) => value(row * 5 + k));
    if (contract.predictions !== "distribution" || fromLogits) return values;
    const sum = values.reduce((a, b) => a + b);
    return values.map((one) => one / sum);
  });
}

/** Labels as the loss takes them: those that are one number per row without an axis for it. */
export const labelTensor = ({ contract }: Loss<any>, rows: readonly Row[]): Tensor =>
  contract.labels === "classIndex" || contract.labels === "group"
    ? tensor(rows.map((row) => row[0]) as number[])
    : tensor(rows as number[][]);
