/**
 * Exact areas under curves: what counts is the order of all scores, so that rows are kept and sorted when the value is
 * asked for. Equal scores are one point of a curve, as in scikit-learn.
 */
import { sameShape, sizeOf, type Shape } from "../../base/shape.ts";
import { alignPair } from "../../numerics/alignment.ts";
import { divideOrZero } from "../../numerics/division.ts";
import { arange, concat, ones, scatterAdd, where, type Tensor } from "../../tensor/index.ts";
import { computedIn } from "../metric.ts";
import type { MetricBatch, MetricState } from "../record.ts";
import { indicesFor } from "./classes.ts";

/** Rows by columns: which of them are positive, what they scored, and how much they count. */
export interface Ranked {
  readonly positive: Tensor;
  readonly score: Tensor;
  readonly weight: Tensor;
}

/** Labels as 0 and 1 of the shape `[…, columns]` of the scores: from such, or from class indices. */
export function alignRanks(who: string, labels: Tensor, predictions: Tensor): readonly [Tensor, Tensor] {
  const dtype = computedIn(labels, predictions);
  const classes = predictions.shape.at(-1);
  const single = predictions.rank < 2 || classes === 1;
  if (single || sameShape(labels.shape, predictions.shape)) {
    const [y, p] = alignPair(who, labels, predictions);
    const column = single && p.shape.at(-1) !== 1 ? [...p.shape, 1] : p.shape;
    return [y.reshape(column).cast(dtype), p.reshape(column).cast(dtype)];
  }
  return [indicesFor(who, labels, predictions).oneHot(classes!, dtype), predictions.cast(dtype)];
}

/** The rows of a batch as a metric of ranks keeps them. */
export function rankedRows({ yTrue, yPred, weights }: MetricBatch): MetricState {
  const columns = yPred.shape.at(-1)!;
  const rows = sizeOf(yPred.shape) / columns;
  const shape: Shape = [rows, columns];
  const weight = weights(yPred.shape) ?? ones(yPred.shape, "float64");
  return {
    positive: yTrue.notEqual(0).cast("float64").reshape(shape),
    score: yPred.cast("float64").reshape(shape),
    weight: weight.reshape(shape),
  };
}

/** All columns as one. */
export const asOneColumn = ({ positive, score, weight }: Ranked): Ranked => ({
  positive: positive.reshape([positive.size, 1]),
  score: score.reshape([score.size, 1]),
  weight: weight.reshape([weight.size, 1]),
});

/** How much weight above each point of a curve is positive and negative, best scores first: `[points, columns]`. */
interface Points {
  /** Up to each point, with it. */
  readonly truePositives: Tensor;
  readonly falsePositives: Tensor;
  /** Of the point alone: 0 for points that do not exist, there being fewer than rows where scores are equal. */
  readonly positives: Tensor;
  readonly negatives: Tensor;
}

function pointsOf({ positive, score, weight }: Ranked): Points {
  const [rows, columns] = score.shape;
  const order = score.argsort(0, { descending: true });
  const sorted = score.takeAlong(order, 0);
  const first = ones([1, columns], "int32");
  const part = (from: number): Tensor => sorted.slice([from, 0], [rows - 1, columns]);
  const isNew = rows === 1 ? first : concat([first, part(1).notEqual(part(0)).cast("int32")], 0);
  const place = isNew.cumsum(0).sub(1).mul(columns).add(arange(columns));
  const at = place.reshape([rows * columns]);
  const gathered = (values: Tensor): Tensor =>
    scatterAdd(values.takeAlong(order, 0).reshape([rows * columns]), at, 0, [rows * columns]).reshape([
      rows,
      columns,
    ]);
  const positives = gathered(weight.mul(positive));
  const negatives = gathered(weight.mul(positive.neg().add(1)));
  return {
    truePositives: positives.cumsum(0),
    falsePositives: negatives.cumsum(0),
    positives,
    negatives,
  };
}

const lastRow = (x: Tensor): Tensor => x.slice([x.shape[0] - 1, 0], [1, x.shape[1]]);

/**
 * The area under the ROC curve of each column, `[columns]`: the chance that a positive scores above a negative, equals
 * counting half. NaN where there are no positives or no negatives. With `maxRate` only false-positive rates up to there
 * count, scaled so that 0.5 is chance and 1 perfect (McClish 1989).
 */
export function rocAreas(ranked: Ranked, maxRate = 1): Tensor {
  const { truePositives, falsePositives, positives, negatives } = pointsOf(ranked);
  const [allPositives, allNegatives] = [lastRow(truePositives), lastRow(falsePositives)];
  // Of each step of the curve: where it begins, and how far it goes.
  const [y, x] = [
    truePositives.sub(positives).div(allPositives),
    falsePositives.sub(negatives).div(allNegatives),
  ];
  const [up, along] = [positives.div(allPositives), negatives.div(allNegatives)];
  if (maxRate === 1) return along.mul(y.add(up.mul(0.5))).sum(0);
  const within = x.neg().add(maxRate).clip(0, along);
  const rise = up.mul(divideOrZero(within, along));
  const area = within.mul(y.add(rise.mul(0.5))).sum(0);
  const chance = 0.5 * maxRate * maxRate;
  return area
    .sub(chance)
    .div(maxRate - chance)
    .add(1)
    .mul(0.5);
}

/** Σ (recall − recall before) · precision over the points of each column, `[columns]`; 0 without positives. */
export function averagePrecisions(ranked: Ranked): Tensor {
  const { truePositives, falsePositives, positives } = pointsOf(ranked);
  const precision = divideOrZero(truePositives, truePositives.add(falsePositives));
  return divideOrZero(positives.mul(precision).sum(0), lastRow(truePositives).squeeze(0));
}

/** One number from those of the columns. A column without weight does not count, whatever its number is. */
export function overColumns(values: Tensor, average: "macro" | "weighted" | null, weight: Tensor): Tensor {
  if (average === null) return values.shape[0] === 1 ? values.squeeze(0) : values;
  if (average === "macro") return values.mean();
  return divideOrZero(where(weight.equal(0), 0, values.mul(weight)).sum(), weight.sum());
}

/** The value, or NaN where a row that counts has a score that is none: NaN has no place in an order. */
export function unlessUnordered({ score, weight }: Ranked, value: Tensor): Tensor {
  const unordered = score.isNaN().logicalAnd(weight.greater(0)).any();
  return where(unordered, NaN, value);
}
