import { pearson } from "./kinds/correlations.ts";
import { axis } from "./kinds/parameters.ts";
import { meanRecord } from "./kinds/means.ts";
import type { GivenOf } from "../base/parameters.ts";
import { Metric, type MetricOptions } from "./metric.ts";

const parameters = { axis };

export const pearsonCorrelationRecord = meanRecord<typeof parameters>({
  name: "PearsonCorrelation",

  formula: "mean over rows of cov(y, p) / (σ_y σ_p)",
  source: "Pearson, Notes on regression and inheritance, 1895",
  parameters,
  contract: {
    labels: "real",
    predictions: "real",
    supportsLogits: false,
    tasks: ["regression"],
    when: "For rows that should rise and fall together, whatever their scale",
  },
  higherIsBetter: true,
  range: [-1, 1],

  values: (yTrue, yPred, { axis }) => pearson(yTrue, yPred, axis),
});

/**
 * The mean over rows of the correlation of labels and predictions within each row: 1 where one is a rising straight line
 * of the other.
 *
 * Both real, of one shape; what is correlated lies along `axis`: within one row, as in Keras, not over the data set.
 * A row that does not vary gives NaN. Range [−1, 1], higher is better.
 *
 * @example
 * const metric = new PearsonCorrelation();
 * metric.updateState([[1, 2, 3]], [[3, 5, 7]]);
 * metric.result().itemSync(); // 1
 */
export class PearsonCorrelation extends Metric<typeof parameters> {
  static readonly record = pearsonCorrelationRecord;
  constructor(options: MetricOptions & GivenOf<typeof parameters> = {}) {
    super(pearsonCorrelationRecord, options);
  }
}
