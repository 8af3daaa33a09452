import { constrainedParameters, constrainedRecord } from "./kinds/constrained.ts";
import type { GivenOf } from "../base/parameters.ts";
import { Metric, type MetricOptions } from "./metric.ts";

const parameters = constrainedParameters("precision");

export const recallAtPrecisionRecord = constrainedRecord({
  name: "RecallAtPrecision",
  held: "precision",
  best: "recall",
  when: "Where at least some share of the yes has to be right",
});

/**
 * The best recall (the share of true labels that are found) of any threshold at which the precision
 * (the share of yes that are right) is at least as given; 0 where there is none.
 *
 * Labels 0 or 1, predictions probabilities, of one shape; each output counts by itself, `classId` looks at one column.
 * `numThresholds` (200) thresholds are tried, evenly from 0 to 1. Range [0, 1], higher is better. Errors: PL2011 without
 * `precision`, or with one outside [0, 1].
 *
 * @example
 * const metric = new RecallAtPrecision({ precision: 0.5 });
 * metric.updateState([0, 0, 1, 1], [0, 0.5, 0.6, 0.9]);
 * metric.result().itemSync(); // 1
 */
export class RecallAtPrecision extends Metric<typeof parameters> {
  static readonly record = recallAtPrecisionRecord;
  constructor(options: MetricOptions & GivenOf<typeof parameters> = {}) {
    super(recallAtPrecisionRecord, options);
  }
}
