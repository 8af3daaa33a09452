import { divergenceFromProbabilities } from "../numerics/divergences.ts";
import { meanRecord } from "./kinds/means.ts";
import { Metric, type MetricOptions } from "./metric.ts";

export const klDivergenceRecord = meanRecord<{}>({
  name: "KLDivergence",

  formula: "mean Σ y log(y / p)",
  source: "Kullback and Leibler, On information and sufficiency, 1951",
  parameters: {},
  contract: {
    labels: "oneHot",
    predictions: "distribution",
    supportsLogits: false,
    tasks: ["classes"],
    when: "For labels that are distributions: how many nats the predictions waste",
  },
  higherIsBetter: false,
  range: [0, Infinity],

  values: (yTrue, yPred) => divergenceFromProbabilities(yTrue, yPred, -1),
});

/**
 * The mean Kullback-Leibler divergence of predictions from labels, Σ y log(y / p), in nats.
 *
 * Labels and predictions are rows of probabilities, both `[batch, …, classes]`, clipped to [1e-7, 1] as Keras does. Range
 * [0, ∞), lower is better; 0 where both agree.
 *
 * @example
 * const metric = new KLDivergenceMetric();
 * metric.updateState([[0.5, 0.5]], [[0.5, 0.5]]);
 * metric.result().itemSync(); // 0
 */
export class KLDivergence extends Metric<{}> {
  static readonly record = klDivergenceRecord;
  constructor(options: MetricOptions = {}) {
    super(klDivergenceRecord, options);
  }
}
