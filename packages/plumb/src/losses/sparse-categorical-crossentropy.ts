import type { GivenOf } from "../base/parameters.ts";
import { sparseFromLogits, sparseFromProbabilities } from "../numerics/crossentropy.ts";
import { Loss, lossFunction, type LossFunction, type LossOptions } from "./loss.ts";
import { axis, fromLogits, ignoreClass } from "./parameters.ts";
import type { LossRecord } from "./record.ts";
import { againstLead } from "./sketch.ts";

const parameters = { fromLogits, ignoreClass, axis };

export const sparseCategoricalCrossentropyRecord: LossRecord<typeof parameters> = {
  name: "SparseCategoricalCrossentropy",
  formula: "−log p_y",
  range: [0, Infinity],
  parameters,
  contract: {
    labels: "classIndex",
    predictions: "distribution",
    supportsLogits: true,
    tasks: ["classes"],
    firstChoiceFor: ["classes"],
    when: "For one class out of several, with the number of the class as label",
  },
  strictLabels: true,
  values: (yTrue, yPred, options) =>
    (options.fromLogits ? sparseFromLogits : sparseFromProbabilities)(yTrue, yPred, options.axis),
  perfect: (yTrue, classes) => yTrue.cast("int32").oneHot(classes),
  sketch: againstLead({ labels: "classIndex", parameters: { fromLogits: true } }),
};

/** Parameters of `SparseCategoricalCrossentropy`. */
export type SparseCategoricalCrossentropyOptions = LossOptions & GivenOf<typeof parameters>;

/**
 * Cross-entropy of class indices, −log p_y, in nats: `CategoricalCrossentropy` without one-hot rows.
 *
 * Labels are whole numbers 0 … K−1, `[batch, …]` (a trailing 1 is dropped), predictions rows of probabilities, or logits
 * with `fromLogits: true`, `[batch, …, classes]`. Rows of class `ignoreClass` count for nothing, neither in the sum nor
 * in the mean. From logits it goes through log-sum-exp; probabilities are clipped to [1e-7, 1 − 1e-7] and then divided by
 * their sum, as Keras on TensorFlow does. A guess among K classes scores log K.
 *
 * @example
 * new SparseCategoricalCrossentropy().call([1], [[0.1, 0.8, 0.1]]).itemSync(); // 0.2231
 */
export class SparseCategoricalCrossentropy extends Loss<typeof parameters> {
  static readonly record: LossRecord<typeof parameters> = sparseCategoricalCrossentropyRecord;
  constructor(options: SparseCategoricalCrossentropyOptions = {}) {
    super(sparseCategoricalCrossentropyRecord, options);
  }
}

/** `SparseCategoricalCrossentropy` of each row, unreduced: labels `[batch, …]` to losses `[batch, …]`. */
export const sparseCategoricalCrossentropy: LossFunction<typeof parameters> = lossFunction(
  sparseCategoricalCrossentropyRecord,
);
