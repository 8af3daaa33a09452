// A work with numbers: what a rival is given. One small generator draws them, so that all start from the same. Rivals in
// any language read them from one file of raw values, next to which goes a line of JSON that says where each array is.

import { closeSync, openSync, readFileSync, readSync, writeSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { normEpsilon, works } from "./works.mjs";

/** @typedef {{ shape: number[], values: Float32Array }} Numbers */
/** @typedef {import("./works.mjs").Trained["optimizer"]} OptimizerOptions */
/** @typedef {Record<string, Record<string, Numbers>>} Weights  by layer and name */
/**
 * @typedef {object} Training
 * @property {string} model
 * @property {number[]} input  shape of a batch
 * @property {number} classes
 * @property {number} heads  of attention, where there is any
 * @property {Weights} weights
 * @property {Float32Array | Int32Array} x  of `train` one batch, of `fit` all rows
 * @property {Int32Array} labels  class indices, one for each row of the output
 * @property {OptimizerOptions} optimizer
 * @property {number} normEpsilon
 */
/** @typedef {Training & { job: "train" }} TrainTask */
/** @typedef {Training & { job: "fit", rows: number }} FitTask */
/**
 * `sample`: places in the flat answer whose values are compared.
 * @typedef {{ job: "crossentropy", logits: Numbers, labels: Int32Array, gradient: boolean, sample: Int32Array }} CrossentropyTask
 * @typedef {{ job: "matmul", a: Numbers, b: Numbers, sample: Int32Array }} MatmulTask
 * @typedef {{ job: "adam", params: Numbers[], gradients: Numbers[], optimizer: OptimizerOptions, sample: Int32Array }} AdamTask
 */
/** @typedef {TrainTask | FitTask | CrossentropyTask | MatmulTask | AdamTask} Task */
/**
 * What a rival is told besides: how many threads to use, and of Plumb whether to import `plumb-ml/turbo`.
 * @typedef {{ threads: number, turbo: boolean }} Setting
 */

const digits = new URL("../../../shared/data/", import.meta.url);

/** @param {import("./works.mjs").Work} work  @returns {Task} */
export function taskFor(work) {
  let state = 1;
  const draw = () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return (state >>> 0) / 2 ** 32;
  };
  const integers = (/** @type {number} */ length, /** @type {number} */ below) =>
    Int32Array.from({ length }, () => Math.floor(draw() * below));
  const uniform = (/** @type {number[]} */ shape, limit = 1) => {
    const values = new Float32Array(size(shape));
    for (let i = 0; i < values.length; i++) values[i] = (2 * draw() - 1) * limit;
    return { shape, values };
  };

  /** Glorot for kernels, nanoGPT's 0.02 for embeddings; the others begin where they change nothing. */
  const weight = (/** @type {number[]} */ shape, /** @type {string} */ kind) => {
    if (kind === "bias" || kind === "beta") return { shape, values: new Float32Array(size(shape)) };
    if (kind === "gamma") return { shape, values: new Float32Array(size(shape)).fill(1) };
    if (kind === "embeddings") return uniform(shape, 0.02 * Math.sqrt(3));
    const [inputs, outputs] = shape.slice(-2);
    return uniform(shape, Math.sqrt((6 * inputs * outputs) / (size(shape) * (inputs + outputs))));
  };

  switch (work.job) {
    case "train":
    case "fit": {
      const { model, input, vocabulary, classes, weights, heads = 1, optimizer } = work;
      const common = { model, input, classes, heads, optimizer, normEpsilon };
      const drawn = mapWeights(weights, weight);
      if (work.job === "train") {
        const x = vocabulary === undefined ? uniform(input).values : integers(size(input), vocabulary);
        return { ...common, job: "train", weights: drawn, x, labels: integers(size(work.labels), classes) };
      }
      const { rows } = work;
      const read = work.file === undefined ? undefined : rowsOf(work.file, rows);
      const { x = uniform([rows, ...input.slice(1)]).values, labels = integers(rows, classes) } = read ?? {};
      return { ...common, job: "fit", rows, weights: drawn, x, labels };
    }
    case "crossentropy": {
      const { logits, gradient } = work;
      const [rows, classes] = logits;
      const labels = integers(rows, classes);
      // Of some rows the entry of the label, which is like no other, and one that is like all.
      const some = Array.from({ length: 32 }, (_, i) => Math.floor((i * rows) / 32) * classes);
      const sample = Int32Array.from(
        some.flatMap((row, i) => [row + labels[row / classes], row + ((97 * i) % classes)]),
      );
      return { job: "crossentropy", logits: uniform(logits, 4), labels, gradient, sample };
    }
    case "matmul": {
      const [a, b] = [uniform(work.a), uniform(work.b)];
      return { job: "matmul", a, b, sample: integers(64, work.a[0] * work.b[1]) };
    }
    case "adam": {
      const { optimizer, params } = work;
      const gradients = params.map((shape) => uniform(shape));
      const sample = integers(64, size(params[0]));
      return { job: "adam", params: params.map((shape) => uniform(shape)), gradients, optimizer, sample };
    }
  }
}

