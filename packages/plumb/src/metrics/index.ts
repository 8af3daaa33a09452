/** The metrics by name. A new one is a file beside this and a line in the list. */
import { PlumbError } from "../base/errors.ts";
import { camelCase, didYouMean, inEverySpelling, type SnakeCase } from "../base/names.ts";
import type { Shape } from "../base/shape.ts";
import type { Tensor } from "../tensor/index.ts";
import { Accuracy } from "./accuracy.ts";
import { AUC } from "./auc.ts";
import { AveragePrecision } from "./average-precision.ts";
import { BalancedAccuracy } from "./balanced-accuracy.ts";
import { BinaryAccuracy } from "./binary-accuracy.ts";
import { BinaryCrossentropy } from "./binary-crossentropy.ts";
import { BinaryIoU } from "./binary-io-u.ts";
import { BitsPerByte } from "./bits-per-byte.ts";
import { BitsPerToken } from "./bits-per-token.ts";
import { BrierScore } from "./brier-score.ts";
import { CategoricalAccuracy } from "./categorical-accuracy.ts";
import { CategoricalCrossentropy } from "./categorical-crossentropy.ts";
import { CategoricalHinge } from "./categorical-hinge.ts";
import { ClassFBeta } from "./class-f-beta.ts";
import { ClassPrecision } from "./class-precision.ts";
import { ClassRecall } from "./class-recall.ts";
import { ClassificationReport } from "./classification-report.ts";
import { CohenKappa } from "./cohen-kappa.ts";
import { ConcordanceCorrelation } from "./concordance-correlation.ts";
import { ConfusionMatrix } from "./confusion-matrix.ts";
import { CosineSimilarity } from "./cosine-similarity.ts";
import { ExpectedCalibrationError } from "./expected-calibration-error.ts";
import { ExplainedVariance } from "./explained-variance.ts";
import { FBetaScore } from "./f-beta-score.ts";
import { F1Score } from "./f1-score.ts";
import { FalseNegatives } from "./false-negatives.ts";
import { FalsePositives } from "./false-positives.ts";
import { HammingLoss } from "./hamming-loss.ts";
import { Hinge } from "./hinge.ts";
import { IoU } from "./io-u.ts";
import { JaccardIndex } from "./jaccard-index.ts";
import { KLDivergence } from "./kl-divergence.ts";
import { LogCoshError } from "./log-cosh-error.ts";
import { LogLoss } from "./log-loss.ts";
import { MatthewsCorrelation } from "./matthews-correlation.ts";
import { MaxError } from "./max-error.ts";
import { Mean } from "./mean.ts";
import { MeanAbsoluteError } from "./mean-absolute-error.ts";
import { MeanAbsolutePercentageError } from "./mean-absolute-percentage-error.ts";
import { MeanIoU } from "./mean-io-u.ts";
import { MeanMetricWrapper } from "./mean-metric-wrapper.ts";
import { MeanSquaredError } from "./mean-squared-error.ts";
import { MeanSquaredLogarithmicError } from "./mean-squared-logarithmic-error.ts";
import { MedianAbsoluteError } from "./median-absolute-error.ts";
import { OneHotIoU } from "./one-hot-io-u.ts";
import { OneHotMeanIoU } from "./one-hot-mean-io-u.ts";
import { PearsonCorrelation } from "./pearson-correlation.ts";
import { Perplexity } from "./perplexity.ts";
import { Poisson } from "./poisson.ts";
import { Precision } from "./precision.ts";
import { PrecisionAtRecall } from "./precision-at-recall.ts";
import { R2Score } from "./r2-score.ts";
import { Recall } from "./recall.ts";
import { RecallAtPrecision } from "./recall-at-precision.ts";
import { ReliabilityBins } from "./reliability-bins.ts";
import { RocAuc } from "./roc-auc.ts";
import { RootMeanSquaredError } from "./root-mean-squared-error.ts";
import { SensitivityAtSpecificity } from "./sensitivity-at-specificity.ts";
import { SparseCategoricalAccuracy } from "./sparse-categorical-accuracy.ts";
import { SparseCategoricalCrossentropy } from "./sparse-categorical-crossentropy.ts";
import { SparseTopKCategoricalAccuracy } from "./sparse-top-k-categorical-accuracy.ts";
import { SpecificityAtSensitivity } from "./specificity-at-sensitivity.ts";
import { SquaredHinge } from "./squared-hinge.ts";
import { Sum } from "./sum.ts";
import { TopKCategoricalAccuracy } from "./top-k-categorical-accuracy.ts";
import { TrueNegatives } from "./true-negatives.ts";
import { TruePositives } from "./true-positives.ts";
import { Metric } from "./metric.ts";
import type { MetricRecord } from "./record.ts";

