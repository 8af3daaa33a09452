import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { PlumbError } from "../../src/base/errors.ts";
import { spellings } from "../../src/base/names.ts";
import {
  allMetrics,
  metricClasses,
  metrics,
  type Metric,
  type MetricCall,
  type MetricName,
  type MetricOptions,
  type MetricRecord,
} from "../../src/metrics/index.ts";
import { compile, tensor, type Tensor } from "../../src/tensor/index.ts";
import {
  camelKeys,
  goldensMissing,
  numbersOf,
  readGoldens,
  tensorOf,
  worstShare,
  type GoldenTensor,
} from "../support/goldens.ts";

/** Promises that every metric keeps, and Keras's numbers for those that Keras has. */

type Options = MetricOptions & Record<string, unknown>;
type MetricClass = new (options?: Options) => Metric<any>;
const classes = new Map(
  Object.values(metricClasses).map((Class) => [Class.record.name, Class as unknown as MetricClass]),
);

const [rows, width] = [12, 3];
/** Numbers in (0, 1) that look random, each an exact float32. */
const share = (i: number): number => Math.fround(Math.abs((Math.sin(i * 12.9898 + 4.1414) * 43758.5453) % 1));

interface Batch {
  readonly labels: number[][];
  readonly predictions: number[][];
}

/** Rows in the forms that the contract names; labels of classes and decided ones have one number. */
function batchFor({ contract }: MetricRecord<any>): Batch {
  const each = (row: number, of: (k: number) => number, count = width): number[] =>
    Array.from({ length: count }, (_, k) => of(row * 17 + k));
  const label = (row: number): number[] => {
    const chosen = Math.floor(share(row + 500) * width);
    if (contract.labels === "classIndex") return [chosen];
    if (contract.labels === "oneHot") return each(0, (k) => Number(k === chosen));
    if (contract.labels === "binary") return each(row, (i) => Number(share(i) > 0.4));
    if (contract.predictions === "label") return each(row, (i) => Math.floor(share(i) * 2));
    return each(row, (i) => 5 * share(i));
  };
  const prediction = (row: number): number[] => {
    if (contract.predictions === "label") return each(row, (i) => Math.floor(share(i + 900) * 2));
    return each(row, (i) => (contract.predictions === "real" ? 5 : 1) * share(i + 900));
  };
  const all = Array.from({ length: rows }, (_, row) => row);
  return { labels: all.map(label), predictions: all.map(prediction) };
}

const add = (metric: Metric<any>, { labels, predictions }: Batch, options: MetricCall = {}): void => {
  const isIndex = metric.contract.labels === "classIndex";
  metric.updateState(isIndex ? labels.map(([index]) => index) : labels, predictions, options);
};
const slice = ({ labels, predictions }: Batch, from: number, to?: number): Batch => ({
  labels: labels.slice(from, to),
  predictions: predictions.slice(from, to),
});
const select = ({ labels, predictions }: Batch, kept: readonly number[]): Batch => ({
  labels: kept.map((row) => labels[row]),
  predictions: kept.map((row) => predictions[row]),
});
const values = (metric: Metric<any>): number[] => Array.from(metric.result().dataSync());

/** Totals are float64: however an epoch is cut, the values agree to the rounding of its additions. */
function expectSame(got: readonly number[], want: readonly number[]): void {
  expect(worstShare(got, want, 1e-13, 1e-14), `got ${got.join()}, want ${want.join()}`).toBeLessThanOrEqual(
    1,
  );
}

/** For each parameter, options under which its moving shows, and a value to move it to. */
const moves: Readonly<Record<string, Options>> = {
  threshold: { threshold: 0.8 },
  thresholds: { thresholds: 0.8 },
  topK: { topK: 1 },
  classId: { classId: 1 },
  average: { average: "macro" },
  classAggregation: { classAggregation: null },
  numRegressors: { numRegressors: 2 },
  numClasses: { numClasses: 5 },
};

