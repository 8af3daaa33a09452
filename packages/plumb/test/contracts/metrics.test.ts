import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { PlumbError } from "../../src/base/errors.ts";
import { snakeCase, spellings } from "../../src/base/names.ts";
import {
  allMetrics,
  bootstrap,
  type Mean,
  metricClasses,
  metrics,
  type Metric,
  type MetricCall,
  type MetricName,
  type MetricOptions,
  type MetricRecord,
} from "../../src/metrics/index.ts";
import { compile, tensor, type Tensor, type TensorLike } from "../../src/tensor/index.ts";
import { worstShare } from "../support/goldens.ts";

/** Promises that every metric keeps. Keras's and scikit-learn's numbers are held in goldens.test.ts. */

type Options = MetricOptions & Record<string, unknown>;
type MetricClass = new (options?: Options) => Metric<any>;
type AnyRecord = MetricRecord<any>;
const classes = new Map(
  Object.values(metricClasses).map((Class) => [Class.record.name, Class as unknown as MetricClass]),
);

const [rows, width] = [13, 3];
/** Numbers in (0, 1) that look random, each an exact float32. */
const share = (i: number): number => Math.fround(Math.abs((Math.sin(i * 12.9898 + 4.1414) * 43758.5453) % 1));

/** Rows of labels and predictions; what is one number per row has width 1. */
interface Batch {
  readonly labels: readonly (readonly number[])[];
  readonly predictions: readonly (readonly number[])[];
}

const each = (row: number, of: (k: number) => number, count = width): number[] =>
  Array.from({ length: count }, (_, k) => of(row * 17 + k));
const chosen = (i: number): number => Math.floor(share(i) * width);
const sumToOne = (values: number[]): number[] => {
  const sum = values.reduce((a, b) => a + b);
  return values.map((value) => value / sum);
};

function labelOf({ contract }: AnyRecord, row: number): number[] {
  switch (contract.labels) {
    case "classIndex":
      return [chosen(row + 500)];
    case "oneHot":
      return each(0, (k) => Number(k === chosen(row + 500)));
    case "binary":
      return each(row, (i) => Number(share(i) > 0.4));
    case "sign":
      return each(row, (i) => (share(i) > 0.4 ? 1 : -1));
    default:
      return each(row, (i) => (contract.predictions === "label" ? Math.floor(share(i) * 2) : 5 * share(i)));
  }
}

function predictionOf({ contract }: AnyRecord, row: number): number[] {
  switch (contract.predictions) {
    case "label":
      return contract.labels === "classIndex"
        ? [chosen(row + 900)]
        : each(row, (i) => Math.floor(share(i + 900) * 2));
    case "distribution":
      return sumToOne(each(row, (i) => share(i + 900)));
    case "score":
      return each(row, (i) => 4 * share(i + 900) - 2);
    default:
      return each(row, (i) => (contract.predictions === "real" ? 5 : 1) * share(i + 900));
  }
}

const allRows = Array.from({ length: rows }, (_, row) => row);
const batchFor = (record: AnyRecord): Batch => ({
  labels: allRows.map((row) => labelOf(record, row)),
  predictions: allRows.map((row) => predictionOf(record, row)),
});
/** Predictions that could not be better for these labels. */
const perfect = (record: AnyRecord, { labels }: Batch): Batch => ({
  labels,
  predictions:
    record.contract.labels === "classIndex" && record.contract.predictions !== "label"
      ? labels.map(([index]) => each(0, (k) => Number(k === index)))
      : labels.map((row) => row.map((label) => (record.contract.labels === "sign" ? 2 * label : label))),
});

/** Columns of one number lie flat; class indices are int32. */
function asData(values: readonly (readonly number[])[], isIndex: boolean): TensorLike {
  const flat = values.flat();
  if (isIndex) return Int32Array.from(flat);
  return tensor(Float32Array.from(flat), [values.length, values[0]?.length ?? width]);
}
function add(metric: Metric<any>, { labels, predictions }: Batch, options: MetricCall = {}): void {
  const { record } = metric;
  const isIndex = record.contract.labels === "classIndex";
  const [y, p] = [
    asData(labels, isIndex),
    asData(predictions, isIndex && record.contract.predictions === "label"),
  ];
  if (record.takes === "values") (metric as Mean).updateState(p, options);
  else metric.updateState(y, p, options);
}

const select = ({ labels, predictions }: Batch, kept: readonly number[]): Batch => ({
  labels: kept.map((row) => labels[row]),
  predictions: kept.map((row) => predictions[row]),
});
const slice = (batch: Batch, from: number, to = rows): Batch => select(batch, allRows.slice(from, to));
const values = (metric: Metric<any>): number[] => Array.from(metric.result().dataSync());

