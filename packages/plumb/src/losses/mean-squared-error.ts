import { squaredError } from "../numerics/residuals.ts";
import { Loss, lossFunction, type LossFunction, type LossOptions } from "./loss.ts";
import type { LossRecord } from "./record.ts";
import { againstResidual } from "./sketch.ts";

export const meanSquaredErrorRecord: LossRecord<{}> = {
  name: "MeanSquaredError",
  aliases: ["mse", "MSE"],
  formula: "mean (y − p)²",
  range: [0, Infinity],
  parameters: {},
  contract: {
    labels: "real",
    predictions: "real",
    supportsLogits: false,
    tasks: ["regression"],
    firstChoiceFor: ["regression"],
    when: "For amounts; it aims at the mean, and an error twice as large counts four times",
  },
  values: (yTrue, yPred) => squaredError(yTrue, yPred).mean(-1),
  perfect: (yTrue) => yTrue,
  sketch: againstResidual(),
};

/**
 * The mean squared difference, mean (y − p)², over the last axis and then over the rows.
 *
 * Labels and predictions are real, of one shape `[batch, …, outputs]`; the unit is that of the labels squared. Its
 * best constant prediction is the mean of the labels, where it is their variance.
 *
 * @example
 * new MeanSquaredError().call([1, 2, 3], [1.5, 2.5, 2]).itemSync(); // 0.5
 */
export class MeanSquaredError extends Loss<{}> {
  static readonly record: LossRecord<{}> = meanSquaredErrorRecord;
  constructor(options: LossOptions = {}) {
    super(meanSquaredErrorRecord, options);
  }
}

/** `MeanSquaredError` of each row, unreduced: `[batch, …, outputs]` to `[batch, …]`. */
export const meanSquaredError: LossFunction<{}> = lossFunction(meanSquaredErrorRecord);