export { bootstrap, type BootstrapOptions, type Interval } from "./bootstrap.ts";
export {
  calibrationCurve,
  precisionRecallCurve,
  rocCurve,
  type CalibrationCurve,
  type CalibrationCurveOptions,
  type CurveOptions,
  type PrecisionRecallCurve,
  type RocCurve,
  type RocCurveOptions,
} from "./curves.ts";
export type { MeanMetricWrapperOptions, ValuesFunction } from "./mean-metric-wrapper.ts";
export { Metric, type MetricCall, type MetricOptions } from "./metric.ts";
export type { MetricBatch, MetricRecord, MetricState } from "./record.ts";
export {
  AUC,
  Accuracy,
  AveragePrecision,
  BalancedAccuracy,
  BinaryAccuracy,
  BinaryCrossentropy,
  BinaryIoU,
  BitsPerByte,
  BitsPerToken,
  BrierScore,
  CategoricalAccuracy,
  CategoricalCrossentropy,
  CategoricalHinge,
  ClassFBeta,
  ClassPrecision,
  ClassRecall,
  ClassificationReport,
  CohenKappa,
  ConcordanceCorrelation,
  ConfusionMatrix,
  CosineSimilarity,
  ExpectedCalibrationError,
  ExplainedVariance,
  F1Score,
  FBetaScore,
  FalseNegatives,
  FalsePositives,
  HammingLoss,
  Hinge,
  IoU,
  JaccardIndex,
  KLDivergence,
  LogCoshError,
  LogLoss,
  MatthewsCorrelation,
  MaxError,
  Mean,
  MeanAbsoluteError,
  MeanAbsolutePercentageError,
  MeanIoU,
  MeanMetricWrapper,
  MeanSquaredError,
  MeanSquaredLogarithmicError,
  MedianAbsoluteError,
  OneHotIoU,
  OneHotMeanIoU,
  PearsonCorrelation,
  Perplexity,
  Poisson,
  Precision,
  PrecisionAtRecall,
  R2Score,
  Recall,
  RecallAtPrecision,
  ReliabilityBins,
  RocAuc,
  RootMeanSquaredError,
  SensitivityAtSpecificity,
  SparseCategoricalAccuracy,
  SparseCategoricalCrossentropy,
  SparseTopKCategoricalAccuracy,
  SpecificityAtSensitivity,
  SquaredHinge,
  Sum,
  TopKCategoricalAccuracy,
  TrueNegatives,
  TruePositives,
};

/** Every metric's class by its camelCase name. */
export const metricClasses = {
  mean: Mean,
  sum: Sum,
  meanMetricWrapper: MeanMetricWrapper,
  accuracy: Accuracy,
  binaryAccuracy: BinaryAccuracy,
  categoricalAccuracy: CategoricalAccuracy,
  sparseCategoricalAccuracy: SparseCategoricalAccuracy,
  topKCategoricalAccuracy: TopKCategoricalAccuracy,
  sparseTopKCategoricalAccuracy: SparseTopKCategoricalAccuracy,
  truePositives: TruePositives,
  trueNegatives: TrueNegatives,
  falsePositives: FalsePositives,
  falseNegatives: FalseNegatives,
  precision: Precision,
  recall: Recall,
  sensitivityAtSpecificity: SensitivityAtSpecificity,
  specificityAtSensitivity: SpecificityAtSensitivity,
  precisionAtRecall: PrecisionAtRecall,
  recallAtPrecision: RecallAtPrecision,
  f1Score: F1Score,
  fBetaScore: FBetaScore,
  auc: AUC,
  rocAuc: RocAuc,
  averagePrecision: AveragePrecision,
  confusionMatrix: ConfusionMatrix,
  classificationReport: ClassificationReport,
  classPrecision: ClassPrecision,
  classRecall: ClassRecall,
  classFBeta: ClassFBeta,
  jaccardIndex: JaccardIndex,
  balancedAccuracy: BalancedAccuracy,
  matthewsCorrelation: MatthewsCorrelation,
  cohenKappa: CohenKappa,
  hammingLoss: HammingLoss,
  ioU: IoU,
  binaryIoU: BinaryIoU,
  meanIoU: MeanIoU,
  oneHotIoU: OneHotIoU,
  oneHotMeanIoU: OneHotMeanIoU,
  binaryCrossentropy: BinaryCrossentropy,
  categoricalCrossentropy: CategoricalCrossentropy,
  sparseCategoricalCrossentropy: SparseCategoricalCrossentropy,
  klDivergence: KLDivergence,
  poisson: Poisson,
  logLoss: LogLoss,
  brierScore: BrierScore,
  expectedCalibrationError: ExpectedCalibrationError,
  reliabilityBins: ReliabilityBins,
  perplexity: Perplexity,
  bitsPerToken: BitsPerToken,
  bitsPerByte: BitsPerByte,
  hinge: Hinge,
  squaredHinge: SquaredHinge,
  categoricalHinge: CategoricalHinge,
  meanSquaredError: MeanSquaredError,
  rootMeanSquaredError: RootMeanSquaredError,
  meanAbsoluteError: MeanAbsoluteError,
  medianAbsoluteError: MedianAbsoluteError,
  maxError: MaxError,
  meanAbsolutePercentageError: MeanAbsolutePercentageError,
  meanSquaredLogarithmicError: MeanSquaredLogarithmicError,
  logCoshError: LogCoshError,
  r2Score: R2Score,
  explainedVariance: ExplainedVariance,
  cosineSimilarity: CosineSimilarity,
  pearsonCorrelation: PearsonCorrelation,
  concordanceCorrelation: ConcordanceCorrelation,
} as const;

