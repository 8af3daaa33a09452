/**
 * The soft maximum and its kin along an axis, or several together. All of them shift by the largest entry first: `exp` of a logit above 88
 * is infinite in float32, and of all logits below −104 is 0, so that the plain formulas give ∞/∞ or log 0.
 */
import { flag } from "../base/parameters.ts";
import {
  asTensor,
  expNonPositive,
  optionsOf,
  where,
  type Axes,
  type Tensor,
  type TensorLike,
} from "../tensor/index.ts";

/**
 * The largest entry along an axis, as a shift that cancels in value and in gradient: hence no gradient runs through it.
 * Where all entries are −∞ (a fully masked row) the shift is 0, since ∞ − ∞ would be NaN. What is shifted is 0 at most,
 * or NaN: where an entry is NaN, and where one is +∞, which has a share of ∞/∞.
 */
export function shiftOf(x: Tensor, axis: Axes): Tensor {
  const largest = x.max(axis, { keepDims: true }).stopGradient();
  return where(largest.equal(-Infinity), 0, largest);
}

const sumOptions = optionsOf({ keepDims: flag(false, "Leave the axis in place with extent 1") });

/**
 * The logarithm of the sum of exponentials, log Σ exp(xᵢ), along an axis.
 *
 * Shape: that of `x` without the axis, or with extent 1 there (`keepDims`). Shifted by the largest entry, it is finite
 * for all finite `x`; a row of −∞ gives −∞, one with ∞ gives ∞. Its gradient is `softmax(x)`.
 *
 * @example
 * logSumExp([1000, 1000]).itemSync(); // 1000.693…, where log(exp(1000) + exp(1000)) is Infinity
 */
export function logSumExp(x: TensorLike, axis = -1, options?: { keepDims?: boolean }): Tensor {
  const { keepDims } = sumOptions("logSumExp", options);
  const logits = asTensor(x);
  const largest = shiftOf(logits, axis);
  const logSum = expNonPositive(logits.sub(largest)).sum(axis, { keepDims: true }).log().add(largest);
  const result = where(largest.equal(Infinity), largest, logSum);
  return keepDims ? result : result.squeeze(axis);
}

/**
 * Probabilities from logits, exp(xᵢ) / Σ exp(xⱼ), along an axis, or a list of them together: positive, with sum 1.
 * Shape: that of `x`.
 * Shifted by the largest entry, so that no logit overflows; adding a constant to a row changes nothing.
 *
 * @example
 * softmax([0, 0, Math.log(2)]); // [0.25, 0.25, 0.5]
 */
export function softmax(x: TensorLike, axis: Axes = -1): Tensor {
  const logits = asTensor(x);
  const powers = expNonPositive(logits.sub(shiftOf(logits, axis)));
  return powers.div(powers.sum(axis, { keepDims: true }));
}

/**
 * Logarithms of the softmax, xᵢ − log Σ exp(xⱼ), along an axis, or a list of them together. Shape: that of `x`.
 * `log(softmax(x))` is −∞ as soon as a probability underflows; this stays exact for logits of any size.
 *
 * @example
 * logSoftmax([0, 1000]); // [-1000, 0]
 */
export function logSoftmax(x: TensorLike, axis: Axes = -1): Tensor {
  const logits = asTensor(x);
  const shifted = logits.sub(shiftOf(logits, axis));
  return shifted.sub(expNonPositive(shifted).sum(axis, { keepDims: true }).log());
}
