import { flag } from "../base/parameters.ts";
import { divideOrZero } from "../numerics/division.ts";
import { classParameters, classRecord, classTotals } from "./kinds/classes.ts";
import type { GivenOf } from "../base/parameters.ts";
import { Metric, type MetricOptions } from "./metric.ts";

const parameters = { ...classParameters, adjusted: flag(false, "Scale it so that chance is 0") };

export const balancedAccuracyRecord = classRecord<typeof parameters>({
  name: "BalancedAccuracy",

  formula: "mean over classes of the share of their rows that are right",
  source: "Brodersen et al., The balanced accuracy and its posterior distribution, 2010",
  parameters,
  when: "For classes of unequal size: each counts the same",
  higherIsBetter: true,
  range: [-Infinity, 1],
  read: (table, { adjusted }) => {
    const { right, labelled } = classTotals(table);
    const classes = labelled.greater(0).cast("float64").sum();
    const recall = divideOrZero(divideOrZero(right, labelled).sum(), classes);
    if (!adjusted) return recall;
    // (recall − 1/K) / (1 − 1/K), which says nothing of a single class.
    return recall.mul(classes).sub(1).div(classes.sub(1));
  },
});

/**
 * The mean over the classes that occur of the share of their rows that are right: accuracy, were all classes of one size.
 *
 * Labels are class indices or one-hot rows; predictions rows of scores (the largest decides), a column of probabilities
 * (above `threshold` is class 1), or int32 class indices, for which `numClasses` must be given if there are more than 2.
 * Labels and predictions that are no class count nowhere. Range [0, 1], higher is better; a guess scores 1 / classes. `adjusted`
 * scales it so that a guess scores 0 (and less is possible); with a single class that is NaN.
 *
 * @example
 * const metric = new BalancedAccuracy();
 * metric.updateState(Int32Array.of(0, 0, 1, 1), Int32Array.of(0, 1, 1, 1));
 * metric.result().itemSync(); // 0.75
 */
export class BalancedAccuracy extends Metric<typeof parameters> {
  static readonly record = balancedAccuracyRecord;
  constructor(options: MetricOptions & GivenOf<typeof parameters> = {}) {
    super(balancedAccuracyRecord, options);
  }
}
