import { divideOrZero } from "../numerics/division.ts";
import { decisionContract } from "./kinds/counts.ts";
import { countDecisions, countThresholds, decisionParameters, perThreshold } from "./kinds/decisions.ts";
import type { GivenOf } from "../base/parameters.ts";
import { Metric, type MetricOptions } from "./metric.ts";
import type { MetricRecord } from "./record.ts";

export const recallRecord: MetricRecord<typeof decisionParameters> = {
  name: "Recall",
  formula: "right yes / all that should be",
  parameters: decisionParameters,
  contract: decisionContract("Where a miss is what costs"),
  higherIsBetter: true,
  range: [0, 1],
  thresholdOf: ({ thresholds }) => thresholds,
  state: (options) => {
    const shape = [countThresholds(options)];
    return { truePositives: shape, falseNegatives: shape };
  },
  batch: (batch, options) => {
    const { truePositives, falseNegatives } = countDecisions("Recall", batch, options);
    return { truePositives, falseNegatives };
  },
  value: ({ truePositives, falseNegatives }, options) =>
    perThreshold(divideOrZero(truePositives, truePositives.add(falseNegatives)), options),
};

/**
 * The share of true labels that are found: true positives / (true positives + false negatives).
 *
 * Labels 0 or 1, predictions probabilities, of one shape; each output counts by itself. p > 0.5 is a yes, unless
 * `thresholds` says otherwise (a list gives `[thresholds]` values) or `topK` ranks them; `classId` looks at one column.
 * Weights weigh rows or values. Range [0, 1], higher is better; 0 when there is nothing to find. For classes, and averages
 * over them, see ClassRecall. Errors: PL2011 for `topK` or `classId` without columns.
 *
 * @example
 * const metric = new Recall();
 * metric.updateState([0, 1, 1], [0.2, 0.9, 0.4]);
 * metric.result().itemSync(); // 0.5
 */
export class Recall extends Metric<typeof decisionParameters> {
  static readonly record = recallRecord;
  constructor(options: MetricOptions & GivenOf<typeof decisionParameters> = {}) {
    super(recallRecord, options);
  }
}
