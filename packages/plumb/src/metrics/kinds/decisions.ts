/** Yes or no from probabilities, and how often each was right: what precision, recall, AUC and their kin count. */
import { PlumbError } from "../../base/errors.ts";
import { integer, optional, realOrList } from "../../base/parameters.ts";
import { showShape, sizeOf, type Shape } from "../../base/shape.ts";
import { arange, ones, scatterAdd, tensor, where, type Tensor } from "../../tensor/index.ts";
import { weightedSum } from "./means.ts";
import type { MetricBatch } from "../record.ts";

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
  /** Count each column by itself. */
  readonly perLabel?: boolean;
  /** How much each column counts. */
  readonly labelWeights?: readonly number[];
  /** The first threshold lies just below 0 and the last just above 1, so that every prediction is above the first. */
  readonly openEnds?: boolean;
}

/** For each threshold (and column), the weighted numbers of right and wrong answers. */
export type DecisionCounts = Readonly<
  Record<"truePositives" | "falsePositives" | "trueNegatives" | "falseNegatives", Tensor>
>;

/** One per threshold; a scalar where there is but one. */
export const perThreshold = (totals: Tensor, { thresholds }: Decision): Tensor =>
  Array.isArray(thresholds) && thresholds.length > 1 ? totals : totals.squeeze(0);

export const countThresholds = ({ thresholds }: Decision): number =>
  Array.isArray(thresholds) ? thresholds.length : 1;

/**
 * Whether thresholds are 0, 1/n, 2/n … 1, to the tolerance of Keras (NumPy's allclose): then a prediction finds its place
 * by multiplication, and the work does not grow with their number.
 */
const isEven = (thresholds: readonly number[]): boolean =>
  thresholds.length >= 3 &&
  thresholds.every((threshold, i) => {
    const even = i / (thresholds.length - 1);
    return Math.abs(threshold - even) <= 1e-7 + 1e-5 * even;
  });

/** Which predictions are among the largest k of their row; of equals the first. */
function amongLargest(yPred: Tensor, k: number): Tensor {
  const classes = yPred.shape[yPred.rank - 1];
  return yPred.topK(Math.min(k, classes)).indices.oneHot(classes).max(-2).greater(0);
}

const column = (x: Tensor, classId: number): Tensor =>
  x.slice([...x.shape.slice(0, -1).map(() => 0), classId], [...x.shape.slice(0, -1), 1]).squeeze(-1);

/** Labels (bool), predictions, weights and who may be a yes, with the column picked and rows laid flat. */
interface Laid {
  readonly y: Tensor;
  readonly p: Tensor;
  readonly weight: Tensor;
  readonly eligible?: Tensor;
  readonly shape: Shape;
}

function laidOut(
  who: string,
  { yTrue, yPred, weights }: MetricBatch,
  { topK, classId, perLabel, labelWeights }: Decision,
): Laid {
  const classes = yPred.shape.at(-1)!;
  const wantsColumns = topK !== undefined || classId !== undefined || perLabel || labelWeights;
  const flaw =
    wantsColumns && yPred.rank < 2
      ? "It looks along the last axis of [batch, …, classes]"
      : (classId ?? 0) >= classes
        ? `The classes are 0 … ${classes - 1}`
        : labelWeights && labelWeights.length !== classes
          ? `There are ${labelWeights.length} label weights`
          : perLabel && yPred.rank !== 2
            ? "Columns are counted by themselves in [batch, labels]"
            : undefined;
  if (flaw !== undefined && wantsColumns)
    throw new PlumbError("PL2011", {
      asked: `${who}({ ${Object.entries({ topK, classId, multiLabel: perLabel, labelWeights })
        .filter(([, value]) => value !== undefined && value !== false)
        .map(([name, value]) => `${name}: ${JSON.stringify(value)}`)
        .join(", ")} }) was given predictions of shape ${showShape(yPred.shape)}`,
      why: flaw,
      fix: "Give predictions with a column for each class, and a class among them",
    });
  const picked = <T extends Tensor | undefined>(x: T): T =>
    classId === undefined || x === undefined ? x : (column(x, classId) as T);
  const given = weights(yPred.shape) ?? ones(yPred.shape, "float64");
  const weighed = labelWeights === undefined ? given : given.mul(Float64Array.from(labelWeights));
  const eligible = topK === undefined ? undefined : picked(amongLargest(yPred, topK));
  const [y, p, weight] = [picked(yTrue.notEqual(0)), picked(yPred), picked(weighed)];
  const shape = perLabel ? p.shape : [sizeOf(p.shape)];
  const flat = (x: Tensor): Tensor => x.reshape(shape);
  return { y: flat(y), p: flat(p), weight: flat(weight), eligible: eligible && flat(eligible), shape };
}

