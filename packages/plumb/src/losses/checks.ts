/**
 * The value checks that follow from a contract: labels outside their form, predictions outside their range, as sentences
 * about arrays on the host. `conditions.ts` has the same as conditions in tensors, which call for these when they fail.
 */
import { labelForms, labelRange, predictionRange, type Contract, type Range } from "../base/contract.ts";
import type { HostArray } from "../base/dtype.ts";
import { PlumbError } from "../base/errors.ts";
import { stridesOf, type Shape } from "../base/shape.ts";
import { axesOf, labelAxesOf } from "./layout.ts";
import type { AxesValue } from "./parameters.ts";

/** What a check needs to know of the loss that makes it. */
export interface CheckContext {
  /** The loss's name, for messages. */
  readonly who: string;
  readonly contract: Contract;
  readonly fromLogits: boolean;
  /** As the loss was given them; undefined for all. */
  readonly axes: AxesValue | undefined;
  readonly ignoreClass?: number;
}

/** A softmax may round its largest probability above 1, and a hand-written row may sum to 0.999. */
export const rangeTolerance = 1e-6;
export const sumTolerance = 1e-3;

const show = (value: number): string => String(Number(value.toPrecision(6)));

/** `[2, 0]`, the place of a flat index. */
function place(index: number, shape: Shape): string {
  const strides = stridesOf(shape);
  return `[${shape.map((extent, axis) => Math.floor(index / strides[axis]) % extent).join(", ")}]`;
}

/** Which row (of the shape without `axes`) each flat index belongs to. */
function rowOf(shape: Shape, axes: readonly number[]): (index: number) => number {
  const strides = stridesOf(shape);
  const kept = [...shape.keys()].filter((axis) => !axes.includes(axis));
  return (index) =>
    kept.reduce((row, axis) => row * shape[axis] + (Math.floor(index / strides[axis]) % shape[axis]), 0);
}

