import { real } from "../base/parameters.ts";
import { averaged, classParameters, classRecord, classTotals } from "./kinds/classes.ts";
import { average } from "./kinds/parameters.ts";
import type { GivenOf } from "../base/parameters.ts";
import { Metric, type MetricOptions } from "./metric.ts";

const parameters = {
  ...classParameters,
  average,
  beta: real(1, "How many times as much recall counts as precision", { above: 0 }),
  zeroDivision: real(0, "The value of a class of which there is nothing to divide by", { min: 0, max: 1 }),
};

export const classFBetaRecord = classRecord<typeof parameters>({
  name: "ClassFBeta",

  formula: "(1 + β²) right / (β² labelled + predicted), for each class",
  source: "van Rijsbergen, Information Retrieval, 1979",
  parameters,
  when: "Precision and recall of each class in one number",
  higherIsBetter: true,
  range: [0, 1],
  read: (table, { average, beta, zeroDivision }) => {
    const { right, labelled, predicted } = classTotals(table);
    const square = beta * beta;
    return averaged(
      [right.mul(1 + square), labelled.mul(square).add(predicted)],
      labelled,
      average,
      zeroDivision,
    );
  },
});

/**
 * The weighted harmonic mean of precision and recall, (1 + β²) right / (β² labelled + predicted), for each class; β = 1
 * unless told, the F1 score.
 *
 * Labels are class indices or one-hot rows; predictions rows of scores (the largest decides), a column of probabilities
 * (above `threshold` is class 1), or int32 class indices, for which `numClasses` must be given if there are more than 2.
 * Labels and predictions that are no class count nowhere. FBetaScore is Keras's, of one-hot labels and thresholds.
 *
 * The value is `[classes]`; `average` makes it a scalar: "micro" over the summed counts, "macro" the plain mean, "weighted"
 * by how often each class occurs. Range [0, 1], higher is better; `zeroDivision` (0) for a class that neither occurs nor is
 * predicted.
 *
 * @example
 * const metric = new ClassFBeta({ average: "macro" });
 * metric.updateState(Int32Array.of(0, 0, 1, 1), Int32Array.of(0, 1, 1, 1));
 * metric.result().itemSync(); // 0.7333…
 */
export class ClassFBeta extends Metric<typeof parameters> {
  static readonly record = classFBetaRecord;
  constructor(options: MetricOptions & GivenOf<typeof parameters> = {}) {
    super(classFBetaRecord, options);
  }
}
