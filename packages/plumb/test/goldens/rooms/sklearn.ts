/** What Keras has no metric for, as scikit-learn and torchmetrics have it; every number is held in double. */
import {
  Accuracy,
  AveragePrecision,
  BalancedAccuracy,
  BrierScore,
  calibrationCurve,
  ClassFBeta,
  ClassificationReport,
  ClassPrecision,
  ClassRecall,
  CohenKappa,
  ConfusionMatrix,
  ExpectedCalibrationError,
  ExplainedVariance,
  HammingLoss,
  JaccardIndex,
  LogLoss,
  MatthewsCorrelation,
  MaxError,
  MeanAbsoluteError,
  MeanAbsolutePercentageError,
  MeanSquaredError,
  MedianAbsoluteError,
  precisionRecallCurve,
  R2Score,
  RocAuc,
  rocCurve,
  RootMeanSquaredError,
  SparseTopKCategoricalAccuracy,
  type Metric,
} from "../../../src/metrics/index.ts";
import { tensor, type Tensor } from "../../../src/tensor/index.ts";
import { numbersOf, tensorOf, type GoldenTensor } from "../../support/goldens.ts";
import type { GoldenCase, Judge, Room } from "../room.ts";

type Numbers = GoldenTensor | number | string;
type Entries = Readonly<Record<string, any>>;
interface ClassCase {
  readonly id: string;
  readonly task: string;
  readonly num_classes?: number;
  readonly y_true: GoldenTensor;
  readonly y_prob: GoldenTensor;
  readonly y_pred: GoldenTensor;
  readonly sample_weight?: GoldenTensor;
  readonly labels: Entries;
  readonly scores: Entries;
  readonly calibration?: Entries;
}
interface RegressionCase {
  readonly id: string;
  readonly y_true: GoldenTensor;
  readonly y_pred: GoldenTensor;
  readonly sample_weight?: GoldenTensor;
  readonly scores: Entries;
}

const indicesOf = (golden: GoldenTensor): Tensor => tensor(Int32Array.from(numbersOf(golden)), golden.shape);
const listed = (want: Numbers): GoldenTensor | readonly (number | string)[] =>
  typeof want === "object" ? want : [want];

/** The value of a fresh metric on one batch. */
function valueOf(metric: Metric<any>, y: Tensor, p: Tensor, sampleWeight?: Tensor): ArrayLike<number> {
  metric.updateState(y, p, { sampleWeight });
  return metric.result().dataSync();
}

/** Metrics of decided classes, by the name of the entry. */
const labelMetrics = (numClasses: number): Readonly<Record<string, () => Metric<any>>> => {
  const own = { numClasses };
  return {
    confusion_matrix: () => new ConfusionMatrix(own),
    confusion_matrix_norm_true: () => new ConfusionMatrix({ ...own, normalize: "true" }),
    confusion_matrix_norm_pred: () => new ConfusionMatrix({ ...own, normalize: "pred" }),
    confusion_matrix_norm_all: () => new ConfusionMatrix({ ...own, normalize: "all" }),
    accuracy: () => new Accuracy(),
    balanced_accuracy: () => new BalancedAccuracy(own),
    balanced_accuracy_adjusted: () => new BalancedAccuracy({ ...own, adjusted: true }),
    matthews_corrcoef: () => new MatthewsCorrelation(own),
    cohen_kappa: () => new CohenKappa(own),
    cohen_kappa_linear: () => new CohenKappa({ ...own, weights: "linear" }),
    cohen_kappa_quadratic: () => new CohenKappa({ ...own, weights: "quadratic" }),
    f1_macro: () => new ClassFBeta({ ...own, average: "macro" }),
    f1_micro: () => new ClassFBeta({ ...own, average: "micro" }),
    f1_weighted: () => new ClassFBeta({ ...own, average: "weighted" }),
    precision_macro_zero_division_1: () => new ClassPrecision({ ...own, average: "macro", zeroDivision: 1 }),
    fbeta_2_macro: () => new ClassFBeta({ ...own, average: "macro", beta: 2 }),
    jaccard_macro: () => new JaccardIndex({ ...own, average: "macro" }),
    hamming_loss: () => new HammingLoss(own),
  };
};

