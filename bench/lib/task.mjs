// The work: one training step of an MLP, forward, backward and Adam, on softmax cross-entropy of its logits.
// Weights and data come from one small generator, so that every rival starts from the same numbers.

/**
 * @typedef {object} Task
 * @property {string} work
 * @property {number[]} widths  inputs, hidden layers, classes
 * @property {number} batch
 * @property {Float32Array[]} kernels  one `[in, out]` matrix per layer, row by row
 * @property {Float32Array} x  `[batch, inputs]`
 * @property {Int32Array} labels  `[batch]`, class indices
 */

/**
 * What every rival sets its Adam to. Epsilon is far below any gradient here, so that it does not matter whether it is
 * added to the root before the bias correction, as in Keras and Plumb, or after, as in TensorFlow.js and optax.
 */
export const adam = { rate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-10 };

const sizes = {
  A: { widths: [64, 128, 10], batch: 32 },
  B: { widths: [784, 512, 512, 10], batch: 128 },
};
export const works = /** @type {(keyof typeof sizes)[]} */ (Object.keys(sizes));

/**
 * @param {keyof typeof sizes} work
 * @returns {Task}
 */
export function taskOf(work) {
  const { widths, batch } = sizes[work];
  let state = 1;
  const draw = () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return (state >>> 0) / 2 ** 32;
  };
  const uniform = (/** @type {number} */ length, /** @type {number} */ limit) =>
    Float32Array.from({ length }, () => (2 * draw() - 1) * limit);
  const classes = widths[widths.length - 1];
  return {
    work,
    widths,
    batch,
    kernels: widths
      .slice(1)
      .map((out, layer) => uniform(widths[layer] * out, Math.sqrt(6 / (widths[layer] + out)))),
    x: uniform(batch * widths[0], 1),
    labels: Int32Array.from({ length: batch }, () => Math.floor(draw() * classes)),
  };
}
