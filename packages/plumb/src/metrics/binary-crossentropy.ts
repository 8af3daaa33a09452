import { binaryFromLogits, binaryFromProbabilities } from "../numerics/crossentropy.ts";
import { smoothed } from "./kinds/smoothing.ts";
import { fromLogits, labelSmoothing } from "./kinds/parameters.ts";
import { meanRecord } from "./kinds/means.ts";
import type { GivenOf } from "../base/parameters.ts";
import { Metric, type MetricOptions } from "./metric.ts";

const parameters = { fromLogits, labelSmoothing };

export const binaryCrossentropyRecord = meanRecord<typeof parameters>({
  name: "BinaryCrossentropy",
  aliases: ["bce", "BCE"],
  formula: "mean −y log p − (1 − y) log(1 − p)",

  parameters,
  contract: {
    labels: "binary",
    predictions: "probability",
    supportsLogits: true,
    tasks: ["binary", "labelSets"],
    when: "For yes or no: how surprised the probabilities are by the answers",
  },
  higherIsBetter: false,
  range: [0, Infinity],

  values: (yTrue, yPred, { fromLogits, labelSmoothing }) => {
    const labels = smoothed(yTrue, labelSmoothing, 2);
    const values = fromLogits ? binaryFromLogits(labels, yPred) : binaryFromProbabilities(labels, yPred);
    return values.mean(-1);
  },
});

/**
 * The mean binary cross-entropy, in nats: the surprise of probabilities at what came true.
 *
 * Labels 0 or 1 (or shares), predictions probabilities, or logits with `fromLogits`, of one shape
 * `[batch, …, outputs]`. Probabilities are clipped at 1e-7, as in Keras; logits take the stable path, and `compile` finds
 * out which they are. Range [0, ∞), lower is better; always saying 0.5 costs log 2 = 0.693. LogLoss is the one of
 * scikit-learn, which clips less and takes classes too.
 *
 * @example
 * const metric = new BinaryCrossentropyMetric();
 * metric.updateState([[1], [0]], [[0.5], [0.5]]);
 * metric.result().itemSync(); // 0.6931…
 */
export class BinaryCrossentropy extends Metric<typeof parameters> {
  static readonly record = binaryCrossentropyRecord;
  constructor(options: MetricOptions & GivenOf<typeof parameters> = {}) {
    super(binaryCrossentropyRecord, options);
  }
}