describe.each(allMetrics.map((record) => [record.name, record] as const))("%s", (name, record) => {
  const make = (options: Options = {}): Metric<any> => new (classes.get(name)!)(options);
  const whole = batchFor(record);
  const valueOf = (batch: Batch, options?: MetricCall, parameters?: Options): number[] => {
    const metric = make(parameters);
    add(metric, batch, options);
    return values(metric);
  };

  it("an epoch in batches of any size is the whole, and so are parts merged", () => {
    const want = valueOf(whole);
    const [streamed, first, second] = [make(), make(), make()];
    for (const [from, to] of [
      [0, 5],
      [5, 6],
      [6, 12],
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
    const order = [...whole.labels.keys()].reverse();
    expectSame(valueOf(select(whole, order)), valueOf(whole));
  });

  it("a row of weight 0, or masked, is absent; weight 2 is the row twice", () => {
    const kept = [0, 1, 4, 6, 7, 10, 11];
    const isKept = whole.labels.map((_, row) => kept.includes(row));
    const want = valueOf(select(whole, kept));
    expectSame(valueOf(whole, { sampleWeight: isKept.map(Number) }), want);
    expectSame(valueOf(whole, { mask: isKept }), want);
    const both = { sampleWeight: whole.labels.map((_, row) => Number(row !== 4)), mask: isKept };
    expectSame(
      valueOf(whole, both),
      valueOf(
        select(
          whole,
          kept.filter((row) => row !== 4),
        ),
      ),
    );
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

  it("streams inside a compiled function", () => {
    const metric = make();
    metric.build([null as never, width]);
    const isIndex = record.contract.labels === "classIndex";
    const step = compile((y: Tensor, p: Tensor) => metric.updateState(y, p));
    for (const [from, to] of [
      [0, 4],
      [4, 8],
      [8, 12],
    ]) {
      const { labels, predictions } = slice(whole, from, to);
      step(isIndex ? tensor(labels.map(([index]) => index)) : tensor(labels), tensor(predictions));
    }
    expectSame(values(metric), valueOf(whole));
  });

  it("computes in double what is given in double", () => {
    if (record.contract.predictions !== "real") return;
    const metric = make();
    // In float32 all six numbers are 1.
    const y = Float64Array.of(1, 1 + 1e-9, 1 + 2e-9);
    metric.updateState(tensor(y, [3, 1]), tensor(y.toReversed(), [3, 1]));
    const [value] = values(metric);
    expect(Number.isFinite(value) && value !== 0, String(value)).toBe(true);
  });

  it.each(Object.keys(record.parameters))("%s moves the result", (parameter) => {
    expect(moves[parameter], `a value for ${parameter}`).toBeDefined();
    // Some show only with a single column of yes or no.
    const column: Batch = {
      labels: whole.labels.map(([first]) => [Math.min(first, 1)]),
      predictions: whole.predictions.map(([first]) => [first]),
    };
    const shows = (batch: Batch): boolean =>
      valueOf(batch, {}, moves[parameter]).join() !== valueOf(batch).join();
    expect(shows(whole) || shows(column)).toBe(true);
  });
});

it("an epoch of float32 ones beyond 2²⁴ still counts each", () => {
  const metric = metrics.get("mse");
  // 2²⁴ rows of 1 were counted already; float32 could not add the next.
  const state = { total: tensor(Float64Array.of(2 ** 24), []), count: tensor(Float64Array.of(2 ** 24), []) };
  const next = metric.next(state, [[0]], [[1]]);
  expect(next.total.itemSync()).toBe(2 ** 24 + 1);
});

describe("the names of the metrics", () => {
  it("are found in every spelling, and the one given is the metric's", () => {
    for (const { name, aliases } of allMetrics)
      for (const spelling of spellings(name, aliases)) {
        const metric = metrics.get(spelling as MetricName);
        expect([metric.record.name, metric.name]).toEqual([name, spelling]);
      }
    expect(() => metrics.get("precison" as MetricName)).toThrow(/^PL2010 .*Did you mean "Precision"/);
    expect(() => metrics.get(metricClasses.recall as never)).toThrow(/^PL2010 .*new Recall\(\)/);
  });

  it("are those of the files of the room", () => {
    const shared = ["decisions", "index", "mean", "metric", "record"];
    const files = readdirSync(new URL("../../src/metrics", import.meta.url))
      .filter((file) => !file.endsWith(".test.ts"))
      .map((file) => file.replace(".ts", ""))
      .filter((file) => !shared.includes(file));
    const fileOf = (name: string): string => name.replace(/\B([A-Z])/g, "-$1").toLowerCase();
    expect(files.sort()).toEqual(allMetrics.map(({ name }) => fileOf(name)).sort());
  });

  it("accuracy is the one that suits the shapes, as in Keras", () => {
    const of = (labels: number[], predictions: number[]): string[] => {
      const { name, record } = metrics.get("accuracy", { labels, predictions });
      return [name, record.name];
    };
    expect(of([8], [8, 1])).toEqual(["accuracy", "BinaryAccuracy"]);
    expect(of([8, 1], [8, 3])).toEqual(["accuracy", "SparseCategoricalAccuracy"]);
    expect(of([8], [8, 3])).toEqual(["accuracy", "SparseCategoricalAccuracy"]);
    expect(of([8, 3], [8, 3])).toEqual(["accuracy", "CategoricalAccuracy"]);
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

interface RecordedBatch {
  readonly y_true: GoldenTensor;
  readonly y_pred: GoldenTensor;
  readonly sample_weight?: GoldenTensor;
  readonly mask?: GoldenTensor;
}
interface MetricCase {
  readonly id: string;
  readonly class: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly batches: readonly RecordedBatch[];
  readonly results: readonly GoldenTensor[];
  readonly initial_result?: GoldenTensor;
  readonly result_after_reset?: GoldenTensor;
}

const { cases: recorded = [], errors = [] } = readGoldens<{ cases: MetricCase[]; errors: MetricCase[] }>(
  "metrics.json",
);
const make = (one: MetricCase): Metric<any> => new (classes.get(one.class)!)(camelKeys(one.config));
const update = (metric: Metric<any>, batch: RecordedBatch): void =>
  metric.updateState(tensorOf(batch.y_true), tensorOf(batch.y_pred), {
    sampleWeight: batch.sample_weight && tensorOf(batch.sample_weight),
    mask: batch.mask && tensorOf(batch.mask),
  });

describe.skipIf(goldensMissing)(
  `Keras's recorded metrics${goldensMissing === undefined ? "" : `: ${goldensMissing}`}`,
  () => {
    const cases = recorded.filter((one) => classes.has(one.class));
    const distance = (metric: Metric<any>, want: GoldenTensor): number =>
      worstShare(metric.result().dataSync(), numbersOf(want), 1e-5, 1e-6);

    it.each(cases.map((one) => [one.id, one] as const))("%s", (_id, one) => {
      const metric = make(one);
      if (one.initial_result)
        expect(distance(metric, one.initial_result), "before any batch").toBeLessThanOrEqual(1);
      one.batches.forEach((batch, i) => {
        update(metric, batch);
        expect(distance(metric, one.results[i]), `after batch ${i}`).toBeLessThanOrEqual(1);
      });
      metric.resetState();
      if (one.result_after_reset)
        expect(distance(metric, one.result_after_reset), "after a reset").toBeLessThanOrEqual(1);
    });

    const refused = errors.filter((one) => classes.has(one.class));
    it.each(refused.map((one) => [one.id, one] as const))("refuses %s", (_id, one) => {
      expect(() => {
        const metric = make(one);
        for (const batch of one.batches) update(metric, batch);
      }).toThrow(/^PL\d{4} /);
    });
  },
);
