import { integer, optional, real, type GivenOf } from "../base/parameters.ts";
import type { Shape } from "../base/shape.ts";
import { alignIndex, alignPair } from "../numerics/alignment.ts";
import { scatterAdd, ones, type Tensor } from "../tensor/index.ts";
import { Metric, type MetricOptions } from "./metric.ts";
import type { MetricRecord } from "./record.ts";

const parameters = {
  numClasses: optional(
    integer(2, "Number of classes; left out, that of the predictions' columns, 2 for one", { min: 2 }),
  ),
  threshold: optional(real(0.5, "With one column, a prediction above it is class 1; 0.5 unless told")),
};

const isColumn = (shape: Shape): boolean => shape.length === 0 || shape.at(-1) === 1;
const classesOf = (numClasses: number | undefined, predictions: Shape): number =>
  numClasses ?? (predictions.length < 2 || isColumn(predictions) ? 2 : predictions.at(-1)!);

/** Class indices from what predictions or labels are: indices already, probabilities of class 1, or rows over the classes. */
function decided(x: Tensor, threshold: number): Tensor {
  if (x.dtype === "int32") return x;
  if (x.dtype === "bool") return x.cast("int32");
  return x.greater(x.dtype === "float32" ? Math.fround(threshold) : threshold).cast("int32");
}

export const confusionMatrixRecord: MetricRecord<typeof parameters> = {
  name: "ConfusionMatrix",
  formula: "rows of label i that were predicted j, at [i, j]",
  parameters,
  contract: {
    labels: "classIndex",
    predictions: "probability",
    supportsLogits: false,
    tasks: ["binary", "classes"],
    when: "To see which classes are taken for which",
  },
  higherIsBetter: true,
  range: [0, Infinity],
  thresholdOf: ({ threshold }) => threshold,
  state: ({ numClasses }, predictions) => {
    if (numClasses === undefined && predictions === undefined) return undefined;
    const classes = classesOf(numClasses, predictions ?? []);
    return { matrix: [classes, classes] };
  },
  align: (labels, predictions, { threshold = 0.5 }) => {
    const who = "ConfusionMatrix";
    if (predictions.dtype === "int32" || predictions.rank < 2 || isColumn(predictions.shape)) {
      const [y, p] = alignPair(who, labels, predictions);
      return [y.cast("int32"), decided(p, threshold)];
    }
    const oneHot = labels.rank === predictions.rank && !isColumn(labels.shape);
    const index = oneHot
      ? alignPair(who, labels, predictions)[0].argmax(-1)
      : alignIndex(who, labels, predictions);
    return [index.cast("int32"), predictions.argmax(-1)];
  },
  batch: ({ yTrue, yPred, weights, predictions }, { numClasses }) => ({
    matrix: counted(yTrue, yPred, weights(yTrue.shape), classesOf(numClasses, predictions)),
  }),
  value: ({ matrix }) => matrix,
};

/** Weights added up at [label, prediction]; what is no class adds to nothing. */
function counted(yTrue: Tensor, yPred: Tensor, weights: Tensor | undefined, classes: number): Tensor {
  const size = yTrue.size;
  const [label, prediction] = [yTrue.reshape([size]), yPred.reshape([size])];
  const isClass = (x: Tensor): Tensor => x.greaterEqual(0).logicalAnd(x.less(classes));
  const known = isClass(label).logicalAnd(isClass(prediction));
  const place = label.mul(classes).add(prediction);
  const weight = weights === undefined ? ones([size], "float64") : weights.reshape([size]);
  return scatterAdd(known.cast("float64").mul(weight), place.mul(known.cast("int32")), 0, [
    classes * classes,
  ]).reshape([classes, classes]);
}

/**
 * How many rows of label i were predicted as j, at `[i, j]`: rows are labels, columns predictions.
 *
 * Labels are class indices or one-hot rows; predictions rows of scores (the largest decides), a column of probabilities
 * (above `threshold` is class 1), or int32 class indices, for which `numClasses` must be given if there are more than 2.
 * Weighted rows count by their weight. Labels and predictions that are no class count nowhere.
 */
export class ConfusionMatrix extends Metric<typeof parameters> {
  static readonly record = confusionMatrixRecord;
  constructor(options: MetricOptions & GivenOf<typeof parameters> = {}) {
    super(confusionMatrixRecord, options);
  }
}
