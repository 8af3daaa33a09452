import type { GivenOf } from "../base/parameters.ts";
import { real } from "../base/parameters.ts";
import { tverskyOverlap } from "../numerics/overlap.ts";
import { Loss, lossFunction, type LossFunction, type LossOptions } from "./loss.ts";
import { fromLogits, overlapAxes } from "./parameters.ts";
import type { LossRecord } from "./record.ts";

const parameters = {
  alpha: real(0.5, "How much what is missed counts: labels of 1 without a prediction", { min: 0 }),
  beta: real(0.5, "How much what is invented counts: predictions without a label", { min: 0 }),
  fromLogits,
  axis: overlapAxes,
};

export const tverskyRecord: LossRecord<typeof parameters> = {
  name: "Tversky",
  formula: "1 − Σ y p / (Σ y p + alpha Σ y (1 − p) + beta Σ (1 − y) p)",
  range: [0, 1],
  source: "Salehi, Erdogmus and Gholipour, 2017",
  parameters,
  contract: {
    labels: "binary",
    predictions: "probability",
    supportsLogits: true,
    alsoServedBy: ["softmax"],
    tasks: ["binary", "labelSets"],
    when: "For masks where missing something is worse than inventing something, or the other way round",
  },
  values: (yTrue, yPred, { alpha, beta, fromLogits: logits }, { axes: along }) =>
    tverskyOverlap(yTrue, logits ? yPred.sigmoid() : yPred, along, { missed: alpha, invented: beta })
      .neg()
      .add(1),
  perfect: (yTrue) => yTrue,
};

/** Parameters of `Tversky`. */
export type TverskyOptions = LossOptions & GivenOf<typeof parameters>;

/**
 * One minus the overlap of two soft sets in which what is missed and what is invented count differently.
 *
 * 1 − Σ y p / (Σ y p + `alpha` Σ y (1 − p) + `beta` Σ (1 − y) p): `alpha` weighs what is missed (false negatives), as Keras
 * computes it (its documentation says the opposite). With ½ and ½ it is `Dice`. Labels are 0 or 1, predictions
 * probabilities, or logits with `fromLogits: true`, of one shape; `axis` as for `Dice`. Salehi, Erdogmus and Gholipour, 2017.
 *
 * @example
 * new Tversky({ alpha: 0.7, beta: 0.3 }).call([1, 1, 0], [1, 0, 0]).itemSync(); // 1 − 1 / (1 + 0.7) = 0.4118
 */
export class Tversky extends Loss<typeof parameters> {
  static readonly record: LossRecord<typeof parameters> = tverskyRecord;
  constructor(options: TverskyOptions = {}) {
    super(tverskyRecord, options);
  }
}

/** `Tversky` of each row, unreduced: the shape without `axis`. */
export const tversky: LossFunction<typeof parameters> = lossFunction(tverskyRecord);
