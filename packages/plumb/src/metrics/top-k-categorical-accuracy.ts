import { integer } from "../base/parameters.ts";
import { amongBest } from "./kinds/top.ts";
import { meanRecord } from "./kinds/means.ts";
import type { GivenOf } from "../base/parameters.ts";
import { Metric, type MetricOptions } from "./metric.ts";

const parameters = { k: integer(5, "How many of the largest predictions may hold the class", { min: 1 }) };

export const topKCategoricalAccuracyRecord = meanRecord<typeof parameters>({
  name: "TopKCategoricalAccuracy",

  formula: "share of rows with argmax y among the k largest p",

  parameters,
  contract: {
    labels: "oneHot",
    predictions: "scores",
    supportsLogits: false,
    tasks: ["classes"],
    when: "For many classes, where being close counts; one-hot labels",
  },
  higherIsBetter: true,
  range: [0, 1],

  values: (yTrue, yPred, { k }) => amongBest(yTrue.argmax(-1), yPred, k),
});

/**
 * The share of rows whose class is among the `k` (5 unless told) largest predictions.
 *
 * Labels one-hot, predictions probabilities or logits (only their order matters), both `[batch, …, classes]`. Predictions
 * that tie with the k-th count as among them, as in TensorFlow; a row with a prediction that is not finite is wrong. Range
 * [0, 1], higher is better; 1 where there are no more than k classes.
 *
 * @example
 * const metric = new TopKCategoricalAccuracy({ k: 2 });
 * metric.updateState([[0, 0, 1], [0, 1, 0]], [[0.1, 0.9, 0.8], [0.4, 0.1, 0.5]]);
 * metric.result().itemSync(); // 0.5
 */
export class TopKCategoricalAccuracy extends Metric<typeof parameters> {
  static readonly record = topKCategoricalAccuracyRecord;
  constructor(options: MetricOptions & GivenOf<typeof parameters> = {}) {
    super(topKCategoricalAccuracyRecord, options);
  }
}
