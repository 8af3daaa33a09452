import { meanRecord } from "./kinds/means.ts";
import { Metric, type MetricOptions } from "./metric.ts";

export const accuracyRecord = meanRecord<{}>({
  name: "Accuracy",
  formula: "share of predictions equal to their label",
  parameters: {},
  contract: {
    labels: "real",
    predictions: "label",
    supportsLogits: false,
    tasks: ["binary", "classes"],
    when: "For predictions that are decided already",
  },
  higherIsBetter: true,
  range: [0, 1],
  values: (yTrue, yPred) => yTrue.equal(yPred),
});

/**
 * The share of predictions that equal their label: for labels that were decided already. The string "accuracy" in
 * `compile` is not this but the accuracy that suits the labels: binary, categorical or sparse.
 *
 * Labels and predictions have one shape; so do weights, or they weigh rows. Range [0, 1], higher is better.
 *
 * @example
 * const metric = new Accuracy();
 * metric.updateState([1, 2, 3, 4], [1, 2, 0, 4]);
 * metric.result().itemSync(); // 0.75
 */
export class Accuracy extends Metric<{}> {
  static readonly record = accuracyRecord;
  constructor(options: MetricOptions = {}) {
    super(accuracyRecord, options);
  }
}
