import { constrainedParameters, constrainedRecord } from "./kinds/constrained.ts";
import type { GivenOf } from "../base/parameters.ts";
import { Metric, type MetricOptions } from "./metric.ts";

const parameters = constrainedParameters("sensitivity");

export const specificityAtSensitivityRecord = constrainedRecord({
  name: "SpecificityAtSensitivity",
  held: "sensitivity",
  best: "specificity",
  when: "Where at most some share of misses is bearable",
});

/**
 * The best specificity (the share of false labels that are left alone) of any threshold at which the sensitivity
 * (the share of true labels that are found) is at least as given; 0 where there is none.
 *
 * Labels 0 or 1, predictions probabilities, of one shape; each output counts by itself, `classId` looks at one column.
 * `numThresholds` (200) thresholds are tried, evenly from 0 to 1. Range [0, 1], higher is better. Errors: PL2011 without
 * `sensitivity`, or with one outside [0, 1].
 *
 * @example
 * const metric = new SpecificityAtSensitivity({ sensitivity: 0.5 });
 * metric.updateState([0, 0, 1, 1], [0, 0.5, 0.6, 0.9]);
 * metric.result().itemSync(); // 1
 */
export class SpecificityAtSensitivity extends Metric<typeof parameters> {
  static readonly record = specificityAtSensitivityRecord;
  constructor(options: MetricOptions & GivenOf<typeof parameters> = {}) {
    super(specificityAtSensitivityRecord, options);
  }
}