/** The axes of predictions of a shape that one row lies along. */
export function predictionAxesOf({ who, contract, axes }: CheckContext, rank: number): readonly number[] {
  if (contract.labels === "sequence") return [1, 2];
  return labelForms[contract.labels].whole === true ? [rank - 1] : axesOf(who, axes, rank);
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
  context: CheckContext,
  values: HostArray,
  shape: Shape,
  present?: ArrayLike<number>,
): PlumbError | undefined {
  const { who, contract, fromLogits } = context;
  const range = predictionRange(contract, fromLogits);
  const row = rowOf(shape, predictionAxesOf(context, shape.length));
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
 * What is wrong with labels, if anything. `shape` is theirs, `predictions` that of the predictions, `present` says for
 * each row whether it counts.
 */
export function labelError(
  context: CheckContext,
  values: HostArray,
  shape: Shape,
  predictions: Shape,
  present?: ArrayLike<number>,
): PlumbError | undefined {
  const { who, contract, ignoreClass } = context;
  const whole = labelForms[contract.labels].whole === true;
  const axes = labelAxesOf(contract, whole ? [] : axesOf(who, context.axes, shape.length));
  const row = present?.length === values.length ? (i: number) => i : rowOf(shape, axes);
  const counts = (i: number): boolean =>
    (present === undefined || present[row(i)] !== 0) &&
    (ignoreClass === undefined || values[i] !== ignoreClass);

  const infinite = census(values, counts, (value) => !Number.isFinite(value));
  if (infinite.bad > 0)
    return new PlumbError("PL2012", {
      asked: `${who} was given labels to learn from`,
      arrived: `The label at ${place(infinite.first, shape)} is ${values[infinite.first]}; ${infinite.bad} of ${infinite.count} are not finite`,
      why: "One such label makes the loss and every weight NaN",
      fix: "Remove these rows, fill them in, or give them sampleWeight 0",
    });
  const classes = predictions.at(-1);
  switch (contract.labels) {
    case "classIndex":
      return indexError(context, values, shape, classes, counts);
    case "oneHot":
      return rangeError(context, values, shape, counts) ?? rowSumError(context, values, shape, axes, counts);
    case "binary":
    case "real":
      return rangeError(context, values, shape, counts);
    case "sign":
      return signError(context, values, shape, counts);
    case "group":
      return groupError(context, values, shape, counts);
    case "sequence":
      return (
        indexError(context, values, shape, classes, counts) ??
        sequenceError(context, values, shape, predictions[1], counts)
      );
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
  { who }: CheckContext,
  values: HostArray,
  shape: Shape,
  axes: readonly number[],
  counts: Counts,
): PlumbError | undefined {
  const row = rowOf(shape, axes);
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

function signError(
  { who }: CheckContext,
  values: HostArray,
  shape: Shape,
  counts: Counts,
): PlumbError | undefined {
  const signs = census(values, counts, (value) => value !== -1 && value !== 1);
  const zeroOne = census(values, counts, (value) => value !== 0 && value !== 1);
  if (signs.bad === 0 || zeroOne.bad === 0) return undefined;
  const { bad, first, count, low, high } = signs;
  return new PlumbError("PL2004", {
    asked: `${who} takes labels that are all −1 or 1, or all 0 or 1`,
    arrived: `The first label that is neither −1 nor 1 is ${show(values[first])} at ${place(first, shape)}; ${bad} of ${count} are neither; the range seen is ${show(low)} … ${show(high)}`,
    why: "A label is the side on which the score should lie; one in between pulls to no side",
    fix: "Write 2 * y - 1 for labels 0 and 1; amounts belong to MeanSquaredError or Huber",
  });
}

function groupError(
  { who }: CheckContext,
  values: HostArray,
  shape: Shape,
  counts: Counts,
): PlumbError | undefined {
  const { bad, first, count } = census(values, counts, (value) => !Number.isInteger(value));
  if (bad === 0) return undefined;
  return new PlumbError("PL2003", {
    asked: `${who} takes whole numbers for labels, the same one for rows that belong together`,
    arrived: `The first label that is none is ${show(values[first])} at ${place(first, shape)}; ${bad} of ${count} are none`,
    why: "Cut off to whole numbers, rows would fall together that do not belong together",
    fix: "Number the groups: 0, 1, 2 …",
  });
}

/** What is wrong with rows of classes: a 0 before the end, or more classes than there are time steps for. */
function sequenceError(
  { who }: CheckContext,
  values: HostArray,
  [rows, length]: Shape,
  steps: number | undefined,
  counts: Counts,
): PlumbError | undefined {
  for (let row = 0; row < rows; row++) {
    if (!counts(row * length)) continue;
    const labels = Array.from(values.subarray(row * length, (row + 1) * length), Math.trunc);
    const end = labels.findLastIndex((label) => label !== 0) + 1;
    const hole = labels.indexOf(0);
    if (hole >= 0 && hole < end)
      return new PlumbError("PL2003", {
        asked: `${who} takes rows of classes 1 … K−1, filled up with 0 at the end`,
        arrived: `Row ${row} has a 0 at [${row}, ${hole}], before its last class`,
        why: "0 is the blank, which the loss puts between classes by itself",
        fix: "Leave the 0 out, or number that class otherwise",
      });
    const repeats = labels.slice(1, end).filter((label, i) => label === labels[i]).length;
    if (steps !== undefined && end + repeats > steps)
      return new PlumbError("PL2002", {
        asked: `${who} was to fit the sequence of row ${row} into ${steps} time steps`,
        arrived: `It has ${end} classes, of which ${repeats} repeat the one before`,
        why: `Each class takes a step, and between equal ones stands a blank: ${end + repeats} steps are needed, so its probability is 0`,
        fix: "Give longer predictions, shorten the sequence, or give the row sampleWeight 0",
      });
  }
  return undefined;
}
