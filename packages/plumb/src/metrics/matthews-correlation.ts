import type { Tensor } from "../tensor/index.ts";
import { divideOrZero } from "../numerics/division.ts";
import { classParameters, classRecord, classTotals } from "./kinds/classes.ts";
import type { GivenOf } from "../base/parameters.ts";
import { Metric, type MetricOptions } from "./metric.ts";

export const matthewsCorrelationRecord = classRecord<typeof classParameters>({
  name: "MatthewsCorrelation",
  aliases: ["mcc"],
  formula: "cov(labels, predictions) / (σ_labels σ_predictions), one-hot",
  source: "Matthews 1975 for two classes; Gorodkin, Comparing two K-category assignments, 2004",
  parameters: classParameters,
  when: "One number for a whole confusion matrix, fair to rare classes",
  higherIsBetter: true,
  range: [-1, 1],
  read: (table) => {
    const { right, labelled, predicted } = classTotals(table);
    const all = table.sum();
    // The correlation of one-hot labels with one-hot predictions: covariance over both spreads.
    const together = right.sum().mul(all).sub(labelled.mul(predicted).sum());
    const spread = (totals: Tensor): Tensor => all.square().sub(totals.square().sum());
    return divideOrZero(together, spread(labelled).sqrt().mul(spread(predicted).sqrt()));
  },
});

/**
 * The correlation of labels and predictions, over the whole table of classes.
 *
 * Labels are class indices or one-hot rows; predictions rows of scores (the largest decides), a column of probabilities
 * (above `threshold` is class 1), or int32 class indices, for which `numClasses` must be given if there are more than 2.
 * Labels and predictions that are no class count nowhere. Range [−1, 1], higher is better: 1 is perfect, 0 no better than
 * chance; 0 where labels or predictions are all of one class.
 *
 * @example
 * const metric = new MatthewsCorrelation();
 * metric.updateState(Int32Array.of(0, 0, 1, 1), Int32Array.of(0, 1, 1, 1));
 * metric.result().itemSync(); // 0.5773…
 */
export class MatthewsCorrelation extends Metric<typeof classParameters> {
  static readonly record = matthewsCorrelationRecord;
  constructor(options: MetricOptions & GivenOf<typeof classParameters> = {}) {
    super(matthewsCorrelationRecord, options);
  }
}
