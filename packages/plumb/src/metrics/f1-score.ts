import { oneOf, optional, real, type GivenOf } from "../base/parameters.ts";
import { divideOrZero } from "../numerics/division.ts";
import { weightedSum } from "./mean.ts";
import { Metric, shapeError, type MetricOptions } from "./metric.ts";
import type { MetricRecord } from "./record.ts";

const parameters = {
  average: oneOf(
    ["micro", "macro", "weighted", null],
    null,
    "How classes become one value; null gives one for each",
  ),
  threshold: optional(
    real(0.5, "A prediction above it is a yes; left out, the largest of each row is", { above: 0 }),
  ),
};

export const f1ScoreRecord: MetricRecord<typeof parameters> = {
  name: "F1Score",
  aliases: ["f1"],
  formula: "2 right yes / (all yes + all that should be)",
  source: "van Rijsbergen, Information Retrieval, 1979, with β = 1",
  parameters,
  contract: {
    labels: "oneHot",
    predictions: "probability",
    supportsLogits: false,
    tasks: ["binary", "classes", "labelSets"],
    when: "Where classes are rare, and false alarms and misses both cost",
  },
  higherIsBetter: true,
  range: [0, 1],
  thresholdOf: ({ threshold }) => threshold,
  state: ({ average }, predictions) => {
    if (average !== "micro" && predictions === undefined) return undefined;
    const shape = average === "micro" ? [] : [predictions!.at(-1)!];
    return { truePositives: shape, falsePositives: shape, falseNegatives: shape };
  },
  batch: ({ yTrue, yPred, weights }, { average, threshold }) => {
    if (yPred.rank !== 2)
      throw shapeError(
        "F1Score",
        yTrue.shape,
        yPred.shape,
        "It takes [batch, classes]",
        "Reshape both to columns: x.expandDims(-1)",
      );
    // Without a threshold all of the tied largest are a yes, and a row of zeros has none, as in Keras.
    const yes =
      threshold === undefined
        ? yPred.greaterEqual(yPred.max(-1, { keepDims: true })).logicalAnd(yPred.abs().greater(1e-9))
        : yPred.greater(yPred.dtype === "float32" ? Math.fround(threshold) : threshold);
    const [hit, label] = [yes.cast("float64"), yTrue.cast("float64")];
    const weight = weights(yPred.shape);
    const count = (values: typeof hit): typeof hit =>
      weightedSum(values, weight, average === "micro" ? [0, 1] : 0);
    return {
      truePositives: count(hit.mul(label)),
      falsePositives: count(hit.mul(label.neg().add(1))),
      falseNegatives: count(hit.neg().add(1).mul(label)),
    };
  },
  value: ({ truePositives, falsePositives, falseNegatives }, { average }) => {
    const twice = truePositives.mul(2);
    const scores = divideOrZero(twice, twice.add(falsePositives).add(falseNegatives));
    if (average === "macro") return scores.mean();
    if (average !== "weighted") return scores;
    const support = truePositives.add(falseNegatives);
    return divideOrZero(scores.mul(support).sum(), support.sum());
  },
};

/**
 * The harmonic mean of precision and recall, 2 TP / (2 TP + FP + FN), for each class.
 *
 * Labels 0 or 1, predictions probabilities, both `[batch, classes]`; without a `threshold` the largest of each row is the
 * yes. The value is `[classes]`; `average` makes it a scalar: "micro" over the summed counts, "macro" the plain mean,
 * "weighted" by how often each class occurs. Range [0, 1], higher is better; 0 for a class that neither occurs nor is
 * predicted. Errors: PL2002 for predictions of another rank.
 */
export class F1Score extends Metric<typeof parameters> {
  static readonly record = f1ScoreRecord;
  constructor(options: MetricOptions & GivenOf<typeof parameters> = {}) {
    super(f1ScoreRecord, options);
  }
}
