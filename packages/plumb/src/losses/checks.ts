/**
 * The value checks that follow from a contract: labels outside their form, predictions outside their range. Each exists
 * as a sentence about arrays on the host, and, for what is only known when a program runs, as a condition in tensors
 * that calls for that sentence when it fails.
 */
import { labelRange, predictionRange, type Contract, type Range } from "../base/contract.ts";
import type { HostArray } from "../base/dtype.ts";
import { PlumbError } from "../base/errors.ts";
import { sizeOf, stridesOf, type Shape } from "../base/shape.ts";
import { checked, type Tensor } from "../tensor/index.ts";

/** What a check needs to know of the loss that makes it. */
export interface CheckContext {
  /** The loss's name, for messages. */
  readonly who: string;
  readonly contract: Contract;
  readonly fromLogits: boolean;
  readonly axis: number;
  readonly ignoreClass?: number;
}

/** A softmax may round its largest probability above 1, and a hand-written row may sum to 0.999. */
const rangeTolerance = 1e-6;
const sumTolerance = 1e-3;

const show = (value: number): string => String(Number(value.toPrecision(6)));

/** `[2, 0]`, the place of a flat index. */
function place(index: number, shape: Shape): string {
  const strides = stridesOf(shape);
  return `[${shape.map((extent, axis) => Math.floor(index / strides[axis]) % extent).join(", ")}]`;
}

/** Which row (of the shape without `axis`) each flat index belongs to. */
function rowOf(shape: Shape, axis: number): (index: number) => number {
  const at = axis < 0 ? axis + shape.length : axis;
  if (shape.length === 0) return () => 0;
  const inner = sizeOf(shape.slice(at + 1));
  const block = inner * shape[at];
  return (index) => Math.floor(index / block) * inner + (index % inner);
}

/** The elements that fail a test: how many, the first, and the range of all that count. */
interface Census {
  readonly bad: number;
  readonly first: number;
  readonly count: number;
  readonly low: number;
  readonly high: number;
}

function census(
  values: HostArray,
  counts: (index: number) => boolean,
  isBad: (value: number) => boolean,
): Census {
  let [bad, first, count, low, high] = [0, -1, 0, Infinity, -Infinity];
  for (let i = 0; i < values.length; i++) {
    if (!counts(i)) continue;
    const value = values[i];
    count++;
    if (value < low) low = value;
    if (value > high) high = value;
    if (isBad(value)) {
      if (bad === 0) first = i;
      bad++;
    }
  }
  return { bad, first, count, low, high };
}

const outside =
  ([low, high]: Range) =>
  (value: number): boolean =>
    value < low - rangeTolerance || value > high + rangeTolerance;

const showRange = ([low, high]: Range): string =>
  high === Infinity
    ? `${show(low)} or more`
    : low === -Infinity
      ? `${show(high)} or less`
      : `[${low}, ${high}]`;

/**
 * What is wrong with predictions, if anything. `present` says for each row whether it counts.
 * NaN is let through: it makes the loss NaN, which is a finding of its own.
 */
export function predictionError(
  { who, contract, fromLogits, axis }: CheckContext,
  values: HostArray,
  shape: Shape,
  present?: ArrayLike<number>,
): PlumbError | undefined {
  const range = predictionRange(contract, fromLogits);
  const row = rowOf(shape, axis);
  const counts = present === undefined ? () => true : (i: number) => present[row(i)] !== 0;
  const { bad, first, count, low, high } = census(values, counts, outside(range));
  if (bad === 0) return undefined;
  const value = show(values[first]);
  const probabilities = contract.predictions === "probability" || contract.predictions === "distribution";
  return new PlumbError("PL2001", {
    asked: `${who} takes ${probabilities ? "probabilities" : "predictions"} in ${showRange(range)}${contract.supportsLogits ? " (fromLogits: false)" : ""}`,
    arrived: `The first prediction outside is ${value} at ${place(first, shape)}; ${bad} of ${count} lie outside; the range seen is ${show(low)} … ${show(high)}`,
    why: probabilities
      ? "These look like logits, the raw sums before a sigmoid or softmax; clipped to [0, 1] they would give a loss that says nothing"
      : `${who} is not defined there`,
    fix: contract.supportsLogits
      ? `Write new ${who}({ fromLogits: true }), or end the model with ${contract.predictions === "probability" ? "a sigmoid" : "a softmax"}; validate: false clips as Keras does`
      : "Choose a last activation that stays in the range; validate: false computes anyway",
  });
}

