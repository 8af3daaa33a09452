import { squaredLogarithmicError } from "../numerics/residuals.ts";
import { Loss, lossFunction, type LossFunction, type LossOptions } from "./loss.ts";
import type { LossRecord } from "./record.ts";
import { againstResidual } from "./sketch.ts";

export const meanSquaredLogarithmicErrorRecord: LossRecord<{}> = {
  name: "MeanSquaredLogarithmicError",
  aliases: ["msle", "MSLE"],
  formula: "mean (log(1 + y) − log(1 + p))²",
  range: [0, Infinity],
  parameters: {},
  contract: {
    labels: "real",
    predictions: "real",
    labelRange: [0, Infinity],
    supportsLogits: false,
    tasks: ["regression"],
    when: "For amounts from 0 up that span orders of magnitude; being off by a factor counts the same everywhere",
  },
  values: (yTrue, yPred) => squaredLogarithmicError(yTrue, yPred).mean(-1),
  perfect: (yTrue) => yTrue,
  sketch: againstResidual(3),
};

/**
 * The mean squared difference of logarithms, mean (log(1 + y) − log(1 + p))², over the last axis and then over the rows.
 *
 * Labels are real and at least 0, predictions real, of one shape `[batch, …, outputs]`; the unit is that of a logarithm
 * squared. Values below 1e-7 count as 1e-7, as in Keras: a prediction below 0 costs what one of 0 costs, and gets no
 * gradient.
 *
 * @example
 * new MeanSquaredLogarithmicError().call([0, 3], [1, 3]).itemSync(); // 0.2402, half of (log 2)²
 */
export class MeanSquaredLogarithmicError extends Loss<{}> {
  static readonly record: LossRecord<{}> = meanSquaredLogarithmicErrorRecord;
  constructor(options: LossOptions = {}) {
    super(meanSquaredLogarithmicErrorRecord, options);
  }
}

/** `MeanSquaredLogarithmicError` of each row, unreduced: `[batch, …, outputs]` to `[batch, …]`. */
export const meanSquaredLogarithmicError: LossFunction<{}> = lossFunction(meanSquaredLogarithmicErrorRecord);
