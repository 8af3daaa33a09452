/**
 * The sparse counterparts of softmax, sigmoid and softplus: made of straight lines and one parabola, so that small
 * probabilities are 0, not merely small. `sparseSigmoid` is the first of the two probabilities of `sparsemax([x, 0])`,
 * as the sigmoid is of softmax's, and the slope of `sparsePlus`, as the sigmoid is of softplus's.
 */
import { asTensor, onesLike, sort, where, type Tensor, type TensorLike } from "../tensor/index.ts";
import { shiftOf } from "./softmax.ts";

/**
 * The row of probabilities that lies nearest to the logits (in Euclidean distance), along an axis: max(xᵢ − τ, 0), with
 * the τ for which they sum to 1. Shape: that of `x`. Entries far below the largest are 0, with gradient 0; on the others
 * the gradient is that of xᵢ less their mean.
 *
 * Keras 3 adds up the running sums of the sorted logits where the paper takes the last of them, and gives rows of zeros
 * as soon as two probabilities are positive; this is the paper's. Do not pair it with a cross-entropy, which has no
 * gradient where a probability is 0. Martins and Astudillo, From Softmax to Sparsemax, 2016.
 *
 * @example
 * sparsemax([0, 0.5, 1]); // [0, 0.25, 0.75]
 */
export function sparsemax(x: TensorLike, axis = -1): Tensor {
  const logits = asTensor(x);
  const shifted = logits.sub(shiftOf(logits, axis));
  const absent = shifted.lessEqual(cutOf(shifted.stopGradient(), axis));
  // From here on nothing hangs on the order of the logits: the gradient runs through one mean.
  const [kept, counts] = [where(absent, 0, shifted), where(absent, 0, onesLike(shifted))];
  const total = kept.sum(axis, { keepDims: true }).sub(1);
  return where(absent, 0, shifted.sub(total.div(counts.sum(axis, { keepDims: true }))));
}

/**
 * τ: the k largest logits are kept while the kth exceeds the τ of these k, (their sum − 1) / k, and that of the last of
 * them is the one.
 */
function cutOf(logits: Tensor, axis: number): Tensor {
  const sorted = sort(logits, axis, { descending: true });
  const counts = onesLike(sorted).cumsum(axis);
  const kept = sorted.mul(counts).add(1).greater(sorted.cumsum(axis));
  const total = where(kept, sorted, 0).sum(axis, { keepDims: true });
  return total.sub(1).div(where(kept, counts, 0).max(axis, { keepDims: true }));
}

/**
 * 0 up to −1, 1 from 1 on, (x + 1) / 2 between. Shape: that of `x`; flat at both kinks.
 * Martins and Astudillo, 2016, for two classes.
 *
 * @example
 * sparseSigmoid([-2, 0, 0.5, 2]); // [0, 0.5, 0.75, 1]
 */
export function sparseSigmoid(x: TensorLike): Tensor {
  const input = asTensor(x);
  return where(input.lessEqual(-1), 0, where(input.greaterEqual(1), 1, input.add(1).div(2)));
}

/**
 * 0 up to −1, x from 1 on, (x + 1)² / 4 between: a softplus that reaches 0. Shape: that of `x`.
 *
 * @example
 * sparsePlus([-2, 0, 2]); // [0, 0.25, 2]
 */
export function sparsePlus(x: TensorLike): Tensor {
  const input = asTensor(x);
  return where(input.lessEqual(-1), 0, where(input.less(1), input.add(1).square().div(4), input));
}
