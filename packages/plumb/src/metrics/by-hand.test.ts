import { describe, expect, test } from "vitest";
import { allMetrics, metricClasses, type Mean, type Metric } from "./index.ts";

/**
 * One small case for every metric, whose value can be checked on paper; `because` is how. Rows, in that order: labels,
 * predictions, what comes out. Recorded numbers of larger cases are held in test/contracts/goldens.test.ts.
 */
interface Case {
  readonly options?: Readonly<Record<string, unknown>>;
  readonly y?: unknown;
  readonly p: unknown;
  readonly value: number | readonly number[];
  readonly because: string;
}

const { log, sqrt, cosh } = Math;
const yesNo = { y: [1, 1, 0, 0, 0], p: [0.9, 0.3, 0.8, 0.4, 0.1] };
const classes = {
  y: Int32Array.of(0, 0, 0, 1, 1, 2),
  p: Int32Array.of(0, 0, 1, 1, 1, 0),
  options: { numClasses: 3 },
};
const amounts = { y: [[1], [2], [4]], p: [[2], [2], [1]] };
/** Thresholds where 0.9 is a yes, and 0.8; and where only 0.9 is. */
const two = { thresholds: [0.5, 0.85] };

const cases: Readonly<Record<string, Case>> = {
  Mean: { p: [1, 2, 6], value: 3, because: "9 / 3" },
  Sum: {
    p: [
      [1, 2],
      [6, -1],
    ],
    value: 8,
    because: "all four",
  },
  MeanMetricWrapper: { ...amounts, value: 4 / 3, because: "its sample is |y − p|: (1 + 0 + 3) / 3" },
  Accuracy: { y: [1, 2, 3, 3], p: [1, 2, 0, 3], value: 0.75, because: "3 of 4" },
  BinaryAccuracy: { ...yesNo, value: 0.6, because: "0.3 and 0.8 are wrong" },
  CategoricalAccuracy: {
    y: [
      [0, 1, 0],
      [1, 0, 0],
    ],
    p: [
      [0.2, 0.5, 0.3],
      [0.1, 0.1, 0.8],
    ],
    value: 0.5,
    because: "the second row points at 2",
  },
  SparseCategoricalAccuracy: {
    y: Int32Array.of(1, 0),
    p: [
      [0.2, 0.4, 0.4],
      [0.1, 0.1, 0.8],
    ],
    value: 0.5,
    because: "of two equal ones the first counts",
  },
  TopKCategoricalAccuracy: {
    options: { k: 2 },
    y: [
      [0, 0, 1],
      [1, 0, 0],
      [1, 0, 0],
    ],
    p: [
      [0.5, 0.4, 0.1],
      [0.3, 0.4, 0.3],
      [0.9, 0.1, NaN],
    ],
    value: 1 / 3,
    because: "third of three; tied for second place; a row that is not finite",
  },
  SparseTopKCategoricalAccuracy: {
    options: { k: 2 },
    y: Int32Array.of(2, 0, 5),
    p: [
      [0.5, 0.4, 0.1],
      [0.3, 0.4, 0.3],
      [0.9, 0.1, 0],
    ],
    value: 1 / 3,
    because: "third of three; tied for second place; a label that is no class",
  },
  TruePositives: { ...yesNo, options: two, value: [1, 1], because: "0.9, and 0.9" },
  FalsePositives: { ...yesNo, options: two, value: [1, 0], because: "0.8, and none" },
  TrueNegatives: { ...yesNo, options: two, value: [2, 3], because: "0.4 and 0.1, then 0.8 too" },
  FalseNegatives: { ...yesNo, options: two, value: [1, 1], because: "0.3, and 0.3" },
  Precision: { ...yesNo, options: { thresholds: [0.2, 0.85] }, value: [0.5, 1], because: "2 of 4, 1 of 1" },
  Recall: { ...yesNo, options: { thresholds: [0.2, 0.85] }, value: [1, 0.5], because: "both, one of two" },
  SensitivityAtSpecificity: {
    ...yesNo,
    options: { specificity: 1 },
    value: 0.5,
    because: "above 0.8 all no are right, and 0.9 is found",
  },
  SpecificityAtSensitivity: {
    ...yesNo,
    options: { sensitivity: 1 },
    value: 1 / 3,
    because: "below 0.3 all yes are found, and only 0.1 is left alone",
  },
  PrecisionAtRecall: { ...yesNo, options: { recall: 1 }, value: 0.5, because: "below 0.3: 2 of 4" },
  RecallAtPrecision: { ...yesNo, options: { precision: 0.9 }, value: 0.5, because: "above 0.8: 1 of 2" },
  F1Score: {
    options: { average: "macro", threshold: 0.5 },
    y: [
      [1, 0],
      [1, 1],
      [0, 1],
    ],
    p: [
      [0.9, 0.6],
      [0.2, 0.7],
      [0.3, 0.1],
    ],
    value: (2 / 3 + 1 / 2) / 2,
    because: "2·1 / (2 + 0 + 1), 2·1 / (2 + 1 + 1)",
  },
  FBetaScore: {
    options: { beta: 2, threshold: 0.5 },
    y: [
      [1, 0],
      [1, 1],
      [0, 1],
    ],
    p: [
      [0.9, 0.6],
      [0.2, 0.7],
      [0.3, 0.1],
    ],
    value: [5 / 9, 5 / 10],
    because: "5·1 / (5 + 4·1 + 0), 5·1 / (5 + 4·1 + 1)",
  },
  AUC: { ...yesNo, value: 4 / 6, because: "of 6 pairs 0.9 wins three and 0.3 one" },
  RocAuc: { y: [1, 1, 0, 0], p: [0.9, 0.4, 0.4, 0.1], value: 3.5 / 4, because: "of 4 pairs one is tied" },
  AveragePrecision: { ...yesNo, value: (1 + 2 / 4) / 2, because: "0.9 is the first, 0.3 the fourth" },
  ConfusionMatrix: { ...classes, value: [2, 1, 0, 0, 2, 0, 1, 0, 0], because: "counted" },
  ClassificationReport: {
    ...classes,
    value: [2 / 3, 2 / 3, 2 / 3, 3, 2 / 3, 1, 4 / 5, 2, 0, 0, 0, 1],
    because: "class by class",
  },
  ClassPrecision: { ...classes, value: [2 / 3, 2 / 3, 0], because: "of 3, of 3, of none" },
  ClassRecall: { ...classes, value: [2 / 3, 1, 0], because: "of 3, of 2, of 1" },
  ClassFBeta: {
    ...classes,
    options: { numClasses: 3, beta: 2, average: "weighted" },
    value: (3 * (10 / 15) + 2 * (10 / 11)) / 6,
    because: "5·2 / (4·3 + 3), 5·2 / (4·2 + 3), 0, by 3, 2 and 1 rows",
  },
  JaccardIndex: { ...classes, value: [2 / 4, 2 / 3, 0], because: "both over either" },
  BalancedAccuracy: { ...classes, value: 5 / 9, because: "(2/3 + 1 + 0) / 3" },
  MatthewsCorrelation: {
    ...classes,
    value: (4 * 6 - (9 + 6)) / sqrt((36 - 14) * (36 - 18)),
    because: "right 4 of 6; labels 3, 2, 1; predictions 3, 3, 0",
  },
  CohenKappa: {
    ...classes,
    value: (4 / 6 - 15 / 36) / (1 - 15 / 36),
    because: "agreement 4/6, by chance (3·3 + 2·3) / 36",
  },
  HammingLoss: { ...classes, value: 1 / 3, because: "2 of 6" },
  IoU: {
    ...classes,
    options: { numClasses: 3, targetClassIds: [0, 2] },
    value: 0.25,
    because: "(2/4 + 0/1) / 2",
  },
  MeanIoU: { ...classes, value: (2 / 4 + 2 / 3 + 0) / 3, because: "both over either" },
  BinaryIoU: {
    y: [1, 1, 0, 0],
    p: [0.9, 0.5, 0.5, 0.1],
    value: (2 / 3 + 1 / 2) / 2,
    because: "0.5 is a yes",
  },
  OneHotIoU: {
    options: { numClasses: 2, targetClassIds: [1] },
    y: [
      [1, 0],
      [0, 1],
      [0, 1],
    ],
    p: [
      [0.9, 0.1],
      [0.8, 0.2],
      [0.3, 0.7],
    ],
    value: 0.5,
    because: "1 / 2",
  },
  OneHotMeanIoU: {
    options: { numClasses: 2 },
    y: [
      [1, 0],
      [0, 1],
      [0, 1],
    ],
    p: [
      [0.9, 0.1],
      [0.8, 0.2],
      [0.3, 0.7],
    ],
    value: 0.5,
    because: "(1/2 + 1/2) / 2",
  },
  BinaryCrossentropy: { y: [[1], [0]], p: [[0.25], [0.5]], value: (log(4) + log(2)) / 2, because: "−log p" },
  CategoricalCrossentropy: { y: [[0, 1]], p: [[1, 3]], value: log(4 / 3), because: "scaled to ¼ and ¾" },
  SparseCategoricalCrossentropy: { y: Int32Array.of(1), p: [[0.75, 0.25]], value: log(4), because: "−log ¼" },
  KLDivergence: {
    y: [[0.5, 0.5]],
    p: [[0.25, 0.75]],
    value: 0.5 * log(2) + 0.5 * log(2 / 3),
    because: "½ log(½ / ¼) + ½ log(½ / ¾)",
  },
  Poisson: { y: [[2]], p: [[4]], value: 4 - 2 * log(4), because: "p − y log p" },
  LogLoss: {
    y: Int32Array.of(0, 2),
    p: [
      [0.5, 0.25, 0.25],
      [0.5, 0.25, 0.25],
    ],
    value: (log(2) + log(4)) / 2,
    because: "−log ½ and −log ¼",
  },
  BrierScore: { y: Int32Array.of(0), p: [[0.5, 0.25, 0.25]], value: 0.375, because: "¼ + 1/16 + 1/16" },
  ExpectedCalibrationError: {
    options: { numBins: 2 },
    y: [0, 1, 1, 0],
    p: [0.25, 0.25, 0.5, 0.75],
    value: 0.5 * 0.25 + 0.5 * 0.125,
    because: "0.25 against ½; 0.5 lies in the upper bin: 0.625 against ½",
  },
  ReliabilityBins: {
    options: { numBins: 2 },
    y: [0, 1, 1],
    p: [0.25, 0.5, 1],
    value: [1, 0.25, 0, 2, 0.75, 1],
    because: "the edge belongs to the upper bin, 1 to the last",
  },
  Perplexity: {
    y: Int32Array.of(0, 1),
    p: [
      [0.5, 0.5],
      [0.875, 0.125],
    ],
    value: 4,
    because: "√(2 · 8)",
  },
  BitsPerToken: {
    y: Int32Array.of(0, 1),
    p: [
      [0.5, 0.5],
      [0.875, 0.125],
    ],
    value: 2,
    because: "(1 + 3) / 2",
  },
  BitsPerByte: {
    options: { tokenBytes: [2, 6] },
    y: Int32Array.of(0, 1),
    p: [
      [0.5, 0.5],
      [0.875, 0.125],
    ],
    value: 0.5,
    because: "(1 + 3) / (2 + 6)",
  },
  Hinge: { y: [[1, 0]], p: [[0.5, 0.5]], value: 1, because: "½ and 1½: labels 0 and 1 are −1 and 1" },
  SquaredHinge: { y: [[1, -1]], p: [[0.5, 0.5]], value: 1.25, because: "¼ and 2¼" },
  CategoricalHinge: { y: [[0, 1, 0]], p: [[0.5, 1, 2]], value: 2, because: "1 + 2 − 1" },
  MeanSquaredError: { ...amounts, value: 10 / 3, because: "(1 + 0 + 9) / 3" },
  RootMeanSquaredError: { ...amounts, value: sqrt(10 / 3), because: "√((1 + 0 + 9) / 3)" },
  MeanAbsoluteError: { ...amounts, value: 4 / 3, because: "(1 + 0 + 3) / 3" },
  MedianAbsoluteError: {
    y: [1, 2, 3, 4],
    p: [1, 4, 3.5, 9],
    value: 1.25,
    because: "of 0, ½, 2 and 5: the middles",
  },
  MaxError: { ...amounts, value: 3, because: "|4 − 1|" },
  MeanAbsolutePercentageError: { ...amounts, value: 175 / 3, because: "(100 + 0 + 75) / 3" },
  MeanSquaredLogarithmicError: { y: [[1]], p: [[7]], value: log(4) ** 2, because: "(log 8 − log 2)²" },
  LogCoshError: { y: [[1]], p: [[3]], value: log(cosh(2)), because: "log cosh 2" },
  R2Score: { ...amounts, value: 1 - 10 / (14 / 3), because: "mean 7/3: 16/9 + 1/9 + 25/9 = 14/3" },
  ExplainedVariance: {
    ...amounts,
    value: 1 - 26 / 3 / (14 / 3),
    because: "errors −1, 0, 3 about 2/3: 25/9 + 4/9 + 49/9 = 26/3",
  },
  CosineSimilarity: { y: [[3, 4]], p: [[4, 3]], value: 24 / 25, because: "24 / (5 · 5)" },
  PearsonCorrelation: { y: [[1, 2, 3]], p: [[1, 5, 3]], value: 0.5, because: "2/3 over √(2/3) √(8/3)" },
  ConcordanceCorrelation: {
    y: [[1, 2, 3]],
    p: [[1, 5, 3]],
    value: 4 / 3 / (2 / 3 + 8 / 3 + 1),
    because: "2 · 2/3 over 2/3 + 8/3 + (2 − 3)²",
  },
};

describe("by hand", () => {
  test("every metric has a case", () => {
    expect(Object.keys(cases).sort()).toEqual(allMetrics.map(({ name }) => name).sort());
  });

  const classOf = new Map(Object.values(metricClasses).map((Class) => [Class.record.name, Class as never]));
  test.each(allMetrics.map((record) => [record.name, record] as const))("%s", (name, record) => {
    const { options = record.sample ?? {}, y, p, value } = cases[name];
    const Class = classOf.get(name)! as new (options: object) => Metric<any>;
    const metric = new Class(options);
    if (record.takes === "values") (metric as Mean).updateState(p as never);
    else metric.updateState(y as never, p as never);
    const got = metric.result().dataSync();
    const want = [value].flat();
    expect(got.length).toBe(want.length);
    want.forEach((number, i) => expect(got[i]).toBeCloseTo(number, 5));
  });
});