/** Every metric's record. */
export const allMetrics: readonly MetricRecord<any>[] = Object.values(metricClasses).map(
  ({ record }) => record,
);

type CamelName = keyof typeof metricClasses;
/** The names that complete; Keras's class names work too. */
export type MetricName =
  | CamelName
  | SnakeCase<CamelName>
  | Capitalize<CamelName>
  | "acc"
  | "crossentropy"
  | "ce"
  | "mse"
  | "mae"
  | "rmse"
  | "mape"
  | "msle"
  | "bce";

/** What a `metrics` argument takes: a name, an instance, or a function of labels and predictions, which is averaged. */
export type MetricLike = MetricName | Metric<any> | ((yTrue: Tensor, yPred: Tensor) => Tensor);

/** A class of metrics, with its record. Those with required parameters cannot be made without. */
export interface MetricClass {
  new (): Metric<any>;
  readonly record: MetricRecord<any>;
}

const bySpelling = inEverySpelling(() =>
  Object.values(metricClasses).map((Class) => [Class.record, Class as unknown as MetricClass] as const),
);

/** Shapes that decide which accuracy "accuracy" is, and which cross-entropy "crossentropy". */
export interface MetricShapes {
  readonly labels: Shape;
  readonly predictions: Shape;
}

/** Words for what suits the labels: for one output, for class indices, for one-hot labels. */
const byShapes: ReadonlyMap<string, readonly MetricClass[]> = new Map(
  [
    { words: ["accuracy", "acc"], classes: [BinaryAccuracy, SparseCategoricalAccuracy, CategoricalAccuracy] },
    {
      words: ["crossentropy", "ce"],
      classes: [BinaryCrossentropy, SparseCategoricalCrossentropy, CategoricalCrossentropy],
    },
  ].flatMap(({ words, classes }) => words.map((word) => [word, classes as readonly MetricClass[]] as const)),
);

/** Keras's rule: one output is binary; labels without the class axis, or with 1 there, are indices; else one-hot. */
function suiting([binary, sparse, categorical]: readonly MetricClass[], shapes: MetricShapes): MetricClass {
  const { labels, predictions } = shapes;
  if (predictions.at(-1) === 1) return binary;
  return labels.length < predictions.length || labels.at(-1) === 1 ? sparse : categorical;
}

/** The class of a name in any spelling. Errors: PL2010. */
function classOf(name: string): MetricClass {
  const Class = bySpelling().get(name === "acc" ? "accuracy" : name);
  if (Class !== undefined) return Class;
  const unsuited = byShapes.has(name);
  throw new PlumbError("PL2010", {
    asked: `A metric ${JSON.stringify(name) ?? String(name)} was asked for`,
    why: unsuited
      ? "Which one it is hangs on the labels, which only `compile` sees"
      : `The metrics are ${Object.keys(metricClasses).join(", ")}`,
    fix: unsuited
      ? "Name it: binaryCrossentropy, categoricalCrossentropy, sparseCategoricalCrossentropy"
      : // Of spellings that are as near, the list's own comes first.
        `${didYouMean(String(name), [...Object.keys(metricClasses), ...bySpelling().keys()])}Or give a function of labels and predictions`,
  });
}

function get(like: MetricLike, shapes?: MetricShapes): Metric<any> {
  if (like instanceof Metric) return like;
  if (typeof like === "function") {
    if (like === (Metric as unknown) || like.prototype instanceof Metric)
      throw new PlumbError("PL2010", {
        asked: `A metric was given as the class ${like.name}`,
        why: "A class makes metrics; it is not one",
        fix: `Write new ${like.name}() or "${camelCase(like.name)}"`,
      });
    return new MeanMetricWrapper({ fn: like, name: like.name || "custom" });
  }
  const classes = shapes === undefined ? undefined : byShapes.get(like);
  const Class = classes === undefined ? classOf(like) : suiting(classes, shapes!);
  return new Class().renamed(like);
}

/**
 * Metrics by name: `metrics.get("mae")`, as Keras spells them or in camelCase; the name given is the metric's.
 * `metrics.classOf` gives the class, for those that cannot be made without parameters.
 *
 * Given the shapes of labels and predictions, "accuracy" and "crossentropy" are those that suit them, as in Keras's
 * `compile`; without them "accuracy" is the equality of decided labels. Errors: PL2010 for a name that is none, or a class
 * in place of an instance; PL2011 where parameters have to be given.
 */
export const metrics = { get, classOf };
