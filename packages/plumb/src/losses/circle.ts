import type { GivenOf } from "../base/parameters.ts";
import { flag, real } from "../base/parameters.ts";
import { softplus } from "../numerics/sigmoids.ts";
import { onlyThose, partnersOf } from "../numerics/similarity.ts";
import { logSumExp } from "../numerics/softmax.ts";
import { where } from "../tensor/index.ts";
import { Loss, lossFunction, type LossFunction, type LossOptions } from "./loss.ts";
import type { LossRecord } from "./record.ts";

const parameters = {
  gamma: real(80, "Scale of the similarities: how sharply it looks at the worst partners", { above: 0 }),
  margin: real(0.4, "How far from the ideal a similarity may stay", { min: 0 }),
  removeDiagonal: flag(true, "Do not compare a row with itself"),
};

export const circleRecord: LossRecord<typeof parameters> = {
  name: "Circle",
  formula:
    "log(1 + Σ e^(γ (d + m)(d − m)) Σ e^(γ max(1 + m − d, 0)(1 − m − d))); alike, others; d = 1 − cosine",
  range: [0, Infinity],
  source:
    "Sun et al., Circle loss: a unified perspective of pair similarity optimization, 2020; on cosine distances",
  parameters,
  contract: {
    labels: "group",
    predictions: "embedding",
    predictionRange: [-1, 1],
    supportsLogits: false,
    tasks: ["grouping"],
    when: "For embeddings of length 1 in which rows of a group come close, weighing the worst partners most",
  },
  rowsMeet: true,
  counted: (values) => values.greater(0),
  values: (yTrue, yPred, { gamma, margin, removeDiagonal }, { present }) => {
    const distances = yPred.matmul(yPred.transpose()).neg().add(1).maximum(0);
    const { alike, unlike } = partnersOf(yTrue, {
      withSelf: !removeDiagonal,
      present,
    });
    // Each partner is weighed by how far it is from its ideal, 0 for those alike and 1 for the others.
    const far = distances.add(margin).mul(distances.sub(margin)).mul(gamma);
    const near = distances
      .neg()
      .add(1 + margin)
      .maximum(0);
    const close = near.mul(distances.neg().add(1 - margin)).mul(gamma);
    const paired = alike.any(1).logicalAnd(unlike.any(1));
    const sum = logSumExp(onlyThose(far, alike), 1).add(logSumExp(onlyThose(close, unlike), 1));
    return softplus(where(paired, sum, -1e30));
  },
};

/** Parameters of `Circle`. */
export type CircleOptions = LossOptions & GivenOf<typeof parameters>;

/**
 * The circle loss of embeddings: rows of one group are drawn together and pushed from the others, the worst partners most.
 *
 * Labels are group numbers `[batch]`, predictions embeddings `[batch, width]` of length 1. With d = 1 − cosine, a row costs
 * log(1 + Σ e^(`gamma` (d + m)(d − m)) · Σ e^(`gamma` max(1 + m − d, 0)(1 − m − d))), m being the `margin`, the first sum over
 * the partners of its group, the second over all others. A row without either costs 0, and the mean is over the rows that
 * cost something, as in Keras. Rows are compared within their batch: parts of a batch do not add up; rows that do not count
 * are nobody's partner (with `validate: false` they are, as in Keras). Sun et al., 2020.
 *
 * @example
 * new Circle().call([0, 0, 1], [[1, 0], [0.8, 0.6], [0, 1]]).itemSync(); // 3.2008
 */
export class Circle extends Loss<typeof parameters> {
  static readonly record: LossRecord<typeof parameters> = circleRecord;
  constructor(options: CircleOptions = {}) {
    super(circleRecord, options);
  }
}

/** `Circle` of each row, unreduced: labels `[batch]` to losses `[batch]`. */
export const circle: LossFunction<typeof parameters> = lossFunction(circleRecord);