/** Totals are float64: however an epoch is cut, the values agree to the rounding of its additions. */
function expectSame(got: readonly number[], want: readonly number[]): void {
  expect(worstShare(got, want, 1e-13, 1e-14), `got ${got.join()}, want ${want.join()}`).toBeLessThanOrEqual(
    1,
  );
}

/** How a parameter is shown to matter: options with it, and what else must be so for it to show. */
interface Move {
  readonly to: Options;
  readonly from?: Options;
  readonly batch?: Batch;
  readonly call?: MetricCall;
}

const columns: Batch = {
  labels: allRows.map((row) => [Number(share(row) > 0.4)]),
  predictions: allRows.map((row) => [share(row + 900)]),
};
const indices: Batch = {
  labels: allRows.map((row) => [chosen(row + 500)]),
  predictions: allRows.map((row) => [chosen(row + 900)]),
};
const fractions: MetricCall = { sampleWeight: allRows.map((row) => 2 * share(row)) };
const square: Batch = {
  labels: [[0], [1], [1]],
  predictions: [1, 2, 3].map((row) => sumToOne(each(row, share))),
};

/** For each parameter, by its name or by `Metric.name`, values to move it to: one of them has to show. */
const moves: Readonly<Record<string, readonly Move[]>> = {
  threshold: [{ to: { threshold: 0.8 } }, { to: { threshold: 0.8 }, batch: columns }],
  thresholds: [{ to: { thresholds: [0.8] } }],
  topK: [{ to: { topK: 1 } }],
  k: [{ to: { k: 1 } }],
  fromSortedIds: [{ to: { fromSortedIds: true } }],
  classId: [{ to: { classId: 1 } }],
  specificity: [{ to: { specificity: 1 } }],
  sensitivity: [{ to: { sensitivity: 1 } }],
  recall: [{ to: { recall: 1 } }],
  precision: [{ to: { precision: 1 } }],
  numThresholds: [{ to: { numThresholds: 4 } }],
  curve: [{ to: { curve: "PR" } }],
  summationMethod: [{ to: { summationMethod: "majoring", numThresholds: 5 }, from: { numThresholds: 5 } }],
  multiLabel: [{ to: { multiLabel: true } }],
  labelWeights: [{ to: { labelWeights: [3, 1, 0] } }],
  fromLogits: [{ to: { fromLogits: true } }],
  labelSmoothing: [{ to: { labelSmoothing: 0.2 } }],
  axis: [{ to: { axis: 0 } }],
  "SparseCategoricalCrossentropy.axis": [{ to: { axis: 0 }, batch: square }],
  "IoU.axis": [{ to: { axis: 0, sparseYPred: false, sparseYTrue: false, numClasses: rows } }],
  "MeanIoU.axis": [{ to: { axis: 0, sparseYPred: false, sparseYTrue: false, numClasses: rows } }],
  "OneHotIoU.axis": [{ to: { axis: 0, numClasses: rows } }],
  "OneHotMeanIoU.axis": [{ to: { axis: 0, numClasses: rows } }],
  ignoreClass: [{ to: { ignoreClass: 1 } }],
  average: [{ to: { average: "micro" } }, { to: { average: "macro" } }],
  multiClass: [{ to: { multiClass: "ovo" } }],
  maxFpr: [{ to: { maxFpr: 0.3 } }],
  beta: [{ to: { beta: 2 } }],
  zeroDivision: [{ to: { zeroDivision: 1, numClasses: 5 }, from: { numClasses: 5 } }],
  normalize: [{ to: { normalize: false } }],
  "ConfusionMatrix.normalize": [{ to: { normalize: "all" } }],
  adjusted: [{ to: { adjusted: true } }],
  weights: [{ to: { weights: "linear" } }],
  numClasses: [{ to: { numClasses: 3 }, batch: indices }, { to: { numClasses: rows } }],
  "OneHotIoU.numClasses": [{ to: { numClasses: 2 } }],
  "OneHotMeanIoU.numClasses": [{ to: { numClasses: 2 } }],
  targetClassIds: [{ to: { targetClassIds: [0] } }],
  dtype: [{ to: { dtype: "int" }, call: fractions }],
  numBins: [{ to: { numBins: 3 } }],
  "ExpectedCalibrationError.numBins": [{ to: { numBins: 3, norm: "max" }, from: { norm: "max" } }],
  norm: [{ to: { norm: "max" } }],
  tokenBytes: [{ to: { tokenBytes: [1, 2, 5] } }],
  classAggregation: [{ to: { classAggregation: null } }],
  numRegressors: [{ to: { numRegressors: 2 } }],
  fn: [{ to: { fn: (y: Tensor, p: Tensor) => p.sub(y).square() } }],
};
/** With three classes the best five are all of them. */
const telling: Readonly<Record<string, Options>> = {
  TopKCategoricalAccuracy: { k: 1 },
  SparseTopKCategoricalAccuracy: { k: 1 },
};
/** Parameters that say what is given, not what becomes of it: tests of their own are below. */
const apart = new Set(["numLabels", "sparseYTrue", "sparseYPred", "parameters"]);

