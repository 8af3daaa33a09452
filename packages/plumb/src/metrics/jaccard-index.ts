import { real } from "../base/parameters.ts";
import { averaged, classParameters, classRecord, classTotals } from "./kinds/classes.ts";
import { average } from "./kinds/parameters.ts";
import type { GivenOf } from "../base/parameters.ts";
import { Metric, type MetricOptions } from "./metric.ts";

const parameters = {
  ...classParameters,
  average,
  zeroDivision: real(0, "The value of a class of which there is nothing to divide by", { min: 0, max: 1 }),
};

export const jaccardIndexRecord = classRecord<typeof parameters>({
  name: "JaccardIndex",

  formula: "right / (labelled or predicted), for each class",
  source: "Jaccard 1901",
  parameters,
  when: "As F1, but harder on mistakes",
  higherIsBetter: true,
  range: [0, 1],
  read: (table, { average, zeroDivision }) => {
    const { right, labelled, predicted } = classTotals(table);
    return averaged([right, labelled.add(predicted).sub(right)], labelled, average, zeroDivision);
  },
});

/**
 * The share of the rows of a class, or predicted as it, that are both: intersection over union, for each class.
 *
 * Labels are class indices or one-hot rows; predictions rows of scores (the largest decides), a column of probabilities
 * (above `threshold` is class 1), or int32 class indices, for which `numClasses` must be given if there are more than 2.
 * Labels and predictions that are no class count nowhere.
 *
 * The value is `[classes]`; `average` makes it a scalar: "micro" over the summed counts, "macro" the plain mean, "weighted"
 * by how often each class occurs. Range [0, 1], higher is better; `zeroDivision` (0) for a class that neither occurs nor is predicted.
 *
 * @example
 * const metric = new JaccardIndex({ average: "macro" });
 * metric.updateState(Int32Array.of(0, 0, 1, 1), Int32Array.of(0, 1, 1, 1));
 * metric.result().itemSync(); // 0.5833…
 */
export class JaccardIndex extends Metric<typeof parameters> {
  static readonly record = jaccardIndexRecord;
  constructor(options: MetricOptions & GivenOf<typeof parameters> = {}) {
    super(jaccardIndexRecord, options);
  }
}
