/** Yes or no from probabilities, and how often each was right: what precision, recall and their kin count. */
import { PlumbError } from "../base/errors.ts";
import { integer, optional, realOrList } from "../base/parameters.ts";
import { tensor, type Tensor } from "../tensor/index.ts";
import { weightedSum } from "./mean.ts";
import type { MetricBatch, MetricState } from "./record.ts";

/** The parameters of every metric that decides by a threshold, a rank, or both. */
export const decisionParameters = {
  thresholds: realOrList("A prediction above it is a yes: 0.5 unless told; a list gives a value for each", {
    min: 0,
    max: 1,
  }),
  topK: optional(
    integer(1, "Only the largest K predictions of a row can be a yes, and then all of them are", { min: 1 }),
  ),
  classId: optional(integer(0, "The one column that is looked at", { min: 0 })),
};

export interface Decision {
  readonly thresholds?: number | readonly number[];
  readonly topK?: number;
  readonly classId?: number;
}

/** One per threshold; a scalar where no list was given. */
export const perThreshold = (totals: Tensor, { thresholds }: Decision): Tensor =>
  Array.isArray(thresholds) && thresholds.length > 1 ? totals : totals.squeeze(0);

export const countThresholds = ({ thresholds }: Decision): number =>
  Array.isArray(thresholds) ? thresholds.length : 1;

/** Which predictions are among the largest k of their row; of equals the first. */
function amongLargest(yPred: Tensor, k: number): Tensor {
  const classes = yPred.shape[yPred.rank - 1];
  return yPred.topK(Math.min(k, classes)).indices.oneHot(classes).max(-2).greater(0);
}

const column = (x: Tensor, classId: number): Tensor =>
  x.slice([...x.shape.slice(0, -1).map(() => 0), classId], [...x.shape.slice(0, -1), 1]).squeeze(-1);

/**
 * For each threshold, the weighted numbers of right yes, wrong yes and wrong no (and, if asked, right no). Labels other
 * than 0 are a yes, as in Keras.
 */
export function confusion(
  who: string,
  { yTrue, yPred, weights }: MetricBatch,
  decision: Decision,
): MetricState {
  const { topK, classId } = decision;
  if (
    (topK !== undefined || classId !== undefined) &&
    (yPred.rank < 2 || (classId ?? 0) >= yPred.shape.at(-1)!)
  )
    throw new PlumbError("PL2011", {
      asked: `${who} was given ${topK === undefined ? `classId: ${classId}` : `topK: ${topK}`} for predictions of shape [${yPred.shape.join(", ")}]`,
      why: "A class and a rank are looked for along the last axis of [batch, …, classes]",
      fix: "Give predictions with a column for each class, and a class among them",
    });
  const weight = weights(yPred.shape);
  const eligible = topK === undefined ? undefined : amongLargest(yPred, topK);
  const pick = <T extends Tensor | undefined>(x: T): T =>
    classId === undefined || x === undefined ? x : (column(x, classId) as T);
  const [y, p, w, e] = [pick(yTrue.notEqual(0)), pick(yPred), pick(weight), pick(eligible)];

  const ranked = topK !== undefined && decision.thresholds === undefined;
  const given = decision.thresholds ?? 0.5;
  const list = typeof given === "number" ? [given] : given;
  const thresholds = tensor(list, [list.length, ...p.shape.map(() => 1)], p.dtype);
  const above = ranked ? e!.expandDims(0) : p.expandDims(0).greater(thresholds);
  const yes = e === undefined || ranked ? above : above.logicalAnd(e);
  const axes = p.shape.map((_, axis) => axis + 1);
  const count = (hits: Tensor): Tensor => weightedSum(hits, w, axes);
  return {
    truePositives: count(yes.logicalAnd(y)),
    falsePositives: count(yes.logicalAnd(y.logicalNot())),
    falseNegatives: count(yes.logicalNot().logicalAnd(y)),
  };
}