/**
 * The counts of a batch at each threshold, `[thresholds]`, or `[thresholds, columns]` with `perLabel`. A prediction is a
 * yes where it is above the threshold; labels other than 0 are a yes.
 */
export function countDecisions(who: string, batch: MetricBatch, decision: Decision): DecisionCounts {
  const laid = laidOut(who, batch, decision);
  const { topK, thresholds = topK === undefined ? 0.5 : -Infinity, openEnds = false } = decision;
  const list = typeof thresholds === "number" ? [thresholds] : thresholds;
  if (isEven(list)) return byPlace(laid, list.length, openEnds);
  return byComparison(laid, openEnds ? [-1e-7, ...list.slice(1, -1), 1 + 1e-7] : list);
}

function byComparison(
  { y, p, weight, eligible, shape }: Laid,
  thresholds: readonly number[],
): DecisionCounts {
  const limits = tensor([...thresholds], [thresholds.length, ...shape.map(() => 1)], p.dtype);
  const above = p.expandDims(0).greater(limits);
  const yes = eligible === undefined ? above : above.logicalAnd(eligible);
  const [no, negative] = [yes.logicalNot(), y.logicalNot()];
  const count = (hits: Tensor): Tensor => weightedSum(hits, weight.broadcastTo(hits.shape), 1);
  return {
    truePositives: count(yes.logicalAnd(y)),
    falsePositives: count(yes.logicalAnd(negative)),
    trueNegatives: count(no.logicalAnd(negative)),
    falseNegatives: count(no.logicalAnd(y)),
  };
}

/**
 * Each prediction is counted once, at the last threshold that it is above; sums from the far end then give what is above
 * each threshold (Keras's evenly distributed thresholds; Davis and Goadrich count the same way).
 */
function byPlace(
  { y, p, weight, eligible, shape }: Laid,
  thresholds: number,
  openEnds: boolean,
): DecisionCounts {
  const place = p
    .clip(0, 1)
    .mul(thresholds - 1)
    .ceil()
    .sub(1)
    .cast("int32");
  const least = openEnds ? 0 : -1;
  const known = eligible === undefined ? place : where(eligible, place, -1);
  // Beyond the last place of the last column: adds to nothing.
  const nowhere = thresholds * (shape[1] ?? 1);
  const bounded = known.maximum(least);
  const labels = shape.length === 1 ? bounded : bounded.add(arange(shape[1]).mul(thresholds));
  const at = where(bounded.less(0), nowhere, labels).reshape([sizeOf(shape)]);
  const above = (hits: Tensor): Tensor => {
    const counted = scatterAdd(hits.reshape([sizeOf(shape)]), at, 0, [nowhere]);
    const table = shape.length === 1 ? counted : counted.reshape([shape[1], thresholds]).transpose();
    return table.cumsum(0, { reverse: true });
  };
  const [positive, negative] = [where(y, weight, 0), where(y, 0, weight)];
  const [truePositives, falsePositives] = [above(positive), above(negative)];
  return {
    truePositives,
    falsePositives,
    trueNegatives: negative.sum(0).sub(falsePositives),
    falseNegatives: positive.sum(0).sub(truePositives),
  };
}
