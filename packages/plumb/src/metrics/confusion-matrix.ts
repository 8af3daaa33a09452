import { oneOf } from "../base/parameters.ts";
import { divideOrZero } from "../numerics/division.ts";
import { classParameters, classRecord } from "./kinds/classes.ts";
import type { GivenOf } from "../base/parameters.ts";
import { Metric, type MetricOptions } from "./metric.ts";

const parameters = {
  ...classParameters,
  normalize: oneOf(
    ["true", "pred", "all", null],
    null,
    "Counts as shares: of the rows with that label, of those so predicted, or of all",
  ),
};

export const confusionMatrixRecord = classRecord<typeof parameters>({
  name: "ConfusionMatrix",

  formula: "rows of label i that were predicted j, at [i, j]",

  parameters,
  when: "To see which classes are taken for which",

  range: [0, Infinity],
  read: (table, { normalize }) => {
    if (normalize === null) return table;
    if (normalize === "all") return divideOrZero(table, table.sum());
    return divideOrZero(
      table,
      table.sum(normalize === "true" ? 1 : 0, { keepDims: true }).broadcastTo(table.shape),
    );
  },
});

/**
 * How many rows of label i were predicted as j, `[classes, classes]`: rows are labels, columns predictions.
 *
 * Labels are class indices or one-hot rows; predictions rows of scores (the largest decides), a column of probabilities
 * (above `threshold` is class 1), or int32 class indices, for which `numClasses` must be given if there are more than 2.
 * Labels and predictions that are no class count nowhere. Weighted rows count by their weight. `normalize` gives shares:
 * "true" of each label, "pred" of each prediction, "all" of everything (0 of nothing). As a history has one number for each
 * name, `compile` refuses it (PL2018).
 *
 * @example
 * const metric = new ConfusionMatrix();
 * metric.updateState(Int32Array.of(0, 0, 1, 1), Int32Array.of(0, 1, 1, 1));
 * metric.result().arraySync(); // [[1, 1], [0, 2]]
 */
export class ConfusionMatrix extends Metric<typeof parameters> {
  static readonly record = confusionMatrixRecord;
  constructor(options: MetricOptions & GivenOf<typeof parameters> = {}) {
    super(confusionMatrixRecord, options);
  }
}
