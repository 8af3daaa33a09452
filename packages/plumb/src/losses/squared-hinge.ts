import { hingeError, signsOf } from "../numerics/hinges.ts";
import { Loss, lossFunction, type LossFunction, type LossOptions } from "./loss.ts";
import type { LossRecord } from "./record.ts";
import { againstScore } from "./sketch.ts";

export const squaredHingeRecord: LossRecord<{}> = {
  name: "SquaredHinge",
  formula: "mean max(1 − y p, 0)²",
  range: [0, Infinity],
  source: "Cortes and Vapnik, Support-vector networks, 1995, with squared slack",
  parameters: {},
  contract: {
    labels: "sign",
    predictions: "score",
    supportsLogits: false,
    tasks: ["binary", "labelSets"],
    when: "For a decision with a margin, where a grave mistake should count far more than a slight one",
  },
  values: (yTrue, yPred) => hingeError(signsOf(yTrue), yPred).square().mean(-1),
  perfect: (yTrue) => yTrue,
  sketch: againstScore(),
};

/**
 * The squared hinge: how far a score falls short of the margin 1, mean max(1 − y p, 0)².
 *
 * Labels are −1 or 1 (labels that are all 0 or 1 are read as −1 and 1, batch by batch, as Keras does); predictions are
 * scores whose sign decides, both `[batch, …, outputs]`. Use a last layer without activation. Scores beyond the margin
 * cost nothing and get no gradient.
 *
 * @example
 * new SquaredHinge().call([1, -1], [0.5, -2]).itemSync(); // (0.25 + 0) / 2 = 0.125
 */
export class SquaredHinge extends Loss<{}> {
  static readonly record: LossRecord<{}> = squaredHingeRecord;
  constructor(options: LossOptions = {}) {
    super(squaredHingeRecord, options);
  }
}

/** `SquaredHinge` of each row, unreduced: `[batch, …, outputs]` to `[batch, …]`. */
export const squaredHinge: LossFunction<{}> = lossFunction(squaredHingeRecord);
