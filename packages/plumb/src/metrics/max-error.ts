import { absoluteError } from "../numerics/residuals.ts";
import { where } from "../tensor/index.ts";
import { Metric, type MetricOptions } from "./metric.ts";
import type { MetricRecord } from "./record.ts";

export const maxErrorRecord: MetricRecord<{}> = {
  name: "MaxError",
  formula: "max |y − p|",
  source: "scikit-learn's max_error",
  parameters: {},
  contract: {
    labels: "real",
    predictions: "real",
    supportsLogits: false,
    tasks: ["regression"],
    when: "Where the worst case is what matters",
  },
  higherIsBetter: false,
  range: [0, Infinity],
  state: () => ({ largest: [] }),
  batch: ({ yTrue, yPred, weights }) => {
    const error = absoluteError(yTrue, yPred).cast("float64");
    const weight = weights(error.shape);
    return { largest: (weight === undefined ? error : where(weight.equal(0), 0, error)).max() };
  },
  merge: (a, b) => ({ largest: a.largest.maximum(b.largest) }),
  value: ({ largest }) => largest,
};

/**
 * The largest absolute difference of label and prediction.
 *
 * Both real, of one shape `[batch, …, outputs]`. What weighs 0 does not count; other weights change nothing. In the units
 * of the labels; range [0, ∞), lower is better.
 *
 * @example
 * const metric = new MaxError();
 * metric.updateState([[1], [2]], [[1.5], [5]]);
 * metric.result().itemSync(); // 3
 */
export class MaxError extends Metric<{}> {
  static readonly record = maxErrorRecord;
  constructor(options: MetricOptions = {}) {
    super(maxErrorRecord, options);
  }
}
