/** Metrics that are a weighted mean of one value per prediction or row: most of them. */
import type { Parameters, ValuesOf } from "../../base/parameters.ts";
import { divideOrZero } from "../../numerics/division.ts";
import { scalar, where, type Axes, type Tensor } from "../../tensor/index.ts";
import type { MetricBatch, MetricRecord, MetricState } from "../record.ts";

/** Σ w v over all values, in float64. What weighs 0 is left out, not multiplied by 0: it may be NaN. */
export const weightedSum = (values: Tensor, weights: Tensor | undefined, axis?: Axes): Tensor => {
  const wide = values.cast("float64");
  return (weights === undefined ? wide : where(weights.equal(0), 0, wide.mul(weights))).sum(axis);
};

/** Weights of values of which only those that are `present` count. */
export function weightsOfPresent(
  weights: Tensor | undefined,
  present: Tensor | undefined,
): Tensor | undefined {
  if (present === undefined) return weights;
  const kept = present.cast("float64");
  return weights === undefined ? kept : weights.mul(kept);
}

/** Σ w v and Σ w of the values of one batch. */
export function meanOf(values: Tensor, weights: MetricBatch["weights"], present?: Tensor): MetricState {
  const weight = weightsOfPresent(weights(values.shape), present);
  return {
    total: weightedSum(values, weight),
    count: weight === undefined ? scalar(values.size, "float64") : weight.sum(),
  };
}

/** What a record of this kind says itself. */
export type MeanFacts<P extends Parameters> = Omit<MetricRecord<P>, "state" | "batch" | "merge" | "value"> & {
  /** The values to be averaged, from aligned labels and predictions. */
  readonly values: (yTrue: Tensor, yPred: Tensor, parameters: ValuesOf<P>) => Tensor;
  /** Which of the values count, as bool of their shape; all, unless told. */
  readonly present?: (yTrue: Tensor, parameters: ValuesOf<P>) => Tensor | undefined;
  /** What becomes of the mean in the end: a root, an exponential. */
  readonly finish?: (mean: Tensor) => Tensor;
};

/** The record of a metric that averages values: Σ w v / Σ w, 0 when nothing was counted. */
export function meanRecord<P extends Parameters>({
  values,
  present,
  finish,
  ...facts
}: MeanFacts<P>): MetricRecord<P> {
  return {
    ...facts,
    state: () => ({ total: [], count: [] }),
    batch: ({ yTrue, yPred, weights }, parameters) =>
      meanOf(values(yTrue, yPred, parameters), weights, present?.(yTrue, parameters)),
    value: ({ total, count }) => {
      const mean = divideOrZero(total, count);
      return finish === undefined ? mean : finish(mean);
    },
  };
}
