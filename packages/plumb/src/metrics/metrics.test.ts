import { describe, expect, test } from "vitest";
import { tensor } from "../tensor/index.ts";
import {
  AUC,
  AveragePrecision,
  BinaryAccuracy,
  calibrationCurve,
  ConfusionMatrix,
  F1Score,
  IoU,
  Mean,
  MeanIoU,
  MeanMetricWrapper,
  Precision,
  precisionRecallCurve,
  R2Score,
  Recall,
  RocAuc,
  rocCurve,
  type Metric,
} from "./index.ts";

const after = (metric: Metric<any>, ...batch: Parameters<Metric["updateState"]>): Metric<any> => {
  metric.updateState(...batch);
  return metric;
};
const values = (metric: Metric<any>): number[] => Array.from(metric.result().dataSync());

describe("ConfusionMatrix", () => {
  const want = [1, 0, 1, 0, 2, 0, 0, 0, 1];
  const scores = [
    [0.7, 0.2, 0.1],
    [0.1, 0.2, 0.7],
    [0.1, 0.8, 0.1],
    [0.3, 0.4, 0.3],
    [0, 0, 1],
  ];

  test("rows are labels, columns predictions; labels as indices or one-hot, predictions as scores or decided", () => {
    const labels = [0, 0, 1, 1, 2];
    const oneHot = labels.map((label) => [0, 1, 2].map((k) => Number(k === label)));
    expect(values(after(new ConfusionMatrix(), labels, scores))).toEqual(want);
    expect(values(after(new ConfusionMatrix(), oneHot, scores))).toEqual(want);
    const decided = new ConfusionMatrix({ numClasses: 3 });
    expect(values(after(decided, Int32Array.from(labels), Int32Array.of(0, 2, 1, 1, 2)))).toEqual(want);
  });

  test("one column of probabilities is decided by the threshold", () => {
    const labels = [0, 0, 1, 1];
    const p = [[0.2], [0.7], [0.6], [0.9]];
    expect(values(after(new ConfusionMatrix(), labels, p))).toEqual([1, 1, 0, 2]);
    expect(values(after(new ConfusionMatrix({ threshold: 0.65 }), labels, p))).toEqual([1, 1, 1, 1]);
  });

  test("rows count by their weight; a label that is no class counts nowhere", () => {
    const metric = after(new ConfusionMatrix(), [0, 1, 7], [[0.9], [0.8], [0.8]], {
      sampleWeight: [0.5, 2, 1],
    });
    expect(values(metric)).toEqual([0, 0.5, 0, 2]);
    // Nor does a prediction that is none: 2 of two classes is not [1, 0] of the table.
    const decided = after(new ConfusionMatrix(), Int32Array.of(0, 1), Int32Array.of(2, 1));
    expect(values(decided)).toEqual([0, 0, 0, 1]);
  });
});

describe("R2Score", () => {
  test("by hand: 1 − (1 + 0 + 4) / (4 + 0 + 4)", () => {
    expect(values(after(new R2Score(), [[1], [3], [5]], [[2], [3], [3]]))[0]).toBeCloseTo(1 - 5 / 8, 12);
  });

  test("keeps its digits far from 0, in batches too: the spread is 1 and the mean a hundred million", () => {
    const metric = new R2Score();
    const far = (value: number): Float64Array => Float64Array.of(1e8 + value);
    for (const [y, p] of [
      [1, 2],
      [3, 3],
      [5, 3],
    ])
      metric.updateState(tensor(far(y), [1, 1]), tensor(far(p), [1, 1]));
    expect(values(metric)[0]).toBeCloseTo(1 - 5 / 8, 6);
  });

  test("labels that do not vary: 0, or NaN when they are met exactly", () => {
    const equal = [[0.1], [0.1], [0.1]];
    expect(values(after(new R2Score(), equal, [[0.2], [0.1], [0.1]]))).toEqual([0]);
    expect(values(after(new R2Score(), equal, equal))[0]).toBeNaN();
    // In double the mean of these is 0.10000000000000002, from which they seem to vary.
    const double = tensor(Float64Array.of(0.1, 0.1, 0.1), [3, 1]);
    expect(
      values(
        after(
          new R2Score(),
          double,
          equal.map(([value]) => [value * 2]),
        ),
      ),
    ).toEqual([0]);
  });
});

