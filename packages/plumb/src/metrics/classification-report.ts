import { divideOrZero } from "../numerics/division.ts";
import { stack } from "../tensor/index.ts";
import { classParameters, classRecord, classTotals } from "./kinds/classes.ts";
import type { GivenOf } from "../base/parameters.ts";
import { Metric, type MetricOptions } from "./metric.ts";

export const classificationReportRecord = classRecord<typeof classParameters>({
  name: "ClassificationReport",

  formula: "precision, recall, F1 and support of each class",

  parameters: classParameters,
  when: "All there is to say of each class, at once",

  range: [0, Infinity],
  read: (table) => {
    const { right, labelled, predicted } = classTotals(table);
    return stack(
      [
        divideOrZero(right, predicted),
        divideOrZero(right, labelled),
        divideOrZero(right.mul(2), labelled.add(predicted)),
        labelled,
      ],
      1,
    );
  },
});

/**
 * Precision, recall, F1 and support (the weight of its rows) of each class, `[classes, 4]`.
 *
 * Labels are class indices or one-hot rows; predictions rows of scores (the largest decides), a column of probabilities
 * (above `threshold` is class 1), or int32 class indices, for which `numClasses` must be given if there are more than 2.
 * Labels and predictions that are no class count nowhere. Shares of nothing are 0. As a history has one number for each name,
 * `compile` refuses it (PL2018).
 *
 * @example
 * const metric = new ClassificationReport();
 * metric.updateState(Int32Array.of(0, 0, 1, 1), Int32Array.of(0, 1, 1, 1));
 * metric.result().arraySync()[1]; // [0.6666…, 1, 0.8, 2]
 */
export class ClassificationReport extends Metric<typeof classParameters> {
  static readonly record = classificationReportRecord;
  constructor(options: MetricOptions & GivenOf<typeof classParameters> = {}) {
    super(classificationReportRecord, options);
  }
}
