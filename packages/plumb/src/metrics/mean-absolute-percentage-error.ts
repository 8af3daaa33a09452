import { percentageError } from "../numerics/residuals.ts";
import { meanRecord } from "./kinds/means.ts";
import { Metric, type MetricOptions } from "./metric.ts";

export const meanAbsolutePercentageErrorRecord = meanRecord<{}>({
  name: "MeanAbsolutePercentageError",
  aliases: ["mape", "MAPE"],
  formula: "mean 100 |y − p| / |y|",

  parameters: {},
  contract: {
    labels: "real",
    predictions: "real",
    supportsLogits: false,
    tasks: ["regression"],
    when: "For amounts far from 0, where relative errors matter",
  },
  higherIsBetter: false,
  range: [0, Infinity],

  values: (yTrue, yPred) => percentageError(yTrue, yPred).mean(-1),
});

/**
 * The mean of the absolute errors as a share of their labels, in percent.
 *
 * Both real, of one shape `[batch, …, outputs]`. Labels closer to 0 than 1e-7 count as 1e-7, so that a single label of 0 makes it
 * huge. In percent; range [0, ∞), lower is better.
 *
 * @example
 * const metric = new MeanAbsolutePercentageErrorMetric();
 * metric.updateState([[100], [50]], [[90], [60]]);
 * metric.result().itemSync(); // 15
 */
export class MeanAbsolutePercentageError extends Metric<{}> {
  static readonly record = meanAbsolutePercentageErrorRecord;
  constructor(options: MetricOptions = {}) {
    super(meanAbsolutePercentageErrorRecord, options);
  }
}
