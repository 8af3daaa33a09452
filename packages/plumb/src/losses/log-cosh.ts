import { logCoshError } from "../numerics/residuals.ts";
import { Loss, lossFunction, type LossFunction, type LossOptions } from "./loss.ts";
import type { LossRecord } from "./record.ts";
import { againstResidual } from "./sketch.ts";

export const logCoshRecord: LossRecord<{}> = {
  name: "LogCosh",
  aliases: ["logcosh"],
  formula: "mean log cosh(p − y)",
  range: [0, Infinity],
  parameters: {},
  contract: {
    labels: "real",
    predictions: "real",
    supportsLogits: false,
    tasks: ["regression"],
    when: "For amounts with outliers, where the loss should be smooth everywhere; Huber without a parameter",
  },
  values: (yTrue, yPred) => logCoshError(yTrue, yPred).mean(-1),
  perfect: (yTrue) => yTrue,
  sketch: againstResidual(),
};

/**
 * The logarithm of the hyperbolic cosine of the residual, mean log cosh(p − y), over the last axis and then over the rows.
 *
 * Labels and predictions are real, of one shape `[batch, …, outputs]`. It is ½ r² near 0 and |r| − log 2 far out; its
 * gradient is tanh r. Computed without overflow and without cancellation near 0, where Keras loses digits.
 *
 * @example
 * new LogCosh().call([0, 0], [1, 0]).itemSync(); // 0.2169
 */
export class LogCosh extends Loss<{}> {
  static readonly record: LossRecord<{}> = logCoshRecord;
  constructor(options: LossOptions = {}) {
    super(logCoshRecord, options);
  }
}

/** `LogCosh` of each row, unreduced: `[batch, …, outputs]` to `[batch, …]`. */
export const logCosh: LossFunction<{}> = lossFunction(logCoshRecord);