const made = ({ name, sample }: AnyRecord, options: Options = {}): Metric<any> =>
  new (classes.get(name)!)({ ...(sample as Options), ...options });
function valueAfter(metric: Metric<any>, batch: Batch, call?: MetricCall): number[] {
  add(metric, batch, call);
  return values(metric);
}

describe.each(allMetrics.map((record) => [record.name, record] as const))("%s", (name, record) => {
  const whole = batchFor(record);
  const make = (options?: Options): Metric<any> => made(record, options);
  const valueOf = (batch: Batch, call?: MetricCall, options?: Options): number[] =>
    valueAfter(make(options), batch, call);

  it("an epoch in batches of any size is the whole, and so are parts merged", () => {
    const want = valueOf(whole);
    const [streamed, first, second] = [make(), make(), make()];
    for (const [from, to] of [
      [0, 5],
      [5, 6],
      [6, rows],
    ])
      add(streamed, slice(whole, from, to));
    expectSame(values(streamed), want);
    add(first, slice(whole, 0, 7));
    add(second, slice(whole, 7));
    first.merge(second);
    expectSame(values(first), want);
    const empty = make();
    empty.merge(first);
    expectSame(values(empty), want);
  });

  it("does not depend on the order of the rows", () => {
    expectSame(valueOf(select(whole, [...allRows].reverse())), valueOf(whole));
  });

  it("a row of weight 0, or masked, is absent, NaN or not; weight 2 is the row twice", () => {
    const kept = [0, 1, 4, 6, 7, 10, 11];
    const isKept = allRows.map((row) => kept.includes(row));
    const want = valueOf(select(whole, kept));
    const isIndex = record.contract.labels === "classIndex" && record.contract.predictions === "label";
    const spoiled: Batch = {
      labels: whole.labels,
      predictions: isIndex
        ? whole.predictions
        : whole.predictions.map((row, i) => (isKept[i] ? row : row.map(() => NaN))),
    };
    expectSame(valueOf(spoiled, { sampleWeight: isKept.map(Number) }), want);
    expectSame(valueOf(spoiled, { mask: isKept }), want);
    const both = { sampleWeight: allRows.map((row) => Number(row !== 4)), mask: isKept };
    const fewer = kept.filter((row) => row !== 4);
    expectSame(valueOf(whole, both), valueOf(select(whole, fewer)));
    expectSame(
      valueOf(select(whole, kept), { sampleWeight: kept.map(() => 2) }),
      valueOf(select(whole, [...kept, ...kept])),
    );
  });

  it("stays in its range, forgets when told, and is 0 or NaN of nothing", () => {
    const metric = make();
    add(metric, whole);
    const [low, high] = record.range;
    for (const value of values(metric)) {
      expect(value).toBeGreaterThanOrEqual(low);
      expect(value).toBeLessThanOrEqual(high);
    }
    metric.resetState();
    expect(values(metric).every((value) => value === 0 || Number.isNaN(value))).toBe(true);
  });

  it("streams inside a compiled function, unless it keeps rows, and says so", () => {
    const metric = make();
    const single = record.contract.predictions === "label" && record.contract.labels === "classIndex";
    metric.build(single ? [null as never] : [null as never, width]);
    const isIndex = record.contract.labels === "classIndex";
    const step = compile((y: Tensor, p: Tensor) =>
      record.takes === "values" ? (metric as Mean).updateState(p) : metric.updateState(y, p),
    );
    const run = (): void => {
      for (const [from, to] of [
        [0, 4],
        [4, 8],
        [8, rows],
      ]) {
        const { labels, predictions } = slice(whole, from, to);
        step(asTensorOf(asData(labels, isIndex)), asTensorOf(asData(predictions, single)));
      }
    };
    if (record.keepsRows) {
      expect(run).toThrow(/^PL2018/);
      expect(() => metric.requireFollowable()).toThrow(/^PL2018/);
      return;
    }
    run();
    expectSame(values(metric), valueOf(whole));
    const { shape } = metric.result();
    const follow = (): void => metric.requireFollowable([rows, width]);
    if (shape.length > 0 || record.takes === "values") expect(follow).toThrow(/^PL2018/);
    else expect(follow).not.toThrow();
  });

  it.each(Object.keys(record.parameters).filter((parameter) => !apart.has(parameter)))(
    "%s moves the result",
    (parameter) => {
      const found = moves[`${name}.${parameter}`] ?? moves[parameter];
      expect(found, `a value for ${parameter}`).toBeDefined();
      const shows = ({ to, from = {}, batch = whole, call = {} }: Move): boolean => {
        const isSingle = batch.predictions[0].length === 1 && batch !== whole && batch !== columns;
        const show = (options: Options): string => {
          const metric = make(options);
          if (isSingle) metric.updateState(asData(batch.labels, true), asData(batch.predictions, true), call);
          else add(metric, batch, call);
          return values(metric).join();
        };
        return show({ ...from, ...to }) !== show(from);
      };
      expect(found.some(shows)).toBe(true);
    },
  );
});

