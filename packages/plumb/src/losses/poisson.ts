import { poissonError } from "../numerics/divergences.ts";
import { Loss, lossFunction, type LossFunction, type LossOptions } from "./loss.ts";
import type { LossRecord } from "./record.ts";
import { againstResidual } from "./sketch.ts";

export const poissonRecord: LossRecord<{}> = {
  name: "Poisson",
  formula: "mean p − y log p",
  range: [-Infinity, Infinity],
  parameters: {},
  contract: {
    labels: "real",
    predictions: "real",
    labelRange: [0, Infinity],
    predictionRange: [0, Infinity],
    supportsLogits: false,
    tasks: ["regression"],
    when: "For counts, whose spread grows with their mean; end the model with softplus or exponential",
  },
  values: (yTrue, yPred) => poissonError(yTrue, yPred).mean(-1),
  sketch: againstResidual(3, [-2.9, 3]),
};

/**
 * What counts cost under Poisson distributions of the predicted means, mean p − y log p, in nats.
 *
 * Labels are counts (at least 0), predictions means of at least 0, of one shape `[batch, …, outputs]`; 1e-7 is added to p
 * in the logarithm, as in Keras. log y!, which no prediction changes, is left out; so the lowest loss, at p = y, is
 * y − y log y and not 0.
 *
 * @example
 * new Poisson().call([2, 0], [2, 1]).itemSync(); // ((2 − 2 log 2) + 1) / 2 = 0.8069
 */
export class Poisson extends Loss<{}> {
  static readonly record: LossRecord<{}> = poissonRecord;
  constructor(options: LossOptions = {}) {
    super(poissonRecord, options);
  }
}

/** `Poisson` of each row, unreduced: `[batch, …, outputs]` to `[batch, …]`. */
export const poisson: LossFunction<{}> = lossFunction(poissonRecord);
