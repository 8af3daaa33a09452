/** How badly a predicted distribution explains what was observed, in nats; losses and metrics average them. */
import { where, type Tensor } from "../tensor/index.ts";
import { softplus } from "./sigmoids.ts";
import { logSoftmax } from "./softmax.ts";

const epsilon = 1e-7;

/** Σ y log(y / p) along the axis, both clipped to [1e-7, 1] as Keras does. */
export function divergenceFromProbabilities(y: Tensor, p: Tensor, axis: number): Tensor {
  const [label, prediction] = [y.clip(epsilon, 1), p.clip(epsilon, 1)];
  return label.mul(label.div(prediction).log()).sum(axis);
}

/** Σ y (log y − log softmax(x)) along the axis; y log y is 0 at y = 0, its limit. */
export function divergenceFromLogits(y: Tensor, x: Tensor, axis: number): Tensor {
  const positive = y.greater(0);
  const own = where(positive, y.mul(where(positive, y, 1).log()), 0);
  return own.sub(y.mul(logSoftmax(x, axis))).sum(axis);
}

/** p − y log p: what a count y costs under a Poisson distribution of mean p, but for log y!, which p does not change. */
export const poissonError = (y: Tensor, p: Tensor): Tensor => p.sub(y.mul(p.add(epsilon).log()));

/**
 * ½ (log v + (y − m)² / v): what y costs under a normal distribution of mean m and variance v, but for ½ log 2π. The
 * variance is softplus(spread) + `least`: positive for every spread, and linear in large ones, where an exponential
 * would overflow.
 */
export function gaussianError(y: Tensor, mean: Tensor, spread: Tensor, least: number): Tensor {
  const variance = softplus(spread).add(least);
  return variance.log().add(y.sub(mean).square().div(variance)).mul(0.5);
}
