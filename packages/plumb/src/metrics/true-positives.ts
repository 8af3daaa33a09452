import { countRecord, type countParameters } from "./kinds/counts.ts";
import type { GivenOf } from "../base/parameters.ts";
import { Metric, type MetricOptions } from "./metric.ts";

export const truePositivesRecord = countRecord({
  name: "TruePositives",
  formula: "number of right yes",
  when: "To count the hits",
  counts: "truePositives",
});

/**
 * How many times a yes was right: the weighted number of them.
 *
 * Labels 0 or 1, predictions probabilities, of one shape; each output counts by itself. p > 0.5 is a yes, unless
 * `thresholds` says otherwise (a list gives `[thresholds]` values). A count; range [0, ∞), higher is better.
 *
 * @example
 * const metric = new TruePositives();
 * metric.updateState([0, 1, 1, 0], [0.2, 0.9, 0.4, 0.3]);
 * metric.result().itemSync(); // 1
 */
export class TruePositives extends Metric<typeof countParameters> {
  static readonly record = truePositivesRecord;
  constructor(options: MetricOptions & GivenOf<typeof countParameters> = {}) {
    super(truePositivesRecord, options);
  }
}
