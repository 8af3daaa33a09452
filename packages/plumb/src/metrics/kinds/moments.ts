/** Means and squared distances from them, put together part by part. */
import { divideOrZero } from "../../numerics/division.ts";
import type { Tensor } from "../../tensor/index.ts";

/** Σ w, Σ w x / Σ w and Σ w (x − mean)². */
export interface Moments {
  readonly count: Tensor;
  readonly mean: Tensor;
  readonly squares: Tensor;
}

/**
 * The moments of two parts together, as Chan, Golub and LeVeque (1979) do. Sums of y and of y² would be simpler, and lose
 * every digit of the variance when the values lie far from 0, as years and prices do.
 */
export function mergedMoments(a: Moments, b: Moments): Moments {
  const count = a.count.add(b.count);
  const share = divideOrZero(b.count, count);
  const apart = b.mean.sub(a.mean);
  return {
    count,
    mean: a.mean.add(apart.mul(share)),
    squares: a.squares.add(b.squares).add(apart.square().mul(a.count).mul(share)),
  };
}
