import type { GivenOf } from "../base/parameters.ts";
import { divergenceFromLogits, divergenceFromProbabilities } from "../numerics/divergences.ts";
import { Loss, lossFunction, type LossFunction, type LossOptions } from "./loss.ts";
import { fromLogits } from "./parameters.ts";
import type { LossRecord } from "./record.ts";
import { againstLead } from "./sketch.ts";

const parameters = { fromLogits };

export const klDivergenceRecord: LossRecord<typeof parameters> = {
  name: "KLDivergence",
  aliases: ["kld", "KLD", "kullback_leibler_divergence"],
  formula: "Σ y log(y / p)",
  range: [0, Infinity],
  source: "Kullback and Leibler, On information and sufficiency, 1951",
  parameters,
  contract: {
    labels: "oneHot",
    predictions: "distribution",
    supportsLogits: true,
    tasks: ["classes"],
    when: "For labels that are distributions themselves, such as a teacher's; cross-entropy minus their own entropy",
  },
  values: (yTrue, yPred, options) =>
    (options.fromLogits ? divergenceFromLogits : divergenceFromProbabilities)(yTrue, yPred, -1),
  perfect: (yTrue) => yTrue,
  sketch: againstLead({ labels: "oneHot", parameters: { fromLogits: true } }),
};

/** Parameters of `KLDivergence`. */
export type KLDivergenceOptions = LossOptions & GivenOf<typeof parameters>;

/**
 * The Kullback–Leibler divergence of the predicted from the true distribution, Σ y log(y / p), in nats.
 *
 * Labels are rows that sum to 1, predictions rows of probabilities, or logits with `fromLogits: true`; both
 * `[batch, …, classes]`. Probabilities and labels are clipped to [1e-7, 1] as Keras does; from logits nothing is. It is 0
 * where the two agree, and differs from `CategoricalCrossentropy` by the entropy of the labels only.
 *
 * @example
 * new KLDivergence().call([[0.5, 0.5]], [[0.25, 0.75]]).itemSync(); // ½ log 2 + ½ log ⅔ = 0.1438
 */
export class KLDivergence extends Loss<typeof parameters> {
  static readonly record: LossRecord<typeof parameters> = klDivergenceRecord;
  constructor(options: KLDivergenceOptions = {}) {
    super(klDivergenceRecord, options);
  }
}

/** `KLDivergence` of each row, unreduced: `[batch, …, classes]` to `[batch, …]`. */
export const klDivergence: LossFunction<typeof parameters> = lossFunction(klDivergenceRecord);
