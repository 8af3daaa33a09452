import { countRecord, type countParameters } from "./kinds/counts.ts";
import type { GivenOf } from "../base/parameters.ts";
import { Metric, type MetricOptions } from "./metric.ts";

export const falsePositivesRecord = countRecord({
  name: "FalsePositives",
  formula: "number of wrong yes",
  when: "To count the false alarms",
  counts: "falsePositives",
});

/**
 * How many times a yes was wrong: the weighted number of them.
 *
 * Labels 0 or 1, predictions probabilities, of one shape; each output counts by itself. p > 0.5 is a yes, unless
 * `thresholds` says otherwise (a list gives `[thresholds]` values). A count; range [0, ∞), lower is better.
 *
 * @example
 * const metric = new FalsePositives();
 * metric.updateState([0, 1, 1, 0], [0.2, 0.9, 0.4, 0.3]);
 * metric.result().itemSync(); // 0
 */
export class FalsePositives extends Metric<typeof countParameters> {
  static readonly record = falsePositivesRecord;
  constructor(options: MetricOptions & GivenOf<typeof countParameters> = {}) {
    super(falsePositivesRecord, options);
  }
}
