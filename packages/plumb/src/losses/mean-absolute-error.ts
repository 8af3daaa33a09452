import { absoluteError } from "../numerics/residuals.ts";
import { Loss, lossFunction, type LossFunction, type LossOptions } from "./loss.ts";
import type { LossRecord } from "./record.ts";
import { againstResidual } from "./sketch.ts";

export const meanAbsoluteErrorRecord: LossRecord<{}> = {
  name: "MeanAbsoluteError",
  aliases: ["mae", "MAE"],
  formula: "mean |y − p|",
  range: [0, Infinity],
  parameters: {},
  contract: {
    labels: "real",
    predictions: "real",
    supportsLogits: false,
    tasks: ["regression"],
    when: "For amounts with outliers; it aims at the median, and every unit of error counts the same",
  },
  values: (yTrue, yPred) => absoluteError(yTrue, yPred).mean(-1),
  perfect: (yTrue) => yTrue,
  sketch: againstResidual(),
};

/**
 * The mean absolute difference, mean |y − p|, over the last axis and then over the rows.
 *
 * Labels and predictions are real, of one shape `[batch, …, outputs]`; the unit is that of the labels. Its best constant
 * prediction is the median of the labels. The gradient is ±1, and 0 where a prediction is exact.
 *
 * @example
 * new MeanAbsoluteError().call([1, 2, 3], [1.5, 2.5, 2]).itemSync(); // 0.6667
 */
export class MeanAbsoluteError extends Loss<{}> {
  static readonly record: LossRecord<{}> = meanAbsoluteErrorRecord;
  constructor(options: LossOptions = {}) {
    super(meanAbsoluteErrorRecord, options);
  }
}

/** `MeanAbsoluteError` of each row, unreduced: `[batch, …, outputs]` to `[batch, …]`. */
export const meanAbsoluteError: LossFunction<{}> = lossFunction(meanAbsoluteErrorRecord);