/** @param {string} name  @returns {any} the task of the work with this name, of whatever job it is */
export const taskOf = (name) => taskFor(works[name]);

/**
 * Rows of a data set that lies beside the repository, pixels from 0 to 1; nothing where it does not.
 * @param {string} file @param {number} rows
 */
function rowsOf(file, rows) {
  let text;
  try {
    text = gunzipSync(readFileSync(new URL(file, digits))).toString();
  } catch {
    return undefined;
  }
  const table = text
    .trim()
    .split("\n")
    .slice(0, rows)
    .map((line) => line.split(",").map(Number));
  return {
    x: Float32Array.from(table.flatMap((row) => row.slice(0, -1).map((pixel) => pixel / 16))),
    labels: Int32Array.from(table, (row) => row[row.length - 1]),
  };
}

/** @param {readonly number[]} shape */
export const size = (shape) => shape.reduce((product, extent) => product * extent, 1);

/**
 * The same layers and names with something else in the places of the weights.
 * @template From, To
 * @param {Record<string, Record<string, From>>} weights
 * @param {(one: From, name: string) => To} change
 * @returns {Record<string, Record<string, To>>}
 */
export function mapWeights(weights, change) {
  return Object.fromEntries(
    Object.entries(weights).map(([layer, ones]) => [
      layer,
      Object.fromEntries(Object.entries(ones).map(([name, one]) => [name, change(one, name)])),
    ]),
  );
}

/**
 * Writes the numbers of a task to a file, and answers the rest, as a rival is sent it.
 * @param {Task} task @param {string} file
 * @returns {(setting: Setting) => string}  the line of JSON for a rival in its setting
 */
export function writeTask(task, file) {
  const handle = openSync(file, "w");
  let offset = 0;
  const rest = JSON.stringify(task, (_key, value) => {
    if (!ArrayBuffer.isView(value)) return value;
    const array = /** @type {Float32Array | Int32Array} */ (value);
    const dtype = array instanceof Int32Array ? "int32" : "float32";
    const place = { dtype, offset, length: array.length };
    offset += writeSync(handle, array);
    return place;
  });
  closeSync(handle);
  return (setting) => JSON.stringify({ ...setting, file, task: JSON.parse(rest) });
}

/** What such a line says, with the numbers. @param {string} line  @returns {Setting & { task: Task }} */
export function readTask(line) {
  const { file, task, ...setting } = JSON.parse(line);
  const handle = openSync(file, "r");
  /** @param {any} value  @returns {any} */
  const read = (value) => {
    if (typeof value !== "object") return value;
    if (Array.isArray(value)) return value.map(read);
    const { dtype, offset, length } = value;
    if (dtype === undefined)
      return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, read(one)]));
    const array = dtype === "int32" ? new Int32Array(length) : new Float32Array(length);
    readSync(handle, array, 0, array.byteLength, offset);
    return array;
  };
  const whole = read(task);
  closeSync(handle);
  return { ...setting, task: whole };
}
