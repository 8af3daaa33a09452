import type { GivenOf } from "../base/parameters.ts";
import {
  categoricalFocalFromLogits,
  categoricalFocalFromLogitsClipped,
  categoricalFocalFromProbabilities,
} from "../numerics/focal.ts";
import { asTensor } from "../tensor/index.ts";
import { Loss, lossFunction, type LossFunction, type LossOptions } from "./loss.ts";
import { axis, fromLogits, gamma, labelSmoothing, perOutput } from "./parameters.ts";
import type { LossRecord } from "./record.ts";
import { againstLead } from "./sketch.ts";

const parameters = {
  alpha: perOutput(0.25, "The weight of the classes: one for all, or a list with one for each"),
  gamma,
  fromLogits,
  labelSmoothing,
  axis,
};

export const categoricalFocalCrossentropyRecord: LossRecord<typeof parameters> = {
  name: "CategoricalFocalCrossentropy",
  formula: "−Σ alpha (1 − p)^gamma y log p",
  range: [0, Infinity],
  source: "Lin, Goyal, Girshick, He and Dollár, Focal loss for dense object detection, 2017",
  parameters,
  contract: {
    labels: "oneHot",
    predictions: "distribution",
    supportsLogits: true,
    tasks: ["classes"],
    when: "For one class out of several where some are rare and most rows are easy",
  },
  values: (yTrue, yPred, options, { asKeras }) => {
    const fromScores = asKeras ? categoricalFocalFromLogitsClipped : categoricalFocalFromLogits;
    const focal = options.fromLogits ? fromScores : categoricalFocalFromProbabilities;
    const { alpha = 0.25 } = options;
    return focal(yTrue, yPred, options.gamma, options.axis)
      .mul(asTensor(alpha as number | number[]))
      .sum(options.axis);
  },
  perfect: (yTrue) => yTrue,
  sketch: againstLead({ labels: "oneHot", parameters: { fromLogits: true } }),
};

/** Parameters of `CategoricalFocalCrossentropy`. */
export type CategoricalFocalCrossentropyOptions = LossOptions & GivenOf<typeof parameters>;

/**
 * Cross-entropy of one-hot labels in which what is easy hardly counts: −Σ `alpha` (1 − p)^`gamma` y log p, in nats.
 *
 * Labels are rows that sum to 1, predictions rows of probabilities, or logits with `fromLogits: true`; both
 * `[batch, …, classes]`. `alpha` weighs all classes, or each by itself (a list, along the last axis). From logits, factor and
 * logarithm come from the logits themselves, so that even a hopeless row keeps its gradient; with `validate: false`
 * probabilities are clipped at 1e-7 there too, as in Keras. Lin et al., 2017.
 *
 * @example
 * new CategoricalFocalCrossentropy().call([[0, 1, 0]], [[0.1, 0.8, 0.1]]).itemSync(); // ¼ · 0.2² · 0.2231 = 0.0022
 */
export class CategoricalFocalCrossentropy extends Loss<typeof parameters> {
  static readonly record: LossRecord<typeof parameters> = categoricalFocalCrossentropyRecord;
  constructor(options: CategoricalFocalCrossentropyOptions = {}) {
    super(categoricalFocalCrossentropyRecord, options);
  }
}

/** `CategoricalFocalCrossentropy` of each row, unreduced: `[batch, …, classes]` to `[batch, …]`. */
export const categoricalFocalCrossentropy: LossFunction<typeof parameters> = lossFunction(
  categoricalFocalCrossentropyRecord,
);