test("precision and recall by hand, at several thresholds at once", () => {
  const [labels, p] = [
    [0, 0, 1, 1],
    [0.1, 0.6, 0.4, 0.9],
  ];
  expect(values(after(new Precision(), labels, p))).toEqual([0.5]);
  expect(values(after(new Recall({ thresholds: [0.3, 0.5, 0.95] }), labels, p))).toEqual([1, 0.5, 0]);
  expect(new Precision().result().shape).toEqual([]);
  expect(new Precision({ thresholds: [0.2, 0.4] }).result().shape).toEqual([2]);
});

test("a prediction that equals the float32 of the threshold is not above it", () => {
  expect(values(after(new BinaryAccuracy({ threshold: 0.6 }), [0], [0.6]))).toEqual([1]);
  expect(values(after(new Precision({ thresholds: 0.6 }), [1], [0.6]))).toEqual([0]);
});

test("F1 of classes, and its averages", () => {
  const batch = [
    [
      [1, 0],
      [1, 0],
      [0, 1],
    ],
    [
      [0.9, 0.1],
      [0.2, 0.8],
      [0.3, 0.7],
    ],
  ] as const;
  // Class 0: TP 1, FP 0, FN 1; class 1: TP 1, FP 1, FN 0.
  const f1 = (average: "micro" | "macro" | "weighted" | null): number[] =>
    values(after(new F1Score({ average }), batch[0] as never, batch[1] as never));
  expect(f1(null)).toEqual([2 / 3, 2 / 3]);
  expect(f1("micro")[0]).toBeCloseTo(2 / 3, 15);
  expect(f1("weighted")[0]).toBeCloseTo(2 / 3, 15);
});

test("a value whose shape hangs on the data is PL2017 before any", () => {
  expect(() => new R2Score().result()).toThrow(/^PL2017/);
  expect(new R2Score({ name: "fit" }).name).toBe("fit");
});

test("shapes that a metric cannot take are PL2002, parameters PL2011, weights PL2016", () => {
  expect(() => after(new F1Score(), [1], [0.5])).toThrow(/^PL2002/);
  expect(() => new Precision({ thresholds: [0.5, 1.5] })).toThrow(/^PL2011/);
  expect(() => after(new Precision({ classId: 3 }), [[1, 0]], [[0.5, 0.2]])).toThrow(/^PL2011/);
  expect(() => after(new Precision(), [1, 0], [0.5, 0.2], { sampleWeight: [1, 2, 3] })).toThrow(/^PL2016/);
});

describe("AUC", () => {
  const [labels, scores] = [
    [0, 0, 1, 1],
    [0.1, 0.4, 0.35, 0.8],
  ];

  test("finds its thresholds: with enough of them it is the exact area", () => {
    expect(values(after(new AUC(), labels, scores))[0]).toBeCloseTo(0.75, 12);
    expect(values(after(new RocAuc(), labels, scores))[0]).toBeCloseTo(0.75, 12);
    expect(values(after(new AUC({ numThresholds: 3 }), labels, scores))[0]).toBeCloseTo(0.75, 12);
    expect(values(after(new AUC({ thresholds: [0.2] }), labels, scores))[0]).toBeCloseTo(0.75, 12);
  });

  test("takes Keras's words for curves in either case, and refuses others", () => {
    expect(new AUC({ curve: "pr" }).parameters.curve).toBe("PR");
    expect(() => new AUC({ curve: "XYZ" as never })).toThrow(/^PL2011/);
    expect(() => new AUC({ numLabels: 3 }).result()).toThrow(/^PL2011 .*multiLabel/);
  });

  test("with numLabels there is a value before any data", () => {
    expect(() => new AUC({ multiLabel: true }).result()).toThrow(/^PL2017/);
    expect(values(new AUC({ multiLabel: true, numLabels: 3 }))).toEqual([0]);
    expect(() => after(new AUC({ labelWeights: [1, 2] }), [[1, 0, 1]], [[0, 1, 0]])).toThrow(/^PL2011/);
  });
});