/** Metrics of probabilities, by the name of the entry. */
const scoreMetrics: Readonly<Record<string, () => Metric<any>>> = {
  roc_auc: () => new RocAuc(),
  "roc_auc_max_fpr_0.3": () => new RocAuc({ maxFpr: 0.3 }),
  roc_auc_ovr_macro: () => new RocAuc(),
  roc_auc_ovr_weighted: () => new RocAuc({ average: "weighted" }),
  roc_auc_ovr_micro: () => new RocAuc({ average: "micro" }),
  roc_auc_ovr_per_class: () => new RocAuc({ average: null }),
  roc_auc_ovo_macro: () => new RocAuc({ multiClass: "ovo" }),
  roc_auc_ovo_weighted: () => new RocAuc({ multiClass: "ovo", average: "weighted" }),
  average_precision: () => new AveragePrecision(),
  average_precision_macro: () => new AveragePrecision(),
  average_precision_micro: () => new AveragePrecision({ average: "micro" }),
  average_precision_weighted: () => new AveragePrecision({ average: "weighted" }),
  log_loss: () => new LogLoss(),
  log_loss_sum: () => new LogLoss({ normalize: false }),
  brier: () => new BrierScore(),
};
const topK = /^top_(\d+)_accuracy$/;

/** Of quantities. */
const regressionMetrics: Readonly<Record<string, () => Metric<any>>> = {
  r2: () => new R2Score(),
  r2_raw: () => new R2Score({ classAggregation: null }),
  r2_variance_weighted: () => new R2Score({ classAggregation: "variance_weighted_average" }),
  explained_variance: () => new ExplainedVariance(),
  mae: () => new MeanAbsoluteError(),
  mse: () => new MeanSquaredError(),
  rmse: () => new RootMeanSquaredError(),
  mape: () => new MeanAbsolutePercentageError(),
  median_ae: () => new MedianAbsoluteError(),
  max_error: () => new MaxError(),
};

const missing = (entry: string): Error => new Error(`there is nothing here for the entry ${entry}`);

function judgeReport(judge: Judge, one: ClassCase, numClasses: number, weight?: Tensor): void {
  const report = one.labels.classification_report as Entries;
  const [y, p] = [indicesOf(one.y_true), indicesOf(one.y_pred)];
  const table = valueOf(new ClassificationReport({ numClasses }), y, p, weight);
  const numbers = (entry: Entries, names: readonly string[]): number[] => names.map((name) => entry[name]);
  const shares = ["precision", "recall", "f1-score"];
  for (let k = 0; k < numClasses; k++) {
    const row = Array.from(table).slice(4 * k, 4 * k + 4);
    if (report[k]) judge.close(row, numbers(report[k], [...shares, "support"]), `the report of class ${k}`);
  }
  for (const average of ["macro", "weighted"] as const) {
    const own = { numClasses, average };
    const got = [new ClassPrecision(own), new ClassRecall(own), new ClassFBeta(own)].map(
      (metric: Metric<any>) => valueOf(metric, y, p, weight)[0],
    );
    judge.close(got, numbers(report[`${average} avg`], shares), `the ${average} average of the report`);
  }
}

function judgeCurve(judge: Judge, one: ClassCase, entry: string, want: Entries, weight?: Tensor): void {
  const [y, p] = [indicesOf(one.y_true), tensorOf(one.y_prob)];
  const points = (a: Float64Array, b: Float64Array, thresholds: Float64Array): void => {
    judge.close(a, want.a, `${entry}, a`);
    judge.close(b, want.b, `${entry}, b`);
    judge.close(thresholds, want.thresholds, `${entry}, thresholds`);
  };
  if (entry === "precision_recall_curve") {
    const { precision, recall, thresholds } = precisionRecallCurve(y, p, { sampleWeight: weight });
    points(precision, recall, thresholds);
  } else {
    const dropIntermediate = entry === "roc_curve_drop_intermediate";
    const curve = rocCurve(y, p, { sampleWeight: weight, dropIntermediate });
    points(curve.falsePositiveRate, curve.truePositiveRate, curve.thresholds);
  }
}

