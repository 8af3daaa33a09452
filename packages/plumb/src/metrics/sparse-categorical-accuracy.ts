import { meanRecord } from "./kinds/means.ts";
import { Metric, type MetricOptions } from "./metric.ts";

export const sparseCategoricalAccuracyRecord = meanRecord<{}>({
  name: "SparseCategoricalAccuracy",
  formula: "share of rows with argmax p = y",
  parameters: {},
  contract: {
    labels: "classIndex",
    predictions: "scores",
    supportsLogits: false,
    tasks: ["classes"],
    when: "For one class out of several, class indices",
  },
  higherIsBetter: true,
  range: [0, 1],
  values: (yTrue, yPred) => yPred.argmax(-1).equal(yTrue),
});

/**
 * The share of rows whose largest prediction stands at the class of the label; the first of equals counts.
 *
 * Labels are class indices `[batch, …]` (a trailing 1 is dropped), predictions probabilities or logits (only their order
 * matters) `[batch, …, classes]`. Range [0, 1], higher is better; a guess among K even classes scores 1/K.
 *
 * @example
 * const metric = new SparseCategoricalAccuracy();
 * metric.updateState(Int32Array.of(1, 0), [[0.3, 0.7], [0.4, 0.6]]);
 * metric.result().itemSync(); // 0.5
 */
export class SparseCategoricalAccuracy extends Metric<{}> {
  static readonly record = sparseCategoricalAccuracyRecord;
  constructor(options: MetricOptions = {}) {
    super(sparseCategoricalAccuracyRecord, options);
  }
}
