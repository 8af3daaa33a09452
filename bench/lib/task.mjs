// A work with numbers: what a rival is given. One small generator draws them, so that all start from the same, and the
// rivals in other languages are sent them.

import { adam, normEpsilon, works } from "./works.mjs";

/** @typedef {{ shape: number[], values: Float32Array }} Weight */
/**
 * @typedef {object} Task
 * @property {string} model
 * @property {number[]} input  shape of `x`
 * @property {number} classes
 * @property {number} heads  of attention, where there is any
 * @property {Record<string, Record<string, Weight>>} weights  by layer and name
 * @property {Float32Array} x
 * @property {Int32Array} labels  class indices, one for each row of the output
 * @property {typeof adam} adam
 * @property {number} normEpsilon
 */

/**
 * @param {string} name
 * @returns {Task}
 */
export function taskOf(name) {
  const { model, input, labels, classes, weights, heads = 1 } = works[name];
  let state = 1;
  const draw = () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return (state >>> 0) / 2 ** 32;
  };
  const uniform = (/** @type {number} */ length, /** @type {number} */ limit) =>
    Float32Array.from({ length }, () => (2 * draw() - 1) * limit);

  /** Glorot for kernels; the others begin where they change nothing. */
  const weight = (/** @type {string} */ kind, /** @type {number[]} */ shape) => {
    if (kind === "bias" || kind === "beta") return new Float32Array(size(shape));
    if (kind === "gamma") return new Float32Array(size(shape)).fill(1);
    const [inputs, outputs] = shape.slice(-2);
    return uniform(size(shape), Math.sqrt((6 * inputs * outputs) / (size(shape) * (inputs + outputs))));
  };
  return {
    model,
    input,
    classes,
    heads,
    weights: mapWeights(weights, (shape, kind) => ({ shape, values: weight(kind, shape) })),
    x: uniform(size(input), 1),
    labels: Int32Array.from({ length: size(labels) }, () => Math.floor(draw() * classes)),
    adam,
    normEpsilon,
  };
}

/** @param {readonly number[]} shape */
const size = (shape) => shape.reduce((product, extent) => product * extent, 1);

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

/** The task as a line of JSON. Arrays of numbers are base64 of their bytes: exact, short, and read at once. @param {Task} task */
export const lineOf = (task) =>
  JSON.stringify(task, (_key, value) =>
    ArrayBuffer.isView(value)
      ? Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("base64")
      : value,
  );

/** @param {string} line @returns {Task} */
export function taskIn(line) {
  const { weights, x, labels, ...rest } = JSON.parse(line);
  const bytes = (/** @type {string} */ text) => new Uint8Array(Buffer.from(text, "base64")).buffer;
  return {
    ...rest,
    weights: mapWeights(weights, ({ shape, values }) => ({ shape, values: new Float32Array(bytes(values)) })),
    x: new Float32Array(bytes(x)),
    labels: new Int32Array(bytes(labels)),
  };
}