function judgeCalibration(judge: Judge, one: ClassCase, entry: string, want: any): void {
  const [y, p] = [indicesOf(one.y_true), tensorOf(one.y_prob)];
  const [, kind, bins] = /_(uniform|quantile|l1|l2|max)_(\d+)$/.exec(entry) ?? [];
  if (kind === undefined) throw missing(entry);
  const numBins = Number(bins);
  if (kind === "uniform" || kind === "quantile") {
    const { shareRight, meanProbability } = calibrationCurve(y, p, { numBins, strategy: kind });
    judge.close(shareRight, want.prob_true, `${entry}, shares`);
    judge.close(meanProbability, want.prob_pred, `${entry}, probabilities`);
    return;
  }
  const metric = new ExpectedCalibrationError({ numBins, norm: kind as "l1" | "l2" | "max" });
  // Of several classes torchmetrics takes the confidences in float32.
  const tolerance = one.task === "binary" ? judge.tolerance : { rtol: 1e-5, atol: 1e-6 };
  judge.close(valueOf(metric, y, p), listed(want), entry, tolerance);
}

function judgeClasses(judge: Judge, one: ClassCase): void {
  const classes = one.num_classes ?? 2;
  const weight = one.sample_weight && tensorOf(one.sample_weight);
  const [y, p] = [indicesOf(one.y_true), tensorOf(one.y_prob)];
  const ofLabels = labelMetrics(classes);
  for (const [entry, want] of Object.entries(one.labels)) {
    if (entry === "classification_report") judgeReport(judge, one, classes, weight);
    else if (entry in ofLabels)
      judge.close(valueOf(ofLabels[entry](), y, indicesOf(one.y_pred), weight), listed(want), entry);
    else throw missing(entry);
  }
  for (const [entry, want] of Object.entries(one.scores)) {
    const [, k] = topK.exec(entry) ?? [];
    const metric = k ? new SparseTopKCategoricalAccuracy({ k: Number(k) }) : scoreMetrics[entry]?.();
    // Pairs of classes take no weights in scikit-learn.
    const own = entry.startsWith("roc_auc_ovo") ? undefined : weight;
    if (metric !== undefined) judge.close(valueOf(metric, y, p, own), listed(want), entry);
    else if (entry.includes("curve")) judgeCurve(judge, one, entry, want, weight);
    else throw missing(entry);
  }
  for (const [entry, want] of Object.entries(one.calibration ?? {}))
    judgeCalibration(judge, one, entry, want);
}

const classCases = (cases: readonly ClassCase[]): GoldenCase[] =>
  cases.map((one) => ({
    id: one.id,
    tags: [],
    recorded: { ...one },
    run: (judge) => judgeClasses(judge, one),
  }));

/** One case for each number, so that one that differs on purpose hides no other. */
const regressionCases = (cases: readonly RegressionCase[]): GoldenCase[] =>
  cases.flatMap((one) =>
    Object.entries(one.scores).map(([entry, want]) => ({
      id: `${one.id}/${entry}`,
      tags: [],
      recorded: { ...one, entry },
      run(judge: Judge) {
        const metric = regressionMetrics[entry]?.();
        if (metric === undefined) throw missing(entry);
        const weight = one.sample_weight && entry !== "max_error" ? tensorOf(one.sample_weight) : undefined;
        const got = valueOf(metric, tensorOf(one.y_true), tensorOf(one.y_pred), weight);
        // Keras, and so Plumb, tells percent; scikit-learn shares.
        judge.close(entry === "mape" ? [got[0] / 100] : got, listed(want), entry);
      },
    })),
  );

export const sklearn: Room = {
  name: "scikit-learn",
  file: "sklearn.json",
  tolerance: { rtol: 1e-9, atol: 1e-12 },
  cases: ({ cases, regression }: { cases: ClassCase[]; regression: RegressionCase[] }) => [
    ...classCases(cases),
    ...regressionCases(regression ?? []),
  ],
};
