import { flag, integer } from "../base/parameters.ts";
import { amongBest } from "./kinds/top.ts";
import { meanRecord } from "./kinds/means.ts";
import type { GivenOf } from "../base/parameters.ts";
import { Metric, type MetricOptions } from "./metric.ts";

const parameters = {
  k: integer(5, "How many of the largest predictions may hold the class", { min: 1 }),
  fromSortedIds: flag(false, "Predictions are class indices already, best first"),
};

export const sparseTopKCategoricalAccuracyRecord = meanRecord<typeof parameters>({
  name: "SparseTopKCategoricalAccuracy",

  formula: "share of rows with y among the k largest p",

  parameters,
  contract: {
    labels: "classIndex",
    predictions: "scores",
    supportsLogits: false,
    tasks: ["classes"],
    when: "For many classes, where being close counts; class indices",
  },
  higherIsBetter: true,
  range: [0, 1],

  values: (yTrue, yPred, { k, fromSortedIds }) => {
    if (!fromSortedIds) return amongBest(yTrue, yPred, k);
    const kept = Math.min(k, yPred.shape.at(-1)!);
    const best = yPred.slice(
      yPred.shape.map(() => 0),
      [...yPred.shape.slice(0, -1), kept],
    );
    return best.equal(yTrue.expandDims(-1)).any(-1);
  },
});

/**
 * The share of rows whose class is among the `k` (5 unless told) largest predictions.
 *
 * Labels are class indices `[batch, …]`, predictions probabilities or logits (only their order matters)
 * `[batch, …, classes]`. Predictions that tie with the k-th count as among them, as in TensorFlow; a row with a prediction
 * that is not finite, or a label that is no class, is wrong. With `fromSortedIds` predictions are class indices, best
 * first. Range [0, 1], higher is better.
 *
 * @example
 * const metric = new SparseTopKCategoricalAccuracy({ k: 2 });
 * metric.updateState(Int32Array.of(2, 1), [[0.1, 0.9, 0.8], [0.4, 0.1, 0.5]]);
 * metric.result().itemSync(); // 0.5
 */
export class SparseTopKCategoricalAccuracy extends Metric<typeof parameters> {
  static readonly record = sparseTopKCategoricalAccuracyRecord;
  constructor(options: MetricOptions & GivenOf<typeof parameters> = {}) {
    super(sparseTopKCategoricalAccuracyRecord, options);
  }
}
