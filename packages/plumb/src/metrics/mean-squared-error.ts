import { squaredError } from "../numerics/residuals.ts";
import { meanRecord } from "./kinds/means.ts";
import { Metric, type MetricOptions } from "./metric.ts";

export const meanSquaredErrorRecord = meanRecord<{}>({
  name: "MeanSquaredError",
  aliases: ["mse", "MSE"],
  formula: "mean (y − p)²",
  parameters: {},
  contract: {
    labels: "real",
    predictions: "real",
    supportsLogits: false,
    tasks: ["regression"],
    when: "For amounts, where large errors matter most",
  },
  higherIsBetter: false,
  range: [0, Infinity],
  values: (yTrue, yPred) => squaredError(yTrue, yPred).mean(-1),
});

/**
 * The mean squared difference of labels and predictions, over all outputs of all rows.
 *
 * Both real, of one shape `[batch, …, outputs]`. In the units of the labels squared; range [0, ∞), lower is better.
 *
 * @example
 * const metric = new MeanSquaredErrorMetric();
 * metric.updateState([[1], [2]], [[1], [4]]);
 * metric.result().itemSync(); // 2
 */
export class MeanSquaredError extends Metric<{}> {
  static readonly record = meanSquaredErrorRecord;
  constructor(options: MetricOptions = {}) {
    super(meanSquaredErrorRecord, options);
  }
}
