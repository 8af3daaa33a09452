/** Means and squared distances from them, put together part by part. */
import { divideOrZero } from "../../numerics/division.ts";
import { full, type Tensor } from "../../tensor/index.ts";
import { shapeError } from "../metric.ts";
import type { MetricBatch } from "../record.ts";

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

/** What moments of a batch are taken of: labels and predictions `[batch, outputs]` in float64, and what each output counts. */
export interface OutputColumns {
  readonly y: Tensor;
  readonly p: Tensor;
  readonly weight: Tensor | undefined;
  readonly count: Tensor;
}

/** The batch by outputs. Errors: PL2002 for predictions of another rank than two. */
export function outputColumns(who: string, { yTrue, yPred, weights }: MetricBatch): OutputColumns {
  if (yPred.rank !== 2)
    throw shapeError(
      who,
      yTrue.shape,
      yPred.shape,
      "It takes [batch, outputs]",
      "Reshape both to columns: x.expandDims(-1)",
    );
  const weight = weights(yPred.shape);
  const [rows, outputs] = yTrue.shape;
  const count = weight === undefined ? full([outputs], rows, "float64") : weight.sum(0);
  return { y: yTrue.cast("float64"), p: yPred.cast("float64"), weight, count };
}
