import { concordance } from "./kinds/correlations.ts";
import { axis } from "./kinds/parameters.ts";
import { meanRecord } from "./kinds/means.ts";
import type { GivenOf } from "../base/parameters.ts";
import { Metric, type MetricOptions } from "./metric.ts";

const parameters = { axis };

export const concordanceCorrelationRecord = meanRecord<typeof parameters>({
  name: "ConcordanceCorrelation",

  formula: "mean over rows of 2 cov(y, p) / (σ_y² + σ_p² + (mean y − mean p)²)",
  source: "Lin, A concordance correlation coefficient to evaluate reproducibility, 1989",
  parameters,
  contract: {
    labels: "real",
    predictions: "real",
    supportsLogits: false,
    tasks: ["regression"],
    when: "For rows that should agree: correlation, less what scale and place differ",
  },
  higherIsBetter: true,
  range: [-1, 1],

  values: (yTrue, yPred, { axis }) => concordance(yTrue, yPred, axis),
});

/**
 * The mean over rows of the concordance of labels and predictions within each row: correlation that also falls with a
 * difference of scale or of mean.
 *
 * Both real, of one shape; what is correlated lies along `axis`: within one row, as in Keras, not over the data set.
 * Rows that do not vary give 0 (1e-7 is added to the divisor). Range [−1, 1], higher is better.
 *
 * @example
 * const metric = new ConcordanceCorrelation();
 * metric.updateState([[1, 2, 3]], [[1, 2, 3]]);
 * metric.result().itemSync(); // 1
 */
export class ConcordanceCorrelation extends Metric<typeof parameters> {
  static readonly record = concordanceCorrelationRecord;
  constructor(options: MetricOptions & GivenOf<typeof parameters> = {}) {
    super(concordanceCorrelationRecord, options);
  }
}
