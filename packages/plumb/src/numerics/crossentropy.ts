/**
 * Cross-entropies, in nats, from logits and from probabilities; losses and metrics average them.
 *
 * From logits they go through log-sum-exp: nothing overflows, no digits are lost for logits of ±10⁴, and the gradient is
 * the plain difference of probability and label. From probabilities they clip at 1e-7 as Keras does, since log 0 is −∞.
 */
import { asTensor, expNonPositive, where, type Tensor, type TensorLike } from "../tensor/index.ts";
import { inBlocks, largeLinear } from "./linear-blocks.ts";
import { shiftOf } from "./softmax.ts";

const lowest = 1e-7;
/** 1 − 1e-7 as float32 has it, 0.99999988: so the worst loss is 16.118 at p = 0, but 15.942 at p = 1. */
const highest = Math.fround(1 - 1e-7);

/** Probabilities kept away from 0 and 1; outside the bounds the gradient is 0. */
export const clipProbability = (p: Tensor): Tensor => p.clip(lowest, highest);

/** Labels moved towards the even distribution over `classes`: y (1 − share) + share / classes. */
export const smoothed = (y: Tensor, share: number, classes: number): Tensor =>
  share === 0 ? y : y.mul(1 - share).add(share / classes);

/** −w y log p − (1 − y) log(1 − p), element by element; w weighs the labels that are 1 (1 unless told). */
export function binaryFromProbabilities(y: Tensor, p: Tensor, positiveWeight?: TensorLike): Tensor {
  const clipped = clipProbability(p);
  const yes = y.mul(clipped.log());
  const no = y.neg().add(1).mul(clipped.neg().add(1).log());
  return (positiveWeight === undefined ? yes : yes.mul(positiveWeight)).add(no).neg();
}

/**
 * The same for p = sigmoid(x): max(x, 0) − x y + log(1 + e^−|x|), whose gradient is sigmoid(x) − y. With a weight w,
 * (1 − y) x + (1 + (w − 1) y) (max(−x, 0) + log(1 + e^−|x|)), which is that for w = 1.
 */
export function binaryFromLogits(y: Tensor, x: Tensor, positiveWeight?: TensorLike): Tensor {
  const negative = x.less(0);
  const tail = where(negative, x, x.neg()).exp().log1p();
  if (positiveWeight === undefined) return where(negative, 0, x).sub(x.mul(y)).add(tail);
  const weight = y.mul(asTensor(positiveWeight).sub(1)).add(1);
  return y
    .neg()
    .add(1)
    .mul(x)
    .add(weight.mul(tail.add(where(negative, x.neg(), 0))));
}

/** −Σ y log(p / Σp) along the axis: rows that do not sum to 1 are scaled until they do. A row of zeros gives NaN. */
export function categoricalFromProbabilities(y: Tensor, p: Tensor, axis: number): Tensor {
  const scaled = p.div(p.sum(axis, { keepDims: true }));
  return y.mul(clipProbability(scaled).log()).sum(axis).neg();
}

/** −Σ y log softmax(x) along the axis. */
export function categoricalFromLogits(y: Tensor, x: Tensor, axis: number): Tensor {
  const shifted = x.sub(shiftOf(x, axis));
  const logSum = expNonPositive(shifted).sum(axis, { keepDims: true }).log();
  return y.mul(logSum.sub(shifted)).sum(axis);
}

/** What stands at the class of each row: `x` without its class axis. `index`: int32, of that shape. */
const picked = (x: Tensor, index: Tensor, axis: number): Tensor =>
  x.takeAlong(index.expandDims(axis), axis).squeeze(axis);

/** −log(p_y / Σp) of clipped p: Keras on TensorFlow clips first and scales then. */
export function sparseFromProbabilities(index: Tensor, p: Tensor, axis: number): Tensor {
  const clipped = clipProbability(p);
  return clipped
    .sum(axis)
    .log()
    .sub(picked(clipped, index, axis).log());
}

/**
 * −log softmax(x)_y. The one logit is picked out, never multiplied by a one-hot row; its difference to the largest is
 * taken first, so that a loss of 0.01 between logits near 10⁴ keeps its digits. Logits that a product of matrices gives,
 * and that would take too much memory, are made block by block and never kept.
 */
export function sparseFromLogits(index: Tensor, x: Tensor, axis: number): Tensor {
  const linear = axis === -1 || axis === x.rank - 1 ? largeLinear(x) : undefined;
  if (linear === undefined) return sparseFromRows(index, x, axis);
  const labels = index.reshape([index.size]);
  return inBlocks(linear, labels, (rows, own) => sparseFromRows(own, rows, -1)).reshape(index.shape);
}

function sparseFromRows(index: Tensor, x: Tensor, axis: number): Tensor {
  const largest = shiftOf(x, axis);
  const logSum = expNonPositive(x.sub(largest)).sum(axis).log();
  return logSum.add(largest.squeeze(axis).sub(picked(x, index, axis)));
}

/**
 * (1 − p_y^q) / q of the probability of the class: between cross-entropy (q → 0) and mean absolute error (q = 1). The
 * probability is picked by multiplication with a one-hot row, so that an index that is none has probability 0, as in
 * Keras; `least` keeps it away from 0, where the gradient is infinite.
 */
export function generalizedFromProbabilities(index: Tensor, p: Tensor, q: number, least: number): Tensor {
  const own = p.mul(index.oneHot(p.shape[p.rank - 1], p.dtype)).sum(-1);
  return (least > 0 ? own.maximum(least) : own).pow(q).neg().add(1).div(q);
}

/** The same from logits: (1 − e^(−q · cross-entropy)) / q, without ever raising a probability of 0. */
export const generalizedFromLogits = (index: Tensor, x: Tensor, q: number): Tensor =>
  sparseFromLogits(index, x, -1).mul(-q).expm1().neg().div(q);