const recordsWith = (has: (record: AnyRecord) => boolean): (readonly [string, AnyRecord])[] =>
  allMetrics.filter(has).map((record) => [record.name, record] as const);

describe("better predictions have a better value", () => {
  it.each(recordsWith(({ higherIsBetter }) => higherIsBetter !== undefined))("%s", (name, record) => {
    const whole = batchFor(record);
    const [best, other] = [perfect(record, whole), whole].map((batch) =>
      valueAfter(made(record, telling[name]), batch),
    );
    const [better, worse] = record.higherIsBetter ? [best, other] : [other, best];
    const [more, less] = [better, worse].map((numbers) => numbers.reduce((sum, value) => sum + value, 0));
    expect(more).toBeGreaterThan(less);
    better.forEach((value, i) => expect(value).toBeGreaterThanOrEqual(worse[i] - 1e-6));
  });
});

describe("what is given in double is computed in double", () => {
  it.each(recordsWith(({ contract }) => contract.predictions === "real"))("%s", (_name, record) => {
    const metric = made(record);
    // In float32 all these numbers are 1.
    const y = Float64Array.from({ length: 9 }, (_, i) => 1 + i * 1e-9);
    const [labels, predictions] = [y, y.toReversed()].map((data) => tensor(data, [3, 3]));
    if (record.takes === "values") (metric as Mean).updateState(labels);
    else metric.updateState(labels, predictions);
    const [value] = values(metric);
    expect(Number.isFinite(value) && value !== 0, String(value)).toBe(true);
  });
});

describe("parameters that are none are refused", () => {
  // A wrapper hands what it does not know on to its function.
  it.each(recordsWith(({ name }) => name !== "MeanMetricWrapper"))("%s", (_name, record) => {
    expect(() => made(record, { nonsense: 1 })).toThrow(/^PL2011/);
  });
});

describe("parameters without which it means nothing are asked for", () => {
  it.each(recordsWith(({ sample }) => sample !== undefined))("%s", (name) => {
    expect(() => new (classes.get(name)!)()).toThrow(/^PL2011 .*made without/);
  });
});

const asTensorOf = (data: TensorLike): Tensor =>
  data instanceof Int32Array ? tensor(data, [data.length]) : (data as Tensor);

it("an epoch of float32 ones beyond 2²⁴ still counts each", () => {
  const metric = metrics.get("mse");
  // 2²⁴ rows of 1 were counted already; float32 could not add the next.
  const state = { total: tensor(Float64Array.of(2 ** 24), []), count: tensor(Float64Array.of(2 ** 24), []) };
  const next = metric.next(state, [[0]], [[1]]);
  expect(next.total.itemSync()).toBe(2 ** 24 + 1);
});

