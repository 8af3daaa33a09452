import type { GivenOf } from "../base/parameters.ts";
import { oneOf, real } from "../base/parameters.ts";
import { divideOrZero } from "../numerics/division.ts";
import { relu } from "../numerics/rectifiers.ts";
import { largestOf, partnersOf, smallestOf, squaredDistances } from "../numerics/similarity.ts";
import { where } from "../tensor/index.ts";
import { Loss, lossFunction, type LossFunction, type LossOptions } from "./loss.ts";
import type { LossRecord } from "./record.ts";

const parameters = {
  margin: real(1, "How much farther the others should be than the partners, in squared distance", { min: 0 }),
  mining: oneOf(
    ["semi_hard", "hard", "all"],
    "semi_hard",
    "Which others each partner is compared with: the nearest beyond it, the nearest at all, or all of them",
  ),
};

export const tripletRecord: LossRecord<typeof parameters> = {
  name: "Triplet",
  formula: "mean max(d_alike − d_other + margin, 0)",
  range: [0, Infinity],
  source:
    "Schroff, Kalenichenko and Philbin, FaceNet, 2015 (semi-hard); Hermans, Beyer and Leibe, 2017 (hard, all)",
  parameters,
  contract: {
    labels: "group",
    predictions: "embedding",
    supportsLogits: false,
    tasks: ["grouping"],
    when: "For embeddings in which rows of a group should be nearer to each other than to any other row",
  },
  rowsMeet: true,
  values: (yTrue, yPred, { margin, mining }, { present }) => {
    const distances = squaredDistances(yPred);
    const { alike, unlike } = partnersOf(yTrue, { present });
    const paired = alike.any(1).logicalAnd(unlike.any(1));
    if (mining === "hard") {
      const gap = largestOf(distances, alike).sub(smallestOf(distances, unlike));
      return relu(where(paired, gap, -margin).add(margin));
    }
    // [row, partner, other]
    const partner = distances.expandDims(2);
    const other = distances.expandDims(1);
    const count = alike.cast("float32").sum(1);
    if (mining === "all") {
      const triplets = alike.expandDims(2).logicalAnd(unlike.expandDims(1));
      const costs = where(triplets, relu(partner.sub(other).add(margin)), 0).sum([1, 2]);
      return divideOrZero(costs, count.mul(unlike.cast("float32").sum(1)));
    }
    const beyond = unlike.expandDims(1).logicalAnd(other.greater(partner));
    const nearest = where(
      beyond.any(2),
      smallestOf(other.broadcastTo(beyond.shape), beyond),
      largestOf(distances, unlike).expandDims(1),
    );
    const usable = alike.logicalAnd(paired.expandDims(1));
    const costs = where(usable, relu(where(usable, distances.sub(nearest), 0).add(margin)), 0).sum(1);
    return divideOrZero(costs, count);
  },
  perfect: (yTrue, classes) => yTrue.cast("int32").oneHot(classes),
};

/** Parameters of `Triplet`. */
export type TripletOptions = LossOptions & GivenOf<typeof parameters>;

/**
 * How much nearer a row is to strangers than to its own, with a margin: mean max(d_alike − d_other + `margin`, 0).
 *
 * Labels are group numbers `[batch]`, predictions embeddings `[batch, width]`; d is the squared Euclidean distance. Each row
 * is compared with every partner of its group, and each partner with others by `mining`: `"semi_hard"` the nearest of those
 * farther off than the partner (or the farthest, if all are nearer), `"hard"` only the farthest partner and the nearest other,
 * `"all"` every pair. The loss of a row is the mean over its comparisons; a row without partner or without others costs 0.
 * Rows are compared within their batch: parts of a batch do not add up; rows that do not count are nobody's partner.
 * Schroff, Kalenichenko and Philbin, 2015; Hermans, Beyer and Leibe, 2017.
 *
 * @example
 * new Triplet({ mining: "hard" }).call([0, 0, 1], [[0], [1], [2]]).itemSync(); // (0 + 1 + 0) / 3 = 0.3333
 */
export class Triplet extends Loss<typeof parameters> {
  static readonly record: LossRecord<typeof parameters> = tripletRecord;
  constructor(options: TripletOptions = {}) {
    super(tripletRecord, options);
  }
}

/** `Triplet` of each row, unreduced: labels `[batch]` to losses `[batch]`. */
export const triplet: LossFunction<typeof parameters> = lossFunction(tripletRecord);