/**
 * What is wrong with labels, if anything. `shape` is theirs, `classes` the extent of the predictions along the class
 * axis, `present` says for each row whether it counts.
 */
export function labelError(
  context: CheckContext,
  values: HostArray,
  shape: Shape,
  classes: number | undefined,
  present?: ArrayLike<number>,
): PlumbError | undefined {
  const { who, contract, axis, ignoreClass } = context;
  const perElement = contract.labels === "classIndex" || present?.length === values.length;
  const row = perElement ? (i: number) => i : rowOf(shape, axis);
  const counts = (i: number): boolean =>
    (present === undefined || present[row(i)] !== 0) &&
    (contract.labels !== "classIndex" || ignoreClass === undefined || values[i] !== ignoreClass);

  const infinite = census(values, counts, (value) => !Number.isFinite(value));
  if (infinite.bad > 0)
    return new PlumbError("PL2012", {
      asked: `${who} was given labels to learn from`,
      arrived: `The label at ${place(infinite.first, shape)} is ${values[infinite.first]}; ${infinite.bad} of ${infinite.count} are not finite`,
      why: "One such label makes the loss and every weight NaN",
      fix: "Remove these rows, fill them in, or give them sampleWeight 0",
    });
  switch (contract.labels) {
    case "classIndex":
      return indexError(context, values, shape, classes, counts);
    case "oneHot":
      return rangeError(context, values, shape, counts) ?? rowSumError(context, values, shape, counts);
    case "binary":
    case "real":
      return rangeError(context, values, shape, counts);
  }
}

type Counts = (index: number) => boolean;

function indexError(
  { who }: CheckContext,
  values: HostArray,
  shape: Shape,
  classes: number | undefined,
  counts: Counts,
): PlumbError | undefined {
  const last = classes === undefined ? Infinity : classes - 1;
  const isBad = (value: number): boolean => value < 0 || value > last || !Number.isInteger(value);
  const { bad, first, count, low, high } = census(values, counts, isBad);
  if (bad === 0) return undefined;
  const upTo = classes === undefined ? "0, 1, 2 …" : `0 … ${last}`;
  const oneBased = low === 1 && high === classes;
  return new PlumbError("PL2003", {
    asked: `${who} takes class indices ${upTo}${classes === undefined ? "" : `, one for each of the ${classes} outputs`}`,
    arrived: `The first label that is none is ${show(values[first])} at ${place(first, shape)}; ${bad} of ${count} are none; the range seen is ${show(low)} … ${show(high)}`,
    why: oneBased
      ? "They look counted from 1: every class would be taken for its neighbour, and the last for none"
      : "Such a label names no output; scored all the same, it gives NaN, 0 or plausible nonsense",
    fix: oneBased
      ? `Subtract 1 from the labels, or give the last layer ${classes + 1} units`
      : low < 0 && high <= last
        ? `If ${show(low)} marks rows to leave out, write new ${who}({ ignoreClass: ${show(low)} })`
        : `Number the classes from 0, or give the last layer ${Math.max(Math.floor(high) + 1, 1)} units`,
  });
}

function rangeError(
  { who, contract }: CheckContext,
  values: HostArray,
  shape: Shape,
  counts: Counts,
): PlumbError | undefined {
  const range = labelRange(contract);
  const { bad, first, count, low, high } = census(values, counts, outside(range));
  if (bad === 0) return undefined;
  const zeroOne = contract.labels === "binary" || contract.labels === "oneHot";
  const signs = zeroOne && low === -1 && high === 1;
  return new PlumbError("PL2004", {
    asked: `${who} takes labels ${zeroOne ? "that are 0 or 1, or a share in between" : `in ${showRange(range)}`}`,
    arrived: `The first label outside is ${show(values[first])} at ${place(first, shape)}; ${bad} of ${count} lie outside; the range seen is ${show(low)} … ${show(high)}`,
    why: signs
      ? "They look like −1 and 1: the formula still gives a number, which falls below 0 and means nothing"
      : "The formula still gives a number there, but it is the distance to nothing that a prediction can reach",
    fix: signs
      ? "Write (y + 1) / 2 for the labels"
      : zeroOne
        ? "Scale the labels to [0, 1]; class indices belong to SparseCategoricalCrossentropy, amounts to MeanSquaredError"
        : "Bring the labels into the range; validate: false computes anyway",
  });
}

