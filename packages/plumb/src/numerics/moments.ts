/** Spread and size along axes. */
import { flag, real } from "../base/parameters.ts";
import { asTensor, optionsOf, where, type Tensor, type TensorLike } from "../tensor/index.ts";

export type Axes = number | readonly number[];

const keepDims = flag(false, "Leave folded axes in place with extent 1");
const momentOptions = optionsOf({ keepDims, ddof: real(0, "What is subtracted from n in the divisor") });
const normOptions = optionsOf({ keepDims });

/**
 * The mean squared distance from the mean, along axes (all of them if none are named).
 *
 * Computed from the differences: the shorter mean(x²) − mean(x)² loses all digits when the mean is large beside the
 * spread, and may come out negative, whose root is NaN. `ddof: 1` divides by n − 1. PL4004 for another option.
 */
export function variance(
  x: TensorLike,
  axis?: Axes,
  options?: { keepDims?: boolean; ddof?: number },
): Tensor {
  const { keepDims, ddof } = momentOptions("variance", options);
  const input = asTensor(x);
  const mean = input.mean(axis, { keepDims: true });
  const squares = input.sub(mean).square();
  if (ddof === 0) return squares.mean(axis, { keepDims });
  const count = mean.size === 0 ? 0 : input.size / mean.size;
  return squares.sum(axis, { keepDims }).div(count - ddof);
}

/** The root of a sum of squares, whose gradient at 0 is 0: that of the plain root is ∞ · 0 = NaN there. */
function rootOfSquares(squares: Tensor): Tensor {
  const zero = squares.equal(0);
  return where(zero, 0, where(zero, 1, squares).sqrt());
}

/** The root of the variance, in the units of `x`. Its gradient where all values are equal is 0. */
export const standardDeviation = (
  x: TensorLike,
  axis?: Axes,
  options?: { keepDims?: boolean; ddof?: number },
): Tensor => rootOfSquares(variance(x, axis, options));

/** The Euclidean norm √Σx² along axes (all of them if none are named). Its gradient at the zero vector is 0. */
export const norm = (x: TensorLike, axis?: Axes, options?: { keepDims?: boolean }): Tensor =>
  rootOfSquares(asTensor(x).square().sum(axis, normOptions("norm", options)));
