/** How far a value may be off because the rows are a sample: confidence intervals for any metric. */
import { PlumbError } from "../base/errors.ts";
import { integer, optional, real, resolve } from "../base/parameters.ts";
import { keyOf, threefry2x32 } from "../base/seed.ts";
import { showShape, sizeOf, type Shape } from "../base/shape.ts";
import { asTensor, tensor, type Tensor, type TensorLike } from "../tensor/index.ts";
import type { Metric } from "./metric.ts";

/** What a bootstrap takes. */
export interface BootstrapOptions {
  /** How many samples are drawn; 1000 unless told. */
  readonly resamples?: number;
  /** The share of samples whose value lies in the interval; 0.95 unless told. */
  readonly confidence?: number;
  /** The same seed draws the same samples, on every machine; 0 unless told. */
  readonly seed?: number;
  /** Weights of rows (`[rows]`), drawn along with them. */
  readonly sampleWeight?: TensorLike;
}

/** A value with its interval. For metrics of several values, each is an array in row-major order. */
export interface Interval {
  /** The metric on the rows themselves. */
  readonly value: Float64Array;
  /** The ends of the interval between which the given share of resampled values lies. */
  readonly low: Float64Array;
  readonly high: Float64Array;
  /** The standard deviation of the resampled values. */
  readonly standardError: Float64Array;
  readonly shape: Shape;
}

const parameters = {
  resamples: integer(1000, "How many samples are drawn", { min: 2 }),
  confidence: optional(
    real(0.95, "The share of samples whose value lies in the interval", { above: 0, max: 1 }),
  ),
  seed: integer(0, "The same seed draws the same samples"),
};

/** `rows` row numbers, drawn with replacement: draw `i` of sample `sample` is a function of these two and the seed. */
export function drawRows(rows: number, sample: number, seed: number, into: Int32Array): void {
  const [key0, key1] = keyOf(seed);
  for (let i = 0; i < rows; i++) {
    const [word] = threefry2x32(key0, key1, i, sample);
    into[i] = Math.floor(((word >>> 0) / 2 ** 32) * rows);
  }
}

/** The value below which a share of sorted values lies, between neighbours in proportion. NaN comes last, and stays NaN. */
function quantile(sorted: Float64Array, share: number): number {
  const at = share * (sorted.length - 1);
  const [below, above] = [sorted[Math.floor(at)], sorted[Math.ceil(at)]];
  return below === above ? below : below + (above - below) * (at - Math.floor(at));
}

/**
 * The value of a metric on rows of labels and predictions, with the interval in which it would lie had other rows of the
 * same kind been drawn: the percentile bootstrap. Rows are drawn with replacement, as many as there are, `resamples`
 * times, and the metric is computed anew on each sample; the interval leaves out the same share of values at both ends.
 *
 * `metric` is left as it is. Labels, predictions and weights have the rows along their first axis. The draws come from
 * the counter-based generator: the same `seed` gives the same interval everywhere. Intervals of few rows, of extremes
 * (MaxError) and of values at the end of their range are too narrow. Errors: PL2002 where rows differ in number, PL2011.
 *
 * Source: Efron, Bootstrap methods: another look at the jackknife, 1979.
 *
 * @example
 * const { value, low, high } = bootstrap(new BinaryAccuracy(), [1, 0, 1, 1], [0.9, 0.2, 0.4, 0.8]);
 * value[0]; // 0.75
 */
export function bootstrap(
  metric: Metric<any>,
  yTrue: TensorLike,
  yPred: TensorLike,
  { sampleWeight, ...options }: BootstrapOptions = {},
): Interval {
  const { resamples, confidence = 0.95, seed } = resolve("PL2011", "bootstrap", parameters, options);
  const given = [yTrue, yPred, ...(sampleWeight === undefined ? [] : [sampleWeight])].map((x) => asTensor(x));
  const columns = given.map((x) => tensor(x.dataSync(), x.shape, x.dtype));
  const rows = rowsOf(columns);
  const valueOf = (chosen: readonly Tensor[]): Tensor => {
    const fresh = metric.renamed(metric.name);
    fresh.updateState(chosen[0], chosen[1], { sampleWeight: chosen[2] });
    return fresh.result();
  };
  const whole = valueOf(columns);
  const size = sizeOf(whole.shape);
  const values = Array.from({ length: size }, () => new Float64Array(resamples));
  const drawn = new Int32Array(rows);
  for (let sample = 0; sample < resamples; sample++) {
    drawRows(rows, sample, seed, drawn);
    const result = valueOf(columns.map((column) => column.gather(drawn))).dataSync();
    for (let i = 0; i < size; i++) values[i][sample] = result[i];
  }
  const left = (1 - confidence) / 2;
  for (const each of values) each.sort();
  return {
    value: Float64Array.from(whole.dataSync()),
    low: Float64Array.from(values, (each) => quantile(each, left)),
    high: Float64Array.from(values, (each) => quantile(each, 1 - left)),
    standardError: Float64Array.from(values, deviation),
    shape: whole.shape,
  };
}

function deviation(values: Float64Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1));
}

function rowsOf(columns: readonly Tensor[]): number {
  const rows = columns[0].shape[0] ?? 0;
  if (rows > 0 && columns.every(({ shape }) => shape[0] === rows)) return rows;
  throw new PlumbError("PL2002", {
    asked: `bootstrap was given ${columns.map(({ shape }) => showShape(shape)).join(", ")}`,
    why: "Rows are drawn: labels, predictions and weights have as many, at least one",
    fix: "Bring the rows to the first axis of each",
  });
}
