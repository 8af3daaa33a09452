import { countRecord, type countParameters } from "./kinds/counts.ts";
import type { GivenOf } from "../base/parameters.ts";
import { Metric, type MetricOptions } from "./metric.ts";

export const trueNegativesRecord = countRecord({
  name: "TrueNegatives",
  formula: "number of right no",
  when: "To count the correct rejections",
  counts: "trueNegatives",
});

/**
 * How many times a no was right: the weighted number of them.
 *
 * Labels 0 or 1, predictions probabilities, of one shape; each output counts by itself. p > 0.5 is a yes, unless
 * `thresholds` says otherwise (a list gives `[thresholds]` values). A count; range [0, ∞), higher is better.
 *
 * @example
 * const metric = new TrueNegatives();
 * metric.updateState([0, 1, 1, 0], [0.2, 0.9, 0.4, 0.3]);
 * metric.result().itemSync(); // 2
 */
export class TrueNegatives extends Metric<typeof countParameters> {
  static readonly record = trueNegativesRecord;
  constructor(options: MetricOptions & GivenOf<typeof countParameters> = {}) {
    super(trueNegativesRecord, options);
  }
}