describe("the names of the metrics", () => {
  it("are found in every spelling, and the one given is the metric's", () => {
    for (const { name, aliases, sample } of allMetrics)
      for (const spelling of spellings(name, aliases)) {
        expect(metrics.classOf(spelling).record.name).toBe(name);
        if (sample !== undefined) continue;
        const metric = metrics.get(spelling as MetricName);
        expect([metric.record.name, metric.name]).toEqual([name, spelling]);
      }
    expect(() => metrics.get("precison" as MetricName)).toThrow(/^PL2010 .*Did you mean "precision"/);
    expect(() => metrics.get(metricClasses.recall as never)).toThrow(/^PL2010 .*new Recall\(\)/);
  });

  it("are those of the files of the room", () => {
    const shared = ["bootstrap", "curves", "index", "metric", "record", "state"];
    const files = readdirSync(new URL("../../src/metrics", import.meta.url))
      .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"))
      .map((file) => file.replace(".ts", ""))
      .filter((file) => !shared.includes(file));
    const fileOf = (name: string): string => snakeCase(name).replaceAll("_", "-");
    expect(files.sort()).toEqual(allMetrics.map(({ name }) => fileOf(name)).sort());
  });

  it("accuracy and crossentropy are those that suit the shapes, as in Keras", () => {
    const of = (word: "accuracy" | "crossentropy", labels: number[], predictions: number[]): string[] => {
      const { name, record } = metrics.get(word, { labels, predictions });
      return [name, record.name];
    };
    expect(of("accuracy", [8], [8, 1])).toEqual(["accuracy", "BinaryAccuracy"]);
    expect(of("accuracy", [8, 1], [8, 3])).toEqual(["accuracy", "SparseCategoricalAccuracy"]);
    expect(of("accuracy", [8], [8, 3])).toEqual(["accuracy", "SparseCategoricalAccuracy"]);
    expect(of("accuracy", [8, 3], [8, 3])).toEqual(["accuracy", "CategoricalAccuracy"]);
    expect(of("crossentropy", [8], [8, 1])).toEqual(["crossentropy", "BinaryCrossentropy"]);
    expect(of("crossentropy", [8], [8, 3])).toEqual(["crossentropy", "SparseCategoricalCrossentropy"]);
    expect(() => metrics.get("crossentropy")).toThrow(/^PL2010/);
  });

  it("a function is averaged under its own name", () => {
    const metric = metrics.get(function bias(yTrue, yPred) {
      return yPred.sub(yTrue);
    });
    metric.updateState([1, 2], [2, 4]);
    metric.updateState([1], [1]);
    expect(metric.name).toBe("bias");
    expect(metric.result().itemSync()).toBe(1);
  });
});

it("metrics of different kinds do not merge", () => {
  const [a, b] = [metrics.get("mse"), metrics.get("mae")];
  b.updateState([[1]], [[2]]);
  expect(() => a.merge(b)).toThrow(PlumbError);
});

describe("bootstrap intervals", () => {
  const [labels, predictions] = [
    allRows.map((row) => Number(share(row) > 0.4)),
    allRows.map((row) => share(row + 40)),
  ];

  it("hold the value, are the same for a seed, and narrow with the rows", () => {
    const metric = metrics.get("brierScore");
    const first = bootstrap(metric, labels, predictions, { resamples: 200, seed: 7 });
    expect(bootstrap(metric, labels, predictions, { resamples: 200, seed: 7 })).toEqual(first);
    expect(bootstrap(metric, labels, predictions, { resamples: 200, seed: 8 }).low).not.toEqual(first.low);
    expect(first.low[0]).toBeLessThan(first.value[0]);
    expect(first.high[0]).toBeGreaterThan(first.value[0]);
    const times = <T>(list: T[]): T[] => Array.from({ length: 16 }, () => list).flat();
    const many = bootstrap(metric, times(labels), times(predictions), { resamples: 200, seed: 7 });
    // Sixteen times the rows: a quarter of the error.
    expect(many.standardError[0] / first.standardError[0]).toBeGreaterThan(0.2);
    expect(many.standardError[0] / first.standardError[0]).toBeLessThan(0.3);
  });

  it("are those of the mean: its standard error is σ / √n", () => {
    const mean = metrics.get((_: Tensor, yPred: Tensor) => yPred);
    const { value, low, high, standardError } = bootstrap(mean, labels, predictions, { resamples: 4000 });
    const variance = predictions.reduce((sum, p) => sum + (p - value[0]) ** 2, 0) / rows;
    expect(standardError[0] / Math.sqrt(variance / rows)).toBeCloseTo(1, 1);
    // 95 % of a normal distribution lie within 1.96 standard deviations.
    expect((high[0] - low[0]) / (2 * 1.96 * standardError[0])).toBeCloseTo(1, 1);
  });

  it("keep the shape of the value, and work for metrics that keep rows", () => {
    const matrix = bootstrap(metrics.get("confusionMatrix"), labels, predictions, { resamples: 20 });
    expect([matrix.shape, matrix.low.length]).toEqual([[2, 2], 4]);
    const area = bootstrap(metrics.get("averagePrecision"), labels, predictions, { resamples: 20 });
    expect(area.low[0]).toBeLessThanOrEqual(area.high[0]);
    expect(() => bootstrap(metrics.get("mse"), [1, 2], [1, 2, 3])).toThrow(/^PL2002/);
  });
});