function rowSumError(
  { who, axis }: CheckContext,
  values: HostArray,
  shape: Shape,
  counts: Counts,
): PlumbError | undefined {
  const row = rowOf(shape, axis);
  const sums = new Map<number, { sum: number; first: number }>();
  for (let i = 0; i < values.length; i++) {
    if (!counts(i)) continue;
    const entry = sums.get(row(i));
    if (entry === undefined) sums.set(row(i), { sum: values[i], first: i });
    else entry.sum += values[i];
  }
  const bad = [...sums.values()].filter(({ sum }) => Math.abs(sum - 1) > sumTolerance);
  if (bad.length === 0) return undefined;
  const [{ sum, first }] = bad;
  const at = shape.length > 1 ? `row ${place(first, shape)}` : "the row";
  return new PlumbError("PL2005", {
    asked: `${who} takes one-hot rows, or soft rows, that sum to 1`,
    arrived: `${at} of the labels sums to ${show(sum)}; so ${bad.length} of ${sums.size} rows do not sum to 1`,
    why: "A row that sums to 2 counts double, one that sums to 0 counts for nothing",
    fix: "For any number of labels per row use a sigmoid head with BinaryCrossentropy; shares: divide each row by its sum",
  });
}

/** True if some element fails, among the rows that count. */
const anyOf = (bad: Tensor, present: Tensor | undefined, axis: number | undefined): Tensor => {
  if (present === undefined) return bad.any();
  return bad.logicalAnd(axis === undefined ? present : present.expandDims(axis).broadcastTo(bad.shape)).any();
};

/** The predictions, on condition that those of rows that count lie in the contract's range. */
export function checkedPredictions(
  context: CheckContext,
  yPred: Tensor,
  present: Tensor | undefined,
): Tensor {
  const [low, high] = predictionRange(context.contract, context.fromLogits);
  const bounds = [
    ...(low > -Infinity ? [yPred.less(low - rangeTolerance)] : []),
    ...(high < Infinity ? [yPred.greater(high + rangeTolerance)] : []),
  ];
  if (bounds.length === 0) return yPred;
  const bad = bounds.reduce((a, b) => a.logicalOr(b));
  const ok = anyOf(bad, present, context.axis).logicalNot();
  return checked(yPred, ok, present === undefined ? [yPred] : [yPred, present], ([values, rows]) =>
    orUnexplained(predictionError(context, values, yPred.shape, rows), context),
  );
}

/** The labels, on condition that those of rows that count are what the contract takes. */
export function checkedLabels(
  context: CheckContext,
  yTrue: Tensor,
  classes: number | undefined,
  present: Tensor | undefined,
): Tensor {
  const bad = badLabels(context, yTrue, classes, present);
  if (bad === undefined) return yTrue;
  return checked(
    yTrue,
    bad.logicalNot(),
    present === undefined ? [yTrue] : [yTrue, present],
    ([values, rows]) => orUnexplained(labelError(context, values, yTrue.shape, classes, rows), context),
  );
}

function badLabels(
  { contract, axis }: CheckContext,
  yTrue: Tensor,
  classes: number | undefined,
  present: Tensor | undefined,
): Tensor | undefined {
  if (contract.labels === "classIndex") {
    const outsideClasses = yTrue.less(0).logicalOr(yTrue.greater((classes ?? 2 ** 30) - 1));
    const bad =
      yTrue.dtype === "float32" || yTrue.dtype === "float64"
        ? outsideClasses.logicalOr(yTrue.floor().notEqual(yTrue))
        : outsideClasses;
    return anyOf(bad, present, undefined);
  }
  const labels = yTrue.cast("float32");
  const [low, high] = labelRange(contract);
  const bounds = [
    ...(low > -Infinity ? [labels.less(low - rangeTolerance)] : []),
    ...(high < Infinity ? [labels.greater(high + rangeTolerance)] : []),
  ];
  if (bounds.length === 0) return undefined;
  const outsideRange = anyOf(
    bounds.reduce((a, b) => a.logicalOr(b)),
    present,
    axis,
  );
  if (contract.labels !== "oneHot") return outsideRange;
  const unbalanced = labels.sum(axis).sub(1).abs().greater(sumTolerance);
  return outsideRange.logicalOr(anyOf(unbalanced, present, undefined));
}

/** The condition failed but the sentence finds nothing: possible only where the two disagree in rounding. */
const orUnexplained = (error: PlumbError | undefined, { who }: CheckContext): PlumbError =>
  error ??
  new PlumbError("PL2004", {
    asked: `${who} checked its labels and predictions`,
    why: "A value lies at the very edge of what it takes",
    fix: "Round the values, or pass validate: false",
  });
