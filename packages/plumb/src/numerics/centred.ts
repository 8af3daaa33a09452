/** Values about their mean, with their variance: what normalization starts from. */
import { where, type Tensor } from "../tensor/index.ts";

/** Mean and variance along axes, which stay with extent 1, and the distances of the values from the mean. */
export interface Centred {
  readonly mean: Tensor;
  /** The mean squared distance: divided by n, not by n − 1. */
  readonly variance: Tensor;
  readonly centred: Tensor;
}

/**
 * Mean, variance and distances from the mean of `x` along axes; where `counts` (bool, of a shape that broadcasts to that
 * of x) is given, the mean and variance of what counts, 0 where nothing does.
 *
 * With the values shifted by any constant s, d = x − s, the mean is s + E[d] and the variance E[d²] − E[d]²: two sums of
 * one pass, and a pass backwards without a sum that is known to be 0. The constant is the first of the values, which is
 * about as far from the mean as they are spread (Chan, Golub and LeVeque, 1983): values near 1000 with a spread of 1 lose
 * no digits, as they would with s = 0. At worst, where the first of n values is the only one that differs, the variance
 * keeps log₂ n bits less. It cancels from value and gradients, hence no gradient runs through it.
 */
export function centred(x: Tensor, axes: readonly number[], counts?: Tensor): Centred {
  const kept = { keepDims: true };
  const number = counts?.broadcastTo(x.shape).cast("float32").sum(axes, kept).maximum(1);
  const meanOf = (values: Tensor): Tensor =>
    counts === undefined || number === undefined
      ? values.mean(axes, kept)
      : where(counts, values, 0).sum(axes, kept).div(number);
  // What does not count may be anything, NaN too: there the mean itself is the shift, at the price of a pass.
  const shift = counts === undefined && x.size > 0 ? firstOf(x, axes) : meanOf(x);
  const shifted = x.sub(shift.stopGradient());
  const rest = meanOf(shifted);
  // Rounding may leave less than 0 of a variance of 0, whose root would be NaN.
  const variance = meanOf(shifted.square()).sub(rest.square()).maximum(0);
  return { mean: shift.stopGradient().add(rest), variance, centred: shifted.sub(rest) };
}

/** The first element along axes, which stay with extent 1. */
const firstOf = (x: Tensor, axes: readonly number[]): Tensor =>
  x.slice(
    x.shape.map(() => 0),
    x.shape.map((extent, axis) => (axes.includes(axis) ? 1 : extent)),
  );
