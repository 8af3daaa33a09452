import { meanRecord } from "./kinds/means.ts";
import { Metric, type MetricOptions } from "./metric.ts";

export const categoricalAccuracyRecord = meanRecord<{}>({
  name: "CategoricalAccuracy",
  formula: "share of rows with argmax p = argmax y",
  parameters: {},
  contract: {
    labels: "oneHot",
    predictions: "scores",
    supportsLogits: false,
    tasks: ["classes"],
    when: "For one class out of several, one-hot labels",
  },
  higherIsBetter: true,
  range: [0, 1],
  values: (yTrue, yPred) => yTrue.argmax(-1).equal(yPred.argmax(-1)),
});

/**
 * The share of rows whose largest prediction stands where the largest label does; the first of equals counts.
 *
 * Labels one-hot, predictions probabilities or logits (only their order matters), both `[batch, …, classes]`. Range
 * [0, 1], higher is better; a guess among K even classes scores 1/K.
 *
 * @example
 * const metric = new CategoricalAccuracy();
 * metric.updateState([[0, 1], [1, 0]], [[0.3, 0.7], [0.4, 0.6]]);
 * metric.result().itemSync(); // 0.5
 */
export class CategoricalAccuracy extends Metric<{}> {
  static readonly record = categoricalAccuracyRecord;
  constructor(options: MetricOptions = {}) {
    super(categoricalAccuracyRecord, options);
  }
}
