// The works: what is trained for a step, said in shapes. A rival has one file for each `model`.
// Kernels are `[…, in, out]`, images `[batch, height, width, channels]`, sequences `[batch, steps, width]`, as in Keras.

/**
 * @typedef {object} Work
 * @property {string} title
 * @property {string} model  the file in a rival's folder
 * @property {number[]} input  shape of a batch of inputs
 * @property {number[]} labels  shape of the labels that go with it: a class for each row of the output
 * @property {number} classes
 * @property {Record<string, Record<string, number[]>>} weights  shapes, by layer and name, from input to output
 * @property {number} [heads]
 */

/** @param {number} inputs @param {number} units */
const dense = (inputs, units) => ({ kernel: [inputs, units], bias: [units] });
/** @param {number} inputs @param {number} filters */
const conv3x3 = (inputs, filters) => ({ kernel: [3, 3, inputs, filters], bias: [filters] });
/** @param {number} width */
const norm = (width) => ({ gamma: [width], beta: [width] });

/** @param {number} batch @param {number[]} widths  @returns {Work} */
const mlp = (batch, widths) => ({
  title: `MLP: ${widths.join("-")}, ReLU, batch ${batch}`,
  model: "mlp",
  input: [batch, widths[0]],
  labels: [batch],
  classes: widths[widths.length - 1],
  weights: Object.fromEntries(
    widths.slice(1).map((units, layer) => [`dense${layer + 1}`, dense(widths[layer], units)]),
  ),
});

/** @type {Record<string, Work>} */
export const works = {
  A: mlp(32, [64, 128, 10]),
  B: mlp(128, [784, 512, 512, 10]),
  CNN: {
    title:
      "CNN: 28×28×1, twice (3×3 convolution, ReLU, 2×2 max pooling) of 32 and 64 filters, dense 10, batch 64",
    model: "cnn",
    input: [64, 28, 28, 1],
    labels: [64],
    classes: 10,
    weights: { conv1: conv3x3(1, 32), conv2: conv3x3(32, 64), head: dense(5 * 5 * 64, 10) },
  },
  LSTM: {
    title: "LSTM: 64 steps of width 64, 128 units, dense 64 at every step, batch 32",
    model: "lstm",
    input: [32, 64, 64],
    labels: [32, 64],
    classes: 64,
    weights: {
      // Gates side by side, in the order input, forget, candidate, output.
      lstm: { kernel: [64, 4 * 128], recurrent: [128, 4 * 128], bias: [4 * 128] },
      head: dense(128, 64),
    },
  },
  TRANSFORMER: {
    title:
      "Transformer block, pre-norm, causal: 128 steps of width 128, 4 heads, feed-forward 512 with GELU, dense 64, batch 8",
    model: "transformer",
    input: [8, 128, 128],
    labels: [8, 128],
    classes: 64,
    heads: 4,
    weights: {
      norm1: norm(128),
      query: dense(128, 128),
      key: dense(128, 128),
      value: dense(128, 128),
      merge: dense(128, 128),
      norm2: norm(128),
      up: dense(128, 512),
      down: dense(512, 128),
      head: dense(128, 64),
    },
  },
};

/**
 * What every rival sets its Adam to. Epsilon is far below any gradient here, so that it does not matter whether it is
 * added to the root before the bias correction, as in Keras and Plumb, or after, as in the others.
 */
export const adam = { rate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-10 };

/** What every rival adds to the variance in layer normalisation. */
export const normEpsilon = 1e-5;
