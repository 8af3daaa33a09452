import { squaredLogarithmicError } from "../numerics/residuals.ts";
import { meanRecord } from "./kinds/means.ts";
import { Metric, type MetricOptions } from "./metric.ts";

export const meanSquaredLogarithmicErrorRecord = meanRecord<{}>({
  name: "MeanSquaredLogarithmicError",
  aliases: ["msle", "MSLE"],
  formula: "mean (log(1 + y) − log(1 + p))²",

  parameters: {},
  contract: {
    labels: "real",
    predictions: "real",
    supportsLogits: false,
    tasks: ["regression"],
    when: "For amounts that span orders of magnitude, such as counts and prices",
  },
  higherIsBetter: false,
  range: [0, Infinity],

  values: (yTrue, yPred) => squaredLogarithmicError(yTrue, yPred).mean(-1),
});

/**
 * The mean squared difference of the logarithms of labels and predictions: relative errors, squared.
 *
 * Both real, of one shape `[batch, …, outputs]`. Values below 1e-7 count as 1e-7. Without unit; range [0, ∞),
 * lower is better.
 *
 * @example
 * const metric = new MeanSquaredLogarithmicErrorMetric();
 * metric.updateState([[0], [1]], [[0], [1]]);
 * metric.result().itemSync(); // 0
 */
export class MeanSquaredLogarithmicError extends Metric<{}> {
  static readonly record = meanSquaredLogarithmicErrorRecord;
  constructor(options: MetricOptions = {}) {
    super(meanSquaredLogarithmicErrorRecord, options);
  }
}
