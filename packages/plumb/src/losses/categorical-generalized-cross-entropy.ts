import type { GivenOf } from "../base/parameters.ts";
import { generalizedFromLogits, generalizedFromProbabilities } from "../numerics/crossentropy.ts";
import { Loss, lossFunction, type LossFunction, type LossOptions } from "./loss.ts";
import { fromLogits, share } from "./parameters.ts";
import type { LossRecord } from "./record.ts";
import { againstLead } from "./sketch.ts";

const parameters = {
  q: share(0.5, "Between cross-entropy (towards 0) and mean absolute error (towards 1)"),
  fromLogits,
};

export const categoricalGeneralizedCrossEntropyRecord: LossRecord<typeof parameters> = {
  name: "CategoricalGeneralizedCrossEntropy",
  formula: "(1 − p_y^q) / q",
  range: [0, Infinity],
  source: "Zhang and Sabuncu, Generalized cross entropy loss for training with noisy labels, 2018",
  parameters,
  contract: {
    labels: "classIndex",
    predictions: "distribution",
    supportsLogits: true,
    tasks: ["classes"],
    when: "For one class out of several when some labels are wrong: no row can cost more than 1 / q",
  },
  values: (yTrue, yPred, { q, fromLogits: logits }, { asKeras }) =>
    logits
      ? generalizedFromLogits(yTrue, yPred, q)
      : generalizedFromProbabilities(yTrue, yPred, q, asKeras ? 0 : 1e-7),
  perfect: (yTrue, classes) => yTrue.cast("int32").oneHot(classes),
  sketch: againstLead({ labels: "classIndex", parameters: { fromLogits: true } }),
};

/** Parameters of `CategoricalGeneralizedCrossEntropy`. */
export type CategoricalGeneralizedCrossEntropyOptions = LossOptions & GivenOf<typeof parameters>;

/**
 * A cross-entropy that wrong labels cannot pull far: (1 − p_y^`q`) / `q`.
 *
 * Labels are class indices `[batch, …]` (a trailing 1 is dropped), as Keras has it despite the name; predictions rows of
 * probabilities, or logits with `fromLogits: true`, `[batch, …, classes]`. It lies between 0 and 1 / `q`. Towards `q` = 0 it
 * is cross-entropy, at 1 it would be 1 − p_y, half the absolute error. Probabilities below 1e-7 count as 1e-7, since the
 * gradient at 0 is infinite; with `validate: false` they do not, as in Keras. Zhang and Sabuncu, 2018.
 *
 * @example
 * new CategoricalGeneralizedCrossEntropy().call([1], [[0.36, 0.64]]).itemSync(); // (1 − 0.8) / 0.5 = 0.4
 */
export class CategoricalGeneralizedCrossEntropy extends Loss<typeof parameters> {
  static readonly record: LossRecord<typeof parameters> = categoricalGeneralizedCrossEntropyRecord;
  constructor(options: CategoricalGeneralizedCrossEntropyOptions = {}) {
    super(categoricalGeneralizedCrossEntropyRecord, options);
  }
}

/** `CategoricalGeneralizedCrossEntropy` of each row, unreduced: labels `[batch, …]` to losses `[batch, …]`. */
export const categoricalGeneralizedCrossEntropy: LossFunction<typeof parameters> = lossFunction(
  categoricalGeneralizedCrossEntropyRecord,
);
