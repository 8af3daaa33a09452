import { divideOrZero } from "../numerics/division.ts";
import { classParameters, classRecord, classTotals } from "./kinds/classes.ts";
import type { GivenOf } from "../base/parameters.ts";
import { Metric, type MetricOptions } from "./metric.ts";

export const hammingLossRecord = classRecord<typeof classParameters>({
  name: "HammingLoss",

  formula: "share of rows that are wrong",

  parameters: classParameters,
  when: "Accuracy, counted as errors",
  higherIsBetter: false,
  range: [0, 1],
  read: (table) => divideOrZero(table.sum().sub(classTotals(table).right.sum()), table.sum()),
});

/**
 * The share of rows whose class is wrong: 1 − accuracy.
 *
 * Labels are class indices or one-hot rows; predictions rows of scores (the largest decides), a column of probabilities
 * (above `threshold` is class 1), or int32 class indices, for which `numClasses` must be given if there are more than 2.
 * Labels and predictions that are no class count nowhere. Range [0, 1], lower is better.
 *
 * @example
 * const metric = new HammingLoss();
 * metric.updateState(Int32Array.of(0, 0, 1, 1), Int32Array.of(0, 1, 1, 1));
 * metric.result().itemSync(); // 0.25
 */
export class HammingLoss extends Metric<typeof classParameters> {
  static readonly record = hammingLossRecord;
  constructor(options: MetricOptions & GivenOf<typeof classParameters> = {}) {
    super(hammingLossRecord, options);
  }
}
