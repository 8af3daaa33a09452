import { cosine } from "../numerics/similarity.ts";
import { axis } from "./kinds/parameters.ts";
import { meanRecord } from "./kinds/means.ts";
import type { GivenOf } from "../base/parameters.ts";
import { Metric, type MetricOptions } from "./metric.ts";

const parameters = { axis };

export const cosineSimilarityRecord = meanRecord<typeof parameters>({
  name: "CosineSimilarity",

  formula: "mean of y · p / (|y| |p|)",

  parameters,
  contract: {
    labels: "real",
    predictions: "real",
    supportsLogits: false,
    tasks: ["regression"],
    when: "For directions, such as embeddings, whose length means nothing",
  },
  higherIsBetter: true,
  range: [-1, 1],

  values: (yTrue, yPred, { axis }) => cosine(yTrue, yPred, axis),
});

/**
 * The mean cosine of the angle between labels and predictions: 1 alike, 0 at right angles, −1 opposite.
 *
 * Both real, of one shape; the vectors lie along `axis`. Note the sign: the loss of this name is its negative. A vector
 * shorter than 1e-7 counts as a vector of zeros, and gives 0. Range [−1, 1], higher is better.
 *
 * @example
 * const metric = new CosineSimilarityMetric();
 * metric.updateState([[0, 2]], [[0, 5]]);
 * metric.result().itemSync(); // 1
 */
export class CosineSimilarity extends Metric<typeof parameters> {
  static readonly record = cosineSimilarityRecord;
  constructor(options: MetricOptions & GivenOf<typeof parameters> = {}) {
    super(cosineSimilarityRecord, options);
  }
}
