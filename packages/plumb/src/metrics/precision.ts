import { divideOrZero } from "../numerics/division.ts";
import { decisionContract } from "./kinds/counts.ts";
import { countDecisions, countThresholds, decisionParameters, perThreshold } from "./kinds/decisions.ts";
import type { GivenOf } from "../base/parameters.ts";
import { Metric, type MetricOptions } from "./metric.ts";
import type { MetricRecord } from "./record.ts";

export const precisionRecord: MetricRecord<typeof decisionParameters> = {
  name: "Precision",
  formula: "right yes / all yes",
  parameters: decisionParameters,
  contract: decisionContract("Where a false alarm is what costs"),
  higherIsBetter: true,
  range: [0, 1],
  thresholdOf: ({ thresholds }) => thresholds,
  state: (options) => {
    const shape = [countThresholds(options)];
    return { truePositives: shape, falsePositives: shape };
  },
  batch: (batch, options) => {
    const { truePositives, falsePositives } = countDecisions("Precision", batch, options);
    return { truePositives, falsePositives };
  },
  value: ({ truePositives, falsePositives }, options) =>
    perThreshold(divideOrZero(truePositives, truePositives.add(falsePositives)), options),
};

/**
 * The share of predicted yes that are right: true positives / (true positives + false positives).
 *
 * Labels 0 or 1, predictions probabilities, of one shape; each output counts by itself. p > 0.5 is a yes, unless
 * `thresholds` says otherwise (a list gives `[thresholds]` values) or `topK` ranks them; `classId` looks at one column.
 * Weights weigh rows or values. Range [0, 1], higher is better; 0 when nothing was called a yes. For classes, and averages
 * over them, see ClassPrecision. Errors: PL2011 for `topK` or `classId` without columns.
 *
 * @example
 * const metric = new Precision();
 * metric.updateState([0, 1, 1], [0.2, 0.9, 0.4]);
 * metric.result().itemSync(); // 1
 */
export class Precision extends Metric<typeof decisionParameters> {
  static readonly record = precisionRecord;
  constructor(options: MetricOptions & GivenOf<typeof decisionParameters> = {}) {
    super(precisionRecord, options);
  }
}
