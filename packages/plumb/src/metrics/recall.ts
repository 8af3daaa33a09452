import type { GivenOf } from "../base/parameters.ts";
import { divideOrZero } from "../numerics/division.ts";
import { confusion, countThresholds, decisionParameters as parameters, perThreshold } from "./decisions.ts";
import { Metric, type MetricOptions } from "./metric.ts";
import type { MetricRecord } from "./record.ts";

export const recallRecord: MetricRecord<typeof parameters> = {
  name: "Recall",
  formula: "right yes / all that should be",
  parameters,
  contract: {
    labels: "binary",
    predictions: "probability",
    supportsLogits: false,
    tasks: ["binary", "labelSets"],
    when: "Where a case that was missed is what costs",
  },
  higherIsBetter: true,
  range: [0, 1],
  thresholdOf: ({ thresholds }) => thresholds,
  state: (options) => {
    const shape = [countThresholds(options)];
    return { truePositives: shape, falseNegatives: shape };
  },
  batch: (batch, options) => {
    const { truePositives, falseNegatives } = confusion("Recall", batch, options);
    return { truePositives, falseNegatives };
  },
  value: ({ truePositives, falseNegatives }, options) =>
    perThreshold(divideOrZero(truePositives, truePositives.add(falseNegatives)), options),
};

/**
 * The share of true yes that were found: true positives / (true positives + false negatives).
 *
 * Labels 0 or 1, predictions probabilities, of one shape; each output counts by itself. p > 0.5 is a yes, unless
 * `thresholds` says otherwise (a list gives `[thresholds]` values) or `topK` ranks them; `classId` looks at one column.
 * Weights weigh rows or values. Range [0, 1], higher is better; 0 when there was nothing to find.
 */
export class Recall extends Metric<typeof parameters> {
  static readonly record = recallRecord;
  constructor(options: MetricOptions & GivenOf<typeof parameters> = {}) {
    super(recallRecord, options);
  }
}
