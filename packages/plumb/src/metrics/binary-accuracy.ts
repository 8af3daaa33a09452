import { optional, real, type GivenOf } from "../base/parameters.ts";
import { meanRecord } from "./kinds/means.ts";
import { Metric, type MetricOptions } from "./metric.ts";

const parameters = {
  threshold: optional(real(0.5, "A prediction above it is a yes; 0.5 unless told, and 0 for logits")),
};

export const binaryAccuracyRecord = meanRecord<typeof parameters>({
  name: "BinaryAccuracy",
  formula: "share of labels equal to [p > threshold]",
  parameters,
  contract: {
    labels: "binary",
    predictions: "probability",
    supportsLogits: false,
    tasks: ["binary", "labelSets"],
    when: "For yes or no; misleading where one answer is rare",
  },
  higherIsBetter: true,
  range: [0, 1],
  thresholdOf: ({ threshold }) => threshold,
  values: (yTrue, yPred, { threshold = 0.5 }) =>
    yTrue.equal(
      yPred.greater(yPred.dtype === "float32" ? Math.fround(threshold) : threshold).cast(yTrue.dtype),
    ),
});

/**
 * The share of yes-or-no predictions that are right: p > `threshold` counts as 1.
 *
 * Labels 0 or 1, predictions probabilities, of one shape `[batch, …, outputs]`; every output counts by itself. Given
 * logits, write `threshold: 0`; in `compile` a threshold left out is taken to mean probability 0.5. Range [0, 1], higher
 * is better.
 *
 * @example
 * const metric = new BinaryAccuracy();
 * metric.updateState([1, 0, 1, 1], [0.9, 0.2, 0.4, 0.8]);
 * metric.result().itemSync(); // 0.75
 */
export class BinaryAccuracy extends Metric<typeof parameters> {
  static readonly record = binaryAccuracyRecord;
  constructor(options: MetricOptions & GivenOf<typeof parameters> = {}) {
    super(binaryAccuracyRecord, options);
  }
}
