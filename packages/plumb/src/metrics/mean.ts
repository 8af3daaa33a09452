/** Metrics that are a weighted mean of one value per prediction or row: most of them. */
import type { Contract } from "../base/contract.ts";
import type { Parameters, ValuesOf } from "../base/parameters.ts";
import { divideOrZero } from "../numerics/division.ts";
import { scalar, type Tensor } from "../tensor/index.ts";
import type { MetricBatch, MetricRecord, MetricState } from "./record.ts";

/** Σ w v over all values, in float64. */
export const weightedSum = (
  values: Tensor,
  weights: Tensor | undefined,
  axis?: number | readonly number[],
): Tensor => {
  const wide = values.cast("float64");
  return (weights === undefined ? wide : wide.mul(weights)).sum(axis);
};

/** Σ w v and Σ w of the values of one batch. */
export function meanOf(values: Tensor, weights: MetricBatch["weights"]): MetricState {
  const weight = weights(values.shape);
  return {
    total: weightedSum(values, weight),
    count: weight === undefined ? scalar(values.size, "float64") : weight.sum(),
  };
}

/** What a record of this kind says itself. */
export type MeanFacts<P extends Parameters> = Omit<MetricRecord<P>, "state" | "batch" | "merge" | "value"> & {
  readonly contract: Contract;
  /** The values to be averaged, from aligned labels and predictions. */
  readonly values: (yTrue: Tensor, yPred: Tensor, parameters: ValuesOf<P>) => Tensor;
  /** What becomes of the mean in the end: a root, an exponential. */
  readonly finish?: (mean: Tensor) => Tensor;
};

/** The record of a metric that averages values: Σ w v / Σ w, 0 when nothing was counted. */
export function meanRecord<P extends Parameters>({
  values,
  finish,
  ...facts
}: MeanFacts<P>): MetricRecord<P> {
  return {
    ...facts,
    state: () => ({ total: [], count: [] }),
    batch: ({ yTrue, yPred, weights }, parameters) => meanOf(values(yTrue, yPred, parameters), weights),
    value: ({ total, count }) => {
      const mean = divideOrZero(total, count);
      return finish === undefined ? mean : finish(mean);
    },
  };
}
