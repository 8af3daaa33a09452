import type { GivenOf } from "../base/parameters.ts";
import { binaryFromLogits, binaryFromProbabilities } from "../numerics/crossentropy.ts";
import { Loss, lossFunction, type LossFunction, type LossOptions } from "./loss.ts";
import { axis, fromLogits, labelSmoothing, perOutput } from "./parameters.ts";
import type { LossRecord } from "./record.ts";
import { againstLogit } from "./sketch.ts";

const parameters = {
  fromLogits,
  labelSmoothing,
  posWeight: perOutput(
    undefined,
    "How much labels of 1 weigh against those of 0: one number, or one for each output",
  ),
  axis,
};

export const binaryCrossentropyRecord: LossRecord<typeof parameters> = {
  name: "BinaryCrossentropy",
  aliases: ["bce", "BCE"],
  formula: "mean −w y log p − (1 − y) log(1 − p)",
  range: [0, Infinity],
  parameters,
  contract: {
    labels: "binary",
    predictions: "probability",
    supportsLogits: true,
    tasks: ["binary", "labelSets"],
    firstChoiceFor: ["binary", "labelSets"],
    when: "For yes or no, and for several labels at once, each yes or no by itself",
  },
  strictShapes: true,
  values: (yTrue, yPred, options) => {
    const of = options.fromLogits ? binaryFromLogits : binaryFromProbabilities;
    return of(yTrue, yPred, options.posWeight as number | number[] | undefined).mean(options.axis);
  },
  perfect: (yTrue) => yTrue,
  sketch: againstLogit(),
};

/** Parameters of `BinaryCrossentropy`. */
export type BinaryCrossentropyOptions = LossOptions & GivenOf<typeof parameters>;

/**
 * Cross-entropy of yes-or-no labels, mean −y log p − (1 − y) log(1 − p), in nats, each output by itself.
 *
 * Labels are 0 or 1 (soft labels: in between), predictions probabilities, or logits with `fromLogits: true`; both
 * `[batch, …, outputs]`. From logits it is computed as max(x, 0) − x y + log(1 + e^−|x|), which is exact for any x. From
 * probabilities, p is clipped to [1e-7, 1 − 1e-7] as Keras does: the worst loss is 16.1, and clipped values have no
 * gradient. A coin toss scores log 2 = 0.693. `posWeight` (which Keras lacks; PyTorch's `pos_weight`) multiplies the part
 * of labels that are 1: the share of 0s over that of 1s makes both sides count the same.
 *
 * @example
 * new BinaryCrossentropy({ fromLogits: true }).call([0, 1, 1], [-2, 3, 0.5]).itemSync(); // 0.2165
 */
export class BinaryCrossentropy extends Loss<typeof parameters> {
  static readonly record: LossRecord<typeof parameters> = binaryCrossentropyRecord;
  constructor(options: BinaryCrossentropyOptions = {}) {
    super(binaryCrossentropyRecord, options);
  }
}

/** `BinaryCrossentropy` of each row, unreduced: `[batch, …, outputs]` to `[batch, …]`. */
export const binaryCrossentropy: LossFunction<typeof parameters> = lossFunction(binaryCrossentropyRecord);
