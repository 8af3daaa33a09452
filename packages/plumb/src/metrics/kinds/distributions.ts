/** Metrics of predicted probabilities of classes: labels as indices, predictions as rows over the classes. */
import type { Contract } from "../../base/contract.ts";
import type { Shape } from "../../base/shape.ts";
import { alignPair } from "../../numerics/alignment.ts";
import { softmax } from "../../numerics/softmax.ts";
import { stack, type Tensor } from "../../tensor/index.ts";
import { computedIn } from "../metric.ts";
import { indicesFor } from "./classes.ts";

/** What the contracts of metrics of probabilities have in common. */
export const distributionContract = (when: string): Contract => ({
  labels: "classIndex",
  predictions: "distribution",
  supportsLogits: true,
  tasks: ["binary", "classes"],
  when,
});

/** Whether predictions of a shape are one probability for each row: that of class 1. */
export const isBinary = (predictions: Shape): boolean => predictions.length < 2 || predictions.at(-1) === 1;

/**
 * Class indices, int32, and rows over the classes; from labels that are indices or one-hot, and predictions that are rows
 * already or a column for class 1. A column of logits x becomes the rows [0, x], whose softmax is [1 − σ(x), σ(x)].
 */
export function alignDistributions(
  who: string,
  labels: Tensor,
  predictions: Tensor,
  fromLogits = false,
): readonly [Tensor, Tensor] {
  const dtype = computedIn(labels, predictions);
  if (!isBinary(predictions.shape)) return [indicesFor(who, labels, predictions), predictions.cast(dtype)];
  const [y, p] = alignPair(who, labels, predictions);
  const wide = p.cast(dtype);
  return [y.cast("int32"), stack([fromLogits ? wide.mul(0) : wide.neg().add(1), wide], -1)];
}

/** Probabilities from rows that may be logits. */
export const probabilitiesOf = (rows: Tensor, fromLogits = false): Tensor =>
  fromLogits ? softmax(rows) : rows;

/** The smallest step from 1 in a dtype: probabilities are kept that far from 0 and 1, as scikit-learn does. */
export const clippedTo = (p: Tensor): Tensor => {
  const step = p.dtype === "float64" ? 2 ** -52 : 2 ** -23;
  return p.clip(step, 1 - step);
};

/** What stands at the class of each row. */
export const atClass = (rows: Tensor, index: Tensor): Tensor =>
  rows.takeAlong(index.expandDims(-1), -1).squeeze(-1);
