import { percentageError } from "../numerics/residuals.ts";
import { Loss, lossFunction, type LossFunction, type LossOptions } from "./loss.ts";
import type { LossRecord } from "./record.ts";
import { againstResidual } from "./sketch.ts";

export const meanAbsolutePercentageErrorRecord: LossRecord<{}> = {
  name: "MeanAbsolutePercentageError",
  aliases: ["mape", "MAPE"],
  formula: "mean 100 |y − p| / |y|",
  range: [0, Infinity],
  parameters: {},
  contract: {
    labels: "real",
    predictions: "real",
    suits: [1e-7, Infinity],
    supportsLogits: false,
    tasks: ["regression"],
    when: "For amounts above 0 whose error matters in proportion; it leans towards predictions that are too low",
  },
  values: (yTrue, yPred) => percentageError(yTrue, yPred).mean(-1),
  perfect: (yTrue) => yTrue,
  sketch: againstResidual(2),
};

/**
 * The mean absolute error in percent of the label, mean 100 |y − p| / |y|, over the last axis and then over the rows.
 *
 * Labels and predictions are real, of one shape `[batch, …, outputs]`; the unit is percent. Labels closer to 0 than 1e-7
 * count as 1e-7, as in Keras: a label of 0 makes a loss in the hundreds of millions, so it suits labels above 0 only. A
 * prediction can be at most 100% too low but any amount too high, so that it favours low ones.
 *
 * @example
 * new MeanAbsolutePercentageError().call([2, 4], [1, 5]).itemSync(); // 37.5
 */
export class MeanAbsolutePercentageError extends Loss<{}> {
  static readonly record: LossRecord<{}> = meanAbsolutePercentageErrorRecord;
  constructor(options: LossOptions = {}) {
    super(meanAbsolutePercentageErrorRecord, options);
  }
}

/** `MeanAbsolutePercentageError` of each row, unreduced: `[batch, …, outputs]` to `[batch, …]`. */
export const meanAbsolutePercentageError: LossFunction<{}> = lossFunction(meanAbsolutePercentageErrorRecord);
