import { countRecord, type countParameters } from "./kinds/counts.ts";
import type { GivenOf } from "../base/parameters.ts";
import { Metric, type MetricOptions } from "./metric.ts";

export const falseNegativesRecord = countRecord({
  name: "FalseNegatives",
  formula: "number of wrong no",
  when: "To count the misses",
  counts: "falseNegatives",
});

/**
 * How many times a no was wrong: the weighted number of them.
 *
 * Labels 0 or 1, predictions probabilities, of one shape; each output counts by itself. p > 0.5 is a yes, unless
 * `thresholds` says otherwise (a list gives `[thresholds]` values). A count; range [0, ∞), lower is better.
 *
 * @example
 * const metric = new FalseNegatives();
 * metric.updateState([0, 1, 1, 0], [0.2, 0.9, 0.4, 0.3]);
 * metric.result().itemSync(); // 1
 */
export class FalseNegatives extends Metric<typeof countParameters> {
  static readonly record = falseNegativesRecord;
  constructor(options: MetricOptions & GivenOf<typeof countParameters> = {}) {
    super(falseNegativesRecord, options);
  }
}
