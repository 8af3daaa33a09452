import type { GivenOf } from "../base/parameters.ts";
import { categoricalFromLogits, categoricalFromProbabilities } from "../numerics/crossentropy.ts";
import { Loss, lossFunction, type LossFunction, type LossOptions } from "./loss.ts";
import { axis, fromLogits, labelSmoothing } from "./parameters.ts";
import type { LossRecord } from "./record.ts";
import { againstLead } from "./sketch.ts";

const parameters = { fromLogits, labelSmoothing, axis };

export const categoricalCrossentropyRecord: LossRecord<typeof parameters> = {
  name: "CategoricalCrossentropy",
  formula: "−Σ y log p",
  range: [0, Infinity],
  parameters,
  contract: {
    labels: "oneHot",
    predictions: "distribution",
    supportsLogits: true,
    tasks: ["classes"],
    firstChoiceFor: ["classes"],
    when: "For one class out of several, with one-hot labels or shares",
  },
  strictShapes: true,
  values: (yTrue, yPred, options) =>
    (options.fromLogits ? categoricalFromLogits : categoricalFromProbabilities)(yTrue, yPred, options.axis),
  perfect: (yTrue) => yTrue,
  sketch: againstLead({ labels: "oneHot", parameters: { fromLogits: true } }),
};

/** Parameters of `CategoricalCrossentropy`. */
export type CategoricalCrossentropyOptions = LossOptions & GivenOf<typeof parameters>;

/**
 * Cross-entropy of one-hot labels, −Σ y log p over the classes, in nats.
 *
 * Labels are rows that sum to 1, predictions rows of probabilities, or logits with `fromLogits: true`; both
 * `[batch, …, classes]`. From logits it goes through log-sum-exp, exact for logits of any size. Rows of probabilities are
 * divided by their sum and clipped to [1e-7, 1 − 1e-7] as Keras does. A guess among K classes scores log K.
 *
 * @example
 * new CategoricalCrossentropy().call([[0, 1, 0]], [[0.1, 0.8, 0.1]]).itemSync(); // 0.2231
 */
export class CategoricalCrossentropy extends Loss<typeof parameters> {
  static readonly record: LossRecord<typeof parameters> = categoricalCrossentropyRecord;
  constructor(options: CategoricalCrossentropyOptions = {}) {
    super(categoricalCrossentropyRecord, options);
  }
}

/** `CategoricalCrossentropy` of each row, unreduced: `[batch, …, classes]` to `[batch, …]`. */
export const categoricalCrossentropy: LossFunction<typeof parameters> = lossFunction(
  categoricalCrossentropyRecord,
);
