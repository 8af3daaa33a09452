import { alignIndex } from "../numerics/alignment.ts";
import { sparseFromLogits, sparseFromProbabilities } from "../numerics/crossentropy.ts";
import { where } from "../tensor/index.ts";
import { axis, fromLogits, ignoreClass } from "./kinds/parameters.ts";
import { computedIn } from "./metric.ts";
import { meanRecord } from "./kinds/means.ts";
import type { GivenOf } from "../base/parameters.ts";
import { Metric, type MetricOptions } from "./metric.ts";

const parameters = { fromLogits, ignoreClass, axis };

export const sparseCategoricalCrossentropyRecord = meanRecord<typeof parameters>({
  name: "SparseCategoricalCrossentropy",

  formula: "mean −log p of the class",

  parameters,
  contract: {
    labels: "classIndex",
    predictions: "distribution",
    supportsLogits: true,
    tasks: ["classes"],
    when: "For one class out of several, class indices",
  },
  higherIsBetter: false,
  range: [0, Infinity],
  align: (yTrue, yPred, { axis }) => [
    alignIndex("SparseCategoricalCrossentropy", yTrue, yPred, axis).cast("int32"),
    yPred.cast(computedIn(yTrue, yPred)),
  ],
  present: (yTrue, { ignoreClass }) => (ignoreClass === undefined ? undefined : yTrue.notEqual(ignoreClass)),
  values: (yTrue, yPred, { fromLogits, ignoreClass, axis }) => {
    const index = ignoreClass === undefined ? yTrue : where(yTrue.notEqual(ignoreClass), yTrue, 0);
    const values = fromLogits ? sparseFromLogits : sparseFromProbabilities;
    return values(index, yPred, axis);
  },
});

/**
 * The mean cross-entropy of predicted distributions with class indices, −log p_y, in nats.
 *
 * Labels are class indices `[batch, …]` (a trailing 1 is dropped), predictions `[batch, …, classes]`, or with the classes
 * along `axis`. Probabilities are clipped at 1e-7 and scaled to sum to 1, as in Keras on TensorFlow; logits (`fromLogits`)
 * take the stable path, and `compile` finds out which they are. Rows of `ignoreClass` count for nothing: Keras counts them
 * in the divisor where there are no weights. Range [0, ∞), lower is better; K even guesses cost log K.
 *
 * @example
 * const metric = new SparseCategoricalCrossentropyMetric({ ignoreClass: -1 });
 * metric.updateState(Int32Array.of(0, -1), [[0.5, 0.5], [0.9, 0.1]]);
 * metric.result().itemSync(); // 0.6931…
 */
export class SparseCategoricalCrossentropy extends Metric<typeof parameters> {
  static readonly record = sparseCategoricalCrossentropyRecord;
  constructor(options: MetricOptions & GivenOf<typeof parameters> = {}) {
    super(sparseCategoricalCrossentropyRecord, options);
  }
}