describe("metrics of ranks", () => {
  test("equal scores are one point of the curve, in whatever order they come", () => {
    const [labels, scores] = [
      [1, 0, 1, 0],
      [0.5, 0.5, 0.5, 0.5],
    ];
    expect(values(after(new RocAuc(), labels, scores))).toEqual([0.5]);
    expect(values(after(new AveragePrecision(), labels, scores))).toEqual([0.5]);
    expect(values(after(new RocAuc(), labels.toReversed(), scores))).toEqual([0.5]);
  });

  test("a single row, one class only, or nothing", () => {
    expect(values(after(new RocAuc(), [1], [0.3]))).toEqual([NaN]);
    expect(values(after(new AveragePrecision(), [1], [0.3]))).toEqual([1]);
    expect(values(new AveragePrecision())).toEqual([NaN]);
  });

  test("keep their rows over batches of different size", () => {
    const metric = new RocAuc();
    metric.updateState([0], [0.1]);
    metric.updateState([0, 1, 1], [0.4, 0.35, 0.8]);
    expect(values(metric)[0]).toBeCloseTo(0.75, 15);
    metric.updateState([1], [0.9]);
    expect(values(metric)[0]).toBeCloseTo(5 / 6, 15);
  });
});

describe("what is given", () => {
  test("an intersection over union takes rows over the classes where it is told so", () => {
    const [y, p] = [Int32Array.of(0, 1, 1), Int32Array.of(0, 1, 0)];
    const rowsOf = (index: Int32Array): number[][] => Array.from(index, (i) => (i === 0 ? [1, 0] : [0, 1]));
    const want = values(after(new MeanIoU({ numClasses: 2 }), y, p));
    expect(values(after(new MeanIoU({ numClasses: 2, sparseYTrue: false }), rowsOf(y), p))).toEqual(want);
    expect(values(after(new MeanIoU({ numClasses: 2, sparseYPred: false }), y, rowsOf(p)))).toEqual(want);
    expect(() => after(new IoU({ numClasses: 2, targetClassIds: [2] }), y, p)).toThrow(/^PL2011/);
  });

  test("a mean takes values, and no labels and predictions", () => {
    expect(values(after(new Mean() as never, [1, 2, 6], {} as never))).toEqual([3]);
    expect(() => new Mean().updateState([1], [2])).toThrow(/^PL2011/);
    expect(() => new Mean().renamed("other").updateState([1], [2])).toThrow(/^PL2011/);
  });

  test("a function gets what the wrapper does not know", () => {
    const metric = new MeanMetricWrapper({
      fn: (yTrue, yPred, { factor }) => yPred.sub(yTrue).mul(factor as number),
      factor: 3,
    });
    expect(values(after(metric, [1, 2], [2, 4]))).toEqual([4.5]);
    expect(values(after(metric.renamed("other"), [1], [2]))).toEqual([3]);
  });
});

describe("curves", () => {
  const [labels, scores] = [
    [0, 0, 1, 1],
    [0.1, 0.4, 0.35, 0.8],
  ];

  test("their areas are those of the metrics", () => {
    const { falsePositiveRate: x, truePositiveRate: y } = rocCurve(labels, scores);
    let area = 0;
    for (let i = 1; i < x.length; i++) area += ((x[i] - x[i - 1]) * (y[i] + y[i - 1])) / 2;
    expect(area).toBeCloseTo(values(after(new RocAuc(), labels, scores))[0], 15);
    const { precision, recall } = precisionRecallCurve(labels, scores);
    let steps = 0;
    for (let i = 1; i < recall.length; i++) steps += (recall[i - 1] - recall[i]) * precision[i - 1];
    expect(steps).toBeCloseTo(values(after(new AveragePrecision(), labels, scores))[0], 15);
  });

  test("equal scores make one point", () => {
    const { falsePositiveRate, truePositiveRate, thresholds } = rocCurve([1, 0, 0], [0.5, 0.5, 0.25]);
    expect([...falsePositiveRate]).toEqual([0, 0.5, 1]);
    expect([...truePositiveRate]).toEqual([0, 1, 1]);
    expect([...thresholds]).toEqual([Infinity, 0.5, 0.25]);
  });

  test("of the reliability diagram: the bins of the metric", () => {
    const { shareRight, meanProbability } = calibrationCurve(labels, scores, { numBins: 2 });
    expect([...shareRight]).toEqual([1 / 3, 1]);
    expect(meanProbability[0]).toBeCloseTo(0.85 / 3, 6);
    expect(() => rocCurve([1, 0], [0.5])).toThrow(/^PL2002/);
  });
});
