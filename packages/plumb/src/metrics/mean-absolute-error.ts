import { absoluteError } from "../numerics/residuals.ts";
import { meanRecord } from "./kinds/means.ts";
import { Metric, type MetricOptions } from "./metric.ts";

export const meanAbsoluteErrorRecord = meanRecord<{}>({
  name: "MeanAbsoluteError",
  aliases: ["mae", "MAE"],
  formula: "mean |y − p|",
  parameters: {},
  contract: {
    labels: "real",
    predictions: "real",
    supportsLogits: false,
    tasks: ["regression"],
    when: "For amounts: how far off on average",
  },
  higherIsBetter: false,
  range: [0, Infinity],
  values: (yTrue, yPred) => absoluteError(yTrue, yPred).mean(-1),
});

/**
 * The mean absolute difference of labels and predictions, over all outputs of all rows.
 *
 * Both real, of one shape `[batch, …, outputs]`. In the units of the labels; range [0, ∞), lower is better.
 *
 * @example
 * const metric = new MeanAbsoluteErrorMetric();
 * metric.updateState([[1], [2]], [[1.5], [4]]);
 * metric.result().itemSync(); // 1.25
 */
export class MeanAbsoluteError extends Metric<{}> {
  static readonly record = meanAbsoluteErrorRecord;
  constructor(options: MetricOptions = {}) {
    super(meanAbsoluteErrorRecord, options);
  }
}
