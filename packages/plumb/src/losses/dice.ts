import type { GivenOf } from "../base/parameters.ts";
import { diceOverlap } from "../numerics/overlap.ts";
import { Loss, lossFunction, type LossFunction, type LossOptions } from "./loss.ts";
import { fromLogits, overlapAxes } from "./parameters.ts";
import type { LossRecord } from "./record.ts";

const parameters = {
  fromLogits,
  axis: overlapAxes,
};

export const diceRecord: LossRecord<typeof parameters> = {
  name: "Dice",
  formula: "1 − 2 Σ y p / (Σ y + Σ p)",
  range: [0, 1],
  source: "Milletari, Navab and Ahmadi, V-Net, 2016, without the squares",
  parameters,
  contract: {
    labels: "binary",
    predictions: "probability",
    supportsLogits: true,
    alsoServedBy: ["softmax"],
    tasks: ["binary", "labelSets"],
    when: "For masks that cover little of an image, where counting every pixel alike would reward an empty one",
  },
  values: (yTrue, yPred, options, { axes: along }) =>
    diceOverlap(yTrue, options.fromLogits ? yPred.sigmoid() : yPred, along)
      .neg()
      .add(1),
  perfect: (yTrue) => yTrue,
};

/** Parameters of `Dice`. */
export type DiceOptions = LossOptions & GivenOf<typeof parameters>;

/**
 * One minus the overlap of two soft sets, 1 − 2 Σ y p / (Σ y + Σ p).
 *
 * Labels are 0 or 1, predictions probabilities, or logits with `fromLogits: true`, of one shape. `axis` says over which axes
 * one overlap is summed: for images `[batch, height, width, channels]`, `[1, 2, 3]` gives one per image. Left out, there is
 * one for the whole batch, as in Keras; parts of a batch then do not add up, and rows cannot be weighed. Two empty sets
 * score 1. Milletari, Navab and Ahmadi, 2016.
 *
 * @example
 * new Dice().call([1, 1, 0], [1, 0, 0]).itemSync(); // 1 − 2 · 1 / (2 + 1) = 0.3333
 */
export class Dice extends Loss<typeof parameters> {
  static readonly record: LossRecord<typeof parameters> = diceRecord;
  constructor(options: DiceOptions = {}) {
    super(diceRecord, options);
  }
}

/** `Dice` of each row, unreduced: the shape without `axis`. */
export const dice: LossFunction<typeof parameters> = lossFunction(diceRecord);
