import { sizeOf } from "../base/shape.ts";
import { absoluteError } from "../numerics/residuals.ts";
import { ones, where } from "../tensor/index.ts";
import { Metric, type MetricOptions } from "./metric.ts";
import type { MetricRecord } from "./record.ts";

export const medianAbsoluteErrorRecord: MetricRecord<{}> = {
  name: "MedianAbsoluteError",
  formula: "median |y − p|",
  source: "scikit-learn's median_absolute_error; weighted medians average the two middles",
  parameters: {},
  contract: {
    labels: "real",
    predictions: "real",
    supportsLogits: false,
    tasks: ["regression"],
    when: "For amounts with outliers, which it does not see",
  },
  higherIsBetter: false,
  range: [0, Infinity],
  keepsRows: true,
  state: () => ({}),
  batch: ({ yTrue, yPred, weights }) => {
    const error = absoluteError(yTrue, yPred);
    const outputs = error.rank < 2 ? 1 : error.shape.at(-1)!;
    const shape = [sizeOf(error.shape) / outputs, outputs];
    const weight = weights(error.shape) ?? ones(error.shape, "float64");
    return { error: error.reshape(shape), weight: weight.reshape(shape) };
  },
  value: ({ error, weight }) => {
    const order = error.argsort(0);
    const [sorted, weights] = [error.takeAlong(order, 0), weight.takeAlong(order, 0)];
    // With half of the weight below and half above there are two middles; else both are the one.
    const below = weights.cumsum(0);
    const half = weights.sum(0, { keepDims: true }).mul(0.5);
    const counts = weights.greater(0);
    const lower = where(counts.logicalAnd(below.greaterEqual(half)), sorted, Infinity).min(0);
    const upper = where(counts.logicalAnd(below.greater(half)), sorted, Infinity).min(0);
    return lower.add(upper).mul(0.5).mean();
  },
};

/**
 * The median of the absolute differences of labels and predictions: half of them are smaller. With several outputs the
 * mean of their medians.
 *
 * Both real, of one shape `[batch]` or `[batch, …, outputs]`. In the units of the labels; range [0, ∞), lower is better;
 * NaN of nothing. Every row is kept, outside of the engine, so that it cannot be followed inside a compiled step (PL2018).
 *
 * @example
 * const metric = new MedianAbsoluteError();
 * metric.updateState([[1], [2], [3]], [[1.5], [2], [9]]);
 * metric.result().itemSync(); // 0.5
 */
export class MedianAbsoluteError extends Metric<{}> {
  static readonly record = medianAbsoluteErrorRecord;
  constructor(options: MetricOptions = {}) {
    super(medianAbsoluteErrorRecord, options);
  }
}
