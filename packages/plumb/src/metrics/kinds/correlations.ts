/** How labels and predictions vary together along an axis. */
import type { Tensor } from "../../tensor/index.ts";

interface Moments {
  readonly covariance: Tensor;
  readonly varianceTrue: Tensor;
  readonly variancePred: Tensor;
  /** Mean of the labels less that of the predictions. */
  readonly apart: Tensor;
}

function momentsOf(yTrue: Tensor, yPred: Tensor, axis: number): Moments {
  const [meanTrue, meanPred] = [yTrue, yPred].map((x) => x.mean(axis, { keepDims: true }));
  const [y, p] = [yTrue.sub(meanTrue), yPred.sub(meanPred)];
  return {
    covariance: y.mul(p).mean(axis),
    varianceTrue: y.square().mean(axis),
    variancePred: p.square().mean(axis),
    apart: meanTrue.sub(meanPred).squeeze(axis),
  };
}

/** cov(y, p) / (σ_y σ_p): NaN where either does not vary. */
export function pearson(yTrue: Tensor, yPred: Tensor, axis: number): Tensor {
  const { covariance, varianceTrue, variancePred } = momentsOf(yTrue, yPred, axis);
  // The roots are taken one by one: the product of two small variances would vanish.
  return covariance.div(varianceTrue.sqrt()).div(variancePred.sqrt());
}

/** 2 cov(y, p) / (σ_y² + σ_p² + (mean y − mean p)² + 1e-7). */
export function concordance(yTrue: Tensor, yPred: Tensor, axis: number): Tensor {
  const { covariance, varianceTrue, variancePred, apart } = momentsOf(yTrue, yPred, axis);
  return covariance.mul(2).div(varianceTrue.add(variancePred).add(apart.square()).add(1e-7));
}
