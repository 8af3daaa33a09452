/** Metrics of decided classes: all of them are read off one table, of labels against predictions. */
import type { Contract } from "../../base/contract.ts";
import type { Parameters, ValuesOf } from "../../base/parameters.ts";
import type { Shape } from "../../base/shape.ts";
import { alignIndex, alignPair } from "../../numerics/alignment.ts";
import { divideOrZero } from "../../numerics/division.ts";
import { eye, ones, scatterAdd, where, type Tensor } from "../../tensor/index.ts";
import type { MetricRecord } from "../record.ts";
import { numClasses, threshold } from "./parameters.ts";

/** The parameters of every metric of decided classes. */
export const classParameters = { numClasses, threshold };

const isColumn = (shape: Shape): boolean => shape.length === 0 || shape.at(-1) === 1;

/** The number of classes that predictions of a shape tell apart. */
export const classesOf = (numClasses: number | undefined, predictions: Shape): number =>
  numClasses ?? (predictions.length < 2 || isColumn(predictions) ? 2 : predictions.at(-1)!);

/** A threshold in the precision of what it is compared with, so that a prediction that equals it is not above it. */
export const roundedTo = (threshold: number, { dtype }: Tensor): number =>
  dtype === "float32" ? Math.fround(threshold) : threshold;

/** Class indices from what predictions or labels are: indices already, or probabilities of class 1. */
function decided(x: Tensor, threshold: number): Tensor {
  if (x.dtype === "int32") return x;
  if (x.dtype === "bool") return x.cast("int32");
  return x.greater(roundedTo(threshold, x)).cast("int32");
}

/** Whether predictions are one number for each row: class indices, or probabilities of class 1. */
export const isSingle = ({ dtype, rank, shape }: Tensor): boolean =>
  dtype === "int32" || rank < 2 || isColumn(shape);

/** Labels as class indices, int32, for predictions that are rows over the classes: from indices, or one-hot rows. */
export function indicesFor(who: string, labels: Tensor, predictions: Tensor): Tensor {
  const oneHot = labels.rank === predictions.rank && !isColumn(labels.shape);
  const index = oneHot
    ? alignPair(who, labels, predictions)[0].argmax(-1)
    : alignIndex(who, labels, predictions);
  return index.cast("int32");
}

/**
 * Labels and predictions as class indices. Labels are indices or one-hot rows; predictions rows of scores (the first of
 * the largest decides), a column of probabilities of class 1, or int32 indices.
 */
export function alignClasses(
  who: string,
  labels: Tensor,
  predictions: Tensor,
  threshold = 0.5,
): readonly [Tensor, Tensor] {
  if (!isSingle(predictions)) return [indicesFor(who, labels, predictions), predictions.argmax(-1)];
  const [y, p] = alignPair(who, labels, predictions);
  return [y.cast("int32"), decided(p, threshold)];
}

/** Weights added up at [label, prediction]; what is no class adds to nothing. */
export function countPairs(
  yTrue: Tensor,
  yPred: Tensor,
  weights: Tensor | undefined,
  classes: number,
): Tensor {
  const size = yTrue.size;
  const [label, prediction] = [yTrue.reshape([size]), yPred.reshape([size])];
  const isClass = (x: Tensor): Tensor => x.greaterEqual(0).logicalAnd(x.less(classes));
  const known = isClass(label).logicalAnd(isClass(prediction));
  const place = where(known, label.mul(classes).add(prediction), classes * classes);
  const weight = weights === undefined ? ones([size], "float64") : weights.reshape([size]);
  return scatterAdd(weight, place, 0, [classes * classes]).reshape([classes, classes]);
}

/** What the contracts of metrics of decided classes have in common. */
export const classContract = (when: string): Contract => ({
  labels: "classIndex",
  predictions: "probability",
  supportsLogits: false,
  tasks: ["binary", "classes"],
  when,
});

/** What a record of this kind says itself. */
export type ClassFacts<P extends Parameters> = Omit<
  MetricRecord<P>,
  "contract" | "thresholdOf" | "state" | "align" | "batch" | "merge" | "value"
> & {
  readonly when: string;
  /** The value of a table of counts, `[classes, classes]`: rows are labels, columns predictions. */
  readonly read: (table: Tensor, parameters: ValuesOf<P>) => Tensor;
};

interface ClassOptions {
  readonly numClasses?: number;
  readonly threshold?: number;
}

/** The record of a metric that is read off the table of labels against predictions. */
export function classRecord<P extends Parameters & typeof classParameters>({
  when,
  read,
  ...facts
}: ClassFacts<P>): MetricRecord<P> {
  const optionsOf = (parameters: ValuesOf<P>): ClassOptions => parameters as ClassOptions;
  return {
    ...facts,
    contract: classContract(when),
    thresholdOf: (parameters) => optionsOf(parameters).threshold,
    state: (parameters, predictions) => {
      const { numClasses } = optionsOf(parameters);
      if (numClasses === undefined && predictions === undefined) return undefined;
      const classes = classesOf(numClasses, predictions ?? []);
      return { table: [classes, classes] };
    },
    align: (labels, predictions, parameters) =>
      alignClasses(facts.name, labels, predictions, optionsOf(parameters).threshold),
    batch: ({ yTrue, yPred, weights, predictions }, parameters) => ({
      table: countPairs(
        yTrue,
        yPred,
        weights(yTrue.shape),
        classesOf(optionsOf(parameters).numClasses, predictions),
      ),
    }),
    value: ({ table }, parameters) => read(table, parameters),
  };
}

/** For each class the rows that were right, that have its label, and that were taken for it. */
export interface ClassTotals {
  readonly right: Tensor;
  readonly labelled: Tensor;
  readonly predicted: Tensor;
}

/** The totals of each class, `[classes]`, from a table of counts. */
export function classTotals(table: Tensor): ClassTotals {
  const diagonal = table.mul(eye(table.shape[0], table.shape[0], "float64"));
  return { right: diagonal.sum(1), labelled: table.sum(1), predicted: table.sum(0) };
}

export type Average = "micro" | "macro" | "weighted" | null;

/**
 * A share a / b for each class, and what becomes of it: "micro" of the sums over the classes, "macro" the plain mean,
 * "weighted" by how often each class occurs. Where b is 0 the share is `undefinedAs`.
 */
export function averaged(
  [a, b]: readonly [Tensor, Tensor],
  labelled: Tensor,
  average: Average,
  undefinedAs = 0,
): Tensor {
  const share = (x: Tensor, of: Tensor): Tensor => where(of.equal(0), undefinedAs, divideOrZero(x, of));
  if (average === "micro") return share(a.sum(), b.sum());
  const shares = share(a, b);
  if (average === null) return shares;
  return average === "macro" ? shares.mean() : divideOrZero(shares.mul(labelled).sum(), labelled.sum());
}
