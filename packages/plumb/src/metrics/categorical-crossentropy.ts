import { categoricalFromLogits, categoricalFromProbabilities } from "../numerics/crossentropy.ts";
import { smoothed } from "./kinds/smoothing.ts";
import { axis, fromLogits, labelSmoothing } from "./kinds/parameters.ts";
import { meanRecord } from "./kinds/means.ts";
import type { GivenOf } from "../base/parameters.ts";
import { Metric, type MetricOptions } from "./metric.ts";

const parameters = { fromLogits, labelSmoothing, axis };

export const categoricalCrossentropyRecord = meanRecord<typeof parameters>({
  name: "CategoricalCrossentropy",

  formula: "mean −Σ y log p",

  parameters,
  contract: {
    labels: "oneHot",
    predictions: "distribution",
    supportsLogits: true,
    tasks: ["classes"],
    when: "For one class out of several, one-hot labels",
  },
  higherIsBetter: false,
  range: [0, Infinity],

  values: (yTrue, yPred, { fromLogits, labelSmoothing, axis }) => {
    const labels = smoothed(yTrue, labelSmoothing, yTrue.shape.at(-1)!);
    const values = fromLogits ? categoricalFromLogits : categoricalFromProbabilities;
    return values(labels, yPred, axis);
  },
});

/**
 * The mean cross-entropy of predicted distributions with one-hot labels, −Σ y log p, in nats.
 *
 * Labels and predictions `[batch, …, classes]`; the classes lie along `axis`. Probabilities are scaled to sum to 1 and
 * clipped at 1e-7, as in Keras; logits (`fromLogits`) take the stable path, and `compile` finds out which they are. Range
 * [0, ∞), lower is better; K even guesses cost log K.
 *
 * @example
 * const metric = new CategoricalCrossentropyMetric();
 * metric.updateState([[0, 1]], [[0.5, 0.5]]);
 * metric.result().itemSync(); // 0.6931…
 */
export class CategoricalCrossentropy extends Metric<typeof parameters> {
  static readonly record = categoricalCrossentropyRecord;
  constructor(options: MetricOptions & GivenOf<typeof parameters> = {}) {
    super(categoricalCrossentropyRecord, options);
  }
}
