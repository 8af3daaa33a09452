import { hingeError, signsOf } from "../numerics/hinges.ts";
import { Loss, lossFunction, type LossFunction, type LossOptions } from "./loss.ts";
import type { LossRecord } from "./record.ts";
import { againstScore } from "./sketch.ts";

export const hingeRecord: LossRecord<{}> = {
  name: "Hinge",
  formula: "mean max(1 − y p, 0)",
  range: [0, Infinity],
  source: "Cortes and Vapnik, Support-vector networks, 1995",
  parameters: {},
  contract: {
    labels: "sign",
    predictions: "score",
    supportsLogits: false,
    tasks: ["binary", "labelSets"],
    when: "For a decision with a margin rather than a probability: what is right by more than 1 is left alone",
  },
  values: (yTrue, yPred) => hingeError(signsOf(yTrue), yPred).mean(-1),
  perfect: (yTrue) => yTrue,
  sketch: againstScore(),
};

/**
 * The hinge: how far a score falls short of the margin 1, mean max(1 − y p, 0).
 *
 * Labels are −1 or 1 (labels that are all 0 or 1 are read as −1 and 1, batch by batch, as Keras does); predictions are
 * scores whose sign decides, both `[batch, …, outputs]`. Use a last layer without activation. Scores beyond the margin
 * cost nothing and get no gradient; at the margin itself the gradient is that of the inner side.
 *
 * @example
 * new Hinge().call([1, -1], [0.5, -2]).itemSync(); // (0.5 + 0) / 2 = 0.25
 */
export class Hinge extends Loss<{}> {
  static readonly record: LossRecord<{}> = hingeRecord;
  constructor(options: LossOptions = {}) {
    super(hingeRecord, options);
  }
}

/** `Hinge` of each row, unreduced: `[batch, …, outputs]` to `[batch, …]`. */
export const hinge: LossFunction<{}> = lossFunction(hingeRecord);
