import type { GivenOf } from "../base/parameters.ts";
import { real } from "../base/parameters.ts";
import { relu } from "../numerics/rectifiers.ts";
import { zerosLike } from "../tensor/index.ts";
import { Loss, lossFunction, type LossFunction, type LossOptions } from "./loss.ts";
import type { LossRecord } from "./record.ts";

const parameters = {
  margin: real(1, "The distance from which on pairs that differ cost nothing", { above: 0 }),
};

export const contrastiveRecord: LossRecord<typeof parameters> = {
  name: "Contrastive",
  formula: "mean y d² + (1 − y) max(margin − d, 0)²",
  range: [0, Infinity],
  source:
    "Hadsell, Chopra and LeCun, Dimensionality reduction by learning an invariant mapping, 2006, without the ½",
  parameters,
  contract: {
    labels: "binary",
    predictions: "real",
    predictionRange: [0, Infinity],
    supportsLogits: false,
    tasks: ["grouping"],
    when: "For distances of pairs that are alike or not: small where alike, at least the margin where not",
  },
  values: (yTrue, yPred, { margin }) => {
    const apart = relu(yPred.neg().add(margin)).square();
    return yTrue.mul(yPred.square()).add(yTrue.neg().add(1).mul(apart)).mean(-1);
  },
  perfect: (yTrue) => yTrue.neg().add(1),
  sketch: {
    against: "the distance, for a pair that is not alike (y = 0)",
    from: 0,
    to: 2,
    rows: (x) => [zerosLike(x), x],
  },
};

/** Parameters of `Contrastive`. */
export type ContrastiveOptions = LossOptions & GivenOf<typeof parameters>;

/**
 * Pairs drawn together or held apart by their distance: mean y d² + (1 − y) max(`margin` − d, 0)².
 *
 * Labels are 1 for pairs that are alike and 0 for others, predictions the distances of the pairs (at least 0), of one shape
 * `[batch, …, outputs]`. Pairs that differ cost nothing from the `margin` on. Hadsell, Chopra and LeCun, 2006, without the ½.
 *
 * @example
 * new Contrastive().call([1, 0], [0.5, 0.5]).itemSync(); // (0.25 + 0.25) / 2 = 0.25
 */
export class Contrastive extends Loss<typeof parameters> {
  static readonly record: LossRecord<typeof parameters> = contrastiveRecord;
  constructor(options: ContrastiveOptions = {}) {
    super(contrastiveRecord, options);
  }
}

/** `Contrastive` of each row, unreduced: `[batch, …, outputs]` to `[batch, …]`. */
export const contrastive: LossFunction<typeof parameters> = lossFunction(contrastiveRecord);
