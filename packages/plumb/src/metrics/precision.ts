import type { GivenOf } from "../base/parameters.ts";
import { divideOrZero } from "../numerics/division.ts";
import { confusion, countThresholds, decisionParameters as parameters, perThreshold } from "./decisions.ts";
import { Metric, type MetricOptions } from "./metric.ts";
import type { MetricRecord } from "./record.ts";

export const precisionRecord: MetricRecord<typeof parameters> = {
  name: "Precision",
  formula: "right yes / all yes",
  parameters,
  contract: {
    labels: "binary",
    predictions: "probability",
    supportsLogits: false,
    tasks: ["binary", "labelSets"],
    when: "Where a false alarm is what costs",
  },
  higherIsBetter: true,
  range: [0, 1],
  thresholdOf: ({ thresholds }) => thresholds,
  state: (options) => {
    const shape = [countThresholds(options)];
    return { truePositives: shape, falsePositives: shape };
  },
  batch: (batch, options) => {
    const { truePositives, falsePositives } = confusion("Precision", batch, options);
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
 * Weights weigh rows or values. Range [0, 1], higher is better; 0 when nothing was called a yes.
 */
export class Precision extends Metric<typeof parameters> {
  static readonly record = precisionRecord;
  constructor(options: MetricOptions & GivenOf<typeof parameters> = {}) {
    super(precisionRecord, options);
  }
}
