import type { GivenOf } from "../base/parameters.ts";
import { cosine } from "../numerics/similarity.ts";
import { Loss, lossFunction, type LossFunction, type LossOptions } from "./loss.ts";
import { axes } from "./parameters.ts";
import type { LossRecord } from "./record.ts";

const parameters = { axis: axes(-1, "The axis, or axes, along which vectors lie") };

export const cosineSimilarityRecord: LossRecord<typeof parameters> = {
  name: "CosineSimilarity",
  aliases: ["cosine"],
  formula: "−Σ y p / (‖y‖ ‖p‖)",
  range: [-1, 1],
  parameters,
  contract: {
    labels: "real",
    predictions: "embedding",
    supportsLogits: false,
    tasks: ["regression"],
    when: "For vectors whose direction matters and whose length does not, such as embeddings of texts",
  },
  values: (yTrue, yPred, _, { axes: along }) => cosine(yTrue, yPred, along).neg(),
  perfect: (yTrue) => yTrue,
};

/** Parameters of `CosineSimilarity`. */
export type CosineSimilarityOptions = LossOptions & GivenOf<typeof parameters>;

/**
 * The negative cosine of the angle between labels and predictions, −Σ y p / (‖y‖ ‖p‖) along `axis`.
 *
 * Labels and predictions are vectors of one shape `[batch, …, width]`. It is −1 where the directions agree, 0 at right
 * angles and 1 where they are opposite; lengths do not matter. A row of zeros gives 0; lengths below 1e-7 count as 1e-7.
 *
 * @example
 * new CosineSimilarity().call([[0, 1]], [[3, 3]]).itemSync(); // -0.7071
 */
export class CosineSimilarity extends Loss<typeof parameters> {
  static readonly record: LossRecord<typeof parameters> = cosineSimilarityRecord;
  constructor(options: CosineSimilarityOptions = {}) {
    super(cosineSimilarityRecord, options);
  }
}

/** `CosineSimilarity` of each row, unreduced: `[batch, …, width]` to `[batch, …]`. */
export const cosineSimilarity: LossFunction<typeof parameters> = lossFunction(cosineSimilarityRecord);
