/** Distances between labels and predictions, element by element; losses and metrics average them. */
import { where, type Tensor } from "../tensor/index.ts";

/** Below this, labels of a percentage and arguments of a logarithm are taken for it, as in Keras. */
const epsilon = 1e-7;

/** (y − p)². */
export const squaredError = (yTrue: Tensor, yPred: Tensor): Tensor => yPred.sub(yTrue).square();

/** |y − p|. */
export const absoluteError = (yTrue: Tensor, yPred: Tensor): Tensor => yPred.sub(yTrue).abs();

/** 100 |y − p| / |y|, in percent; labels closer to 0 than 1e-7 count as 1e-7. */
export const percentageError = (yTrue: Tensor, yPred: Tensor): Tensor =>
  absoluteError(yTrue, yPred).div(yTrue.abs().maximum(epsilon)).mul(100);

/** (log(1 + y) − log(1 + p))²; values below 1e-7 count as 1e-7, and get no gradient. */
export const squaredLogarithmicError = (yTrue: Tensor, yPred: Tensor): Tensor =>
  yPred.maximum(epsilon).log1p().sub(yTrue.maximum(epsilon).log1p()).square();

/** ½ r² where the residual r is at most `delta`, delta (|r| − ½ delta) beyond: a parabola with straight arms. */
export function huberError(yTrue: Tensor, yPred: Tensor, delta: number): Tensor {
  const residual = yPred.sub(yTrue);
  const size = residual.abs();
  const arms = size.mul(delta).sub(0.5 * delta * delta);
  return where(size.lessEqual(delta), residual.square().mul(0.5), arms);
}

/**
 * log cosh r of the residual r. Far out it is |r| + log(1 + e^−2|r|) − log 2; near 0 that is a difference of nearly equal
 * numbers, and log(1 + 2 sinh²(r/2)) is used, with 2 sinh²(r/2) = t² / (2 (1 + t)) for t = e^−r − 1. The near form sees
 * no residual beyond 1, so that nothing overflows in the half of it that is thrown away.
 */
export function logCoshError(yTrue: Tensor, yPred: Tensor): Tensor {
  const residual = yPred.sub(yTrue);
  const size = residual.abs();
  const isNear = size.lessEqual(1);
  const t = where(isNear, residual, 0).neg().expm1();
  const near = t.square().div(t.add(1).mul(2)).log1p();
  const far = size.add(size.mul(-2).exp().log1p()).sub(Math.LN2);
  return where(isNear, near, far);
}

/**
 * The pinball error of a quantile: `quantile` · r where the label lies r above the prediction, (1 − `quantile`) · r where
 * it lies r below. As ½ |r| + (quantile − ½) r it has no seam, and at r = 0 the gradient lies midway.
 */
export function pinballError(yTrue: Tensor, yPred: Tensor, quantile: number | Tensor): Tensor {
  const residual = yTrue.sub(yPred);
  const tilt = typeof quantile === "number" ? residual.mul(quantile - 0.5) : residual.mul(quantile.sub(0.5));
  return residual.abs().mul(0.5).add(tilt);
}
