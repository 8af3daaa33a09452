import { squaredError } from "../numerics/residuals.ts";
import { meanRecord } from "./kinds/means.ts";
import { Metric, type MetricOptions } from "./metric.ts";

export const rootMeanSquaredErrorRecord = meanRecord<{}>({
  name: "RootMeanSquaredError",
  aliases: ["rmse", "RMSE"],
  formula: "√ mean (y − p)²",
  parameters: {},
  contract: {
    labels: "real",
    predictions: "real",
    supportsLogits: false,
    tasks: ["regression"],
    when: "For amounts, in the units of the labels",
  },
  higherIsBetter: false,
  range: [0, Infinity],
  values: squaredError,
  finish: (mean) => mean.sqrt(),
});

/**
 * The root of the mean squared difference of labels and predictions: the root of the whole, not a mean of roots.
 *
 * Both real, of one shape `[batch, …, outputs]`. In the units of the labels; range [0, ∞), lower is better.
 *
 * @example
 * const metric = new RootMeanSquaredError();
 * metric.updateState([[1], [2]], [[4], [6]]);
 * metric.result().itemSync(); // 3.5355…
 */
export class RootMeanSquaredError extends Metric<{}> {
  static readonly record = rootMeanSquaredErrorRecord;
  constructor(options: MetricOptions = {}) {
    super(rootMeanSquaredErrorRecord, options);
  }
}
