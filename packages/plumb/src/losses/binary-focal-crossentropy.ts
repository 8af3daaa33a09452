import type { GivenOf } from "../base/parameters.ts";
import { flag, real } from "../base/parameters.ts";
import {
  binaryFocalFromLogits,
  binaryFocalFromLogitsInPowers,
  binaryFocalFromProbabilities,
} from "../numerics/focal.ts";
import { Loss, lossFunction, type LossFunction, type LossOptions } from "./loss.ts";
import { axis, fromLogits, gamma, labelSmoothing } from "./parameters.ts";
import type { LossRecord } from "./record.ts";
import { againstLogit } from "./sketch.ts";

const parameters = {
  applyClassBalancing: flag(false, "Weigh labels of 1 with alpha and those of 0 with 1 − alpha"),
  alpha: real(0.25, "The weight of labels of 1, where classes are balanced", { min: 0, max: 1 }),
  gamma,
  fromLogits,
  labelSmoothing,
  axis,
};

export const binaryFocalCrossentropyRecord: LossRecord<typeof parameters> = {
  name: "BinaryFocalCrossentropy",
  formula: "mean −(1 − p_t)^gamma log p_t; p_t = p for y = 1, 1 − p for y = 0",
  range: [0, Infinity],
  source: "Lin, Goyal, Girshick, He and Dollár, Focal loss for dense object detection, 2017",
  parameters,
  contract: {
    labels: "binary",
    predictions: "probability",
    supportsLogits: true,
    tasks: ["binary", "labelSets"],
    when: "For yes or no where one side is rare and most rows are easy; what is easy hardly counts",
  },
  strictShapes: true,
  values: (yTrue, yPred, options, { asKeras }) => {
    const fromScores = asKeras ? binaryFocalFromLogitsInPowers : binaryFocalFromLogits;
    const focal = (options.fromLogits ? fromScores : binaryFocalFromProbabilities)(
      yTrue,
      yPred,
      options.gamma,
    );
    const { alpha, applyClassBalancing } = options;
    // alpha for labels of 1, 1 − alpha for those of 0.
    const balanced = applyClassBalancing ? focal.mul(yTrue.mul(2 * alpha - 1).add(1 - alpha)) : focal;
    return balanced.mean(options.axis);
  },
  perfect: (yTrue) => yTrue,
  sketch: againstLogit(),
};

/** Parameters of `BinaryFocalCrossentropy`. */
export type BinaryFocalCrossentropyOptions = LossOptions & GivenOf<typeof parameters>;

/**
 * Cross-entropy of yes-or-no labels in which what is easy hardly counts: mean −(1 − p_t)^`gamma` log p_t, in nats.
 *
 * p_t is the probability given to the true side. Labels are 0 or 1 (soft labels: in between), predictions probabilities, or
 * logits with `fromLogits: true`; both `[batch, …, outputs]`. With `applyClassBalancing`, labels of 1 weigh `alpha`, others
 * 1 − `alpha`. `gamma: 0` is `BinaryCrossentropy`. From logits, factor and logarithm come from the logits themselves, exact
 * for any size; probabilities are clipped to [1e-7, 1 − 1e-7] as Keras does. Lin et al., 2017.
 *
 * @example
 * new BinaryFocalCrossentropy({ fromLogits: true }).call([1, 0], [2, 2]).itemSync(); // 0.8259
 */
export class BinaryFocalCrossentropy extends Loss<typeof parameters> {
  static readonly record: LossRecord<typeof parameters> = binaryFocalCrossentropyRecord;
  constructor(options: BinaryFocalCrossentropyOptions = {}) {
    super(binaryFocalCrossentropyRecord, options);
  }
}

/** `BinaryFocalCrossentropy` of each row, unreduced: `[batch, …, outputs]` to `[batch, …]`. */
export const binaryFocalCrossentropy: LossFunction<typeof parameters> = lossFunction(
  binaryFocalCrossentropyRecord,
);
