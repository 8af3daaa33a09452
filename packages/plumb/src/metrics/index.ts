/** The metrics by name. A new one is a file beside this and a line in the list. */
import { PlumbError } from "../base/errors.ts";
import { camelCase, didYouMean, spellings, type SnakeCase } from "../base/names.ts";
import type { Shape } from "../base/shape.ts";
import type { Tensor } from "../tensor/index.ts";
import { Accuracy } from "./accuracy.ts";
import { BinaryAccuracy } from "./binary-accuracy.ts";
import { CategoricalAccuracy } from "./categorical-accuracy.ts";
import { ConfusionMatrix } from "./confusion-matrix.ts";
import { F1Score } from "./f1-score.ts";
import { MeanAbsoluteError } from "./mean-absolute-error.ts";
import { MeanSquaredError } from "./mean-squared-error.ts";
import { meanRecord } from "./mean.ts";
import { Metric } from "./metric.ts";
import { Precision } from "./precision.ts";
import { R2Score } from "./r2-score.ts";
import { Recall } from "./recall.ts";
import type { MetricRecord } from "./record.ts";
import { RootMeanSquaredError } from "./root-mean-squared-error.ts";
import { SparseCategoricalAccuracy } from "./sparse-categorical-accuracy.ts";

export { Metric, type MetricCall, type MetricOptions } from "./metric.ts";
export type { MetricBatch, MetricRecord, MetricState } from "./record.ts";
export {
  Accuracy,
  BinaryAccuracy,
  CategoricalAccuracy,
  ConfusionMatrix,
  F1Score,
  MeanAbsoluteError,
  MeanSquaredError,
  Precision,
  R2Score,
  Recall,
  RootMeanSquaredError,
  SparseCategoricalAccuracy,
};

/** Every metric's class by its camelCase name. */
export const metricClasses = {
  accuracy: Accuracy,
  binaryAccuracy: BinaryAccuracy,
  categoricalAccuracy: CategoricalAccuracy,
  sparseCategoricalAccuracy: SparseCategoricalAccuracy,
  meanSquaredError: MeanSquaredError,
  rootMeanSquaredError: RootMeanSquaredError,
  meanAbsoluteError: MeanAbsoluteError,
  precision: Precision,
  recall: Recall,
  f1Score: F1Score,
  r2Score: R2Score,
  confusionMatrix: ConfusionMatrix,
} as const;

/** Every metric's record. */
export const allMetrics: readonly MetricRecord<any>[] = Object.values(metricClasses).map(
  ({ record }) => record,
);

type CamelName = keyof typeof metricClasses;
/** The names that complete; Keras's class names work too. */
export type MetricName =
  CamelName | SnakeCase<CamelName> | Capitalize<CamelName> | "acc" | "mse" | "mae" | "rmse";

/** What a `metrics` argument takes: a name, an instance, or a function of labels and predictions, which is averaged. */
export type MetricLike = MetricName | Metric<any> | ((yTrue: Tensor, yPred: Tensor) => Tensor);

type MetricClass = new () => Metric<any>;

const bySpelling: ReadonlyMap<string, MetricClass> = new Map(
  Object.values(metricClasses).flatMap((Class) =>
    spellings(Class.record.name, Class.record.aliases).map((name) => [name, Class as MetricClass] as const),
  ),
);

/** Shapes that decide which accuracy "accuracy" is. */
export interface MetricShapes {
  readonly labels: Shape;
  readonly predictions: Shape;
}

/** Keras's rule: one output is binary; labels without the class axis, or with 1 there, are indices; else one-hot. */
function accuracyFor({ labels, predictions }: MetricShapes): MetricClass {
  if (predictions.at(-1) === 1) return BinaryAccuracy;
  if (labels.length < predictions.length || labels.at(-1) === 1) return SparseCategoricalAccuracy;
  return CategoricalAccuracy;
}

const fromFunction = (fn: (yTrue: Tensor, yPred: Tensor) => Tensor): Metric<any> =>
  new Metric(
    meanRecord<{}>({
      name: fn.name || "custom",
      formula: "the mean of a function of the user's own",
      parameters: {},
      contract: {
        labels: "real",
        predictions: "real",
        supportsLogits: false,
        tasks: [],
        custom: true,
        when: "For what no other metric says",
      },
      higherIsBetter: false,
      range: [-Infinity, Infinity],
      align: (yTrue, yPred) => [yTrue, yPred],
      values: fn,
    }),
    { name: fn.name || "custom" },
  );

function get(like: MetricLike, shapes?: MetricShapes): Metric<any> {
  if (like instanceof Metric) return like;
  if (typeof like === "function") {
    if (like === (Metric as unknown) || like.prototype instanceof Metric)
      throw new PlumbError("PL2010", {
        asked: `A metric was given as the class ${like.name}`,
        why: "A class makes metrics; it is not one",
        fix: `Write new ${like.name}() or "${camelCase(like.name)}"`,
      });
    return fromFunction(like);
  }
  if (shapes !== undefined && (like === "accuracy" || like === "acc")) {
    const Class = accuracyFor(shapes);
    return new Class().renamed(like);
  }
  const Class = bySpelling.get(like === "acc" ? "accuracy" : like);
  if (Class !== undefined) return new Class().renamed(like);
  throw new PlumbError("PL2010", {
    asked: `A metric ${JSON.stringify(like) ?? String(like)} was asked for`,
    why: `The metrics are ${Object.keys(metricClasses).join(", ")}`,
    fix: `${didYouMean(String(like), bySpelling.keys())}Or give a function of labels and predictions`,
  });
}

/**
 * Metrics by name: `metrics.get("mae")`, as Keras spells them or in camelCase; the name given is the metric's.
 *
 * Given the shapes of labels and predictions, "accuracy" is the one that suits them, as in Keras's `compile`; without
 * them it is the equality of decided labels. Errors: PL2010 for a name that is none, or a class in place of an instance.
 */
export const metrics = { get };
