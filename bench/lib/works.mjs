// The works: what is done over and over, said in shapes. A rival has one file for each `job`, and for each `model`.
// Kernels are `[…, in, out]`, images `[batch, height, width, channels]`, sequences `[batch, steps, width]`, as in Keras.

/**
 * What every rival sets its Adam to. Epsilon is far below any gradient here, so that it does not matter whether it is
 * added to the root before the bias correction, as in Keras and Plumb, or after, as in the others.
 *
 * While the clock runs, the rate is next to nothing: ten thousands of steps on one batch would learn it by heart, and then
 * its gradients and their means become denormal numbers, with which processors are slow, some rivals' and others' not.
 */
const adam = {
  rate: 1e-3,
  timedRate: 1e-9,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-10,
  weightDecay: 0,
  clip: 0,
};

/** AdamW as nanoGPT sets it: matrices decay, gradients are clipped to a joint norm. */
const adamW = { ...adam, beta2: 0.99, weightDecay: 0.1, clip: 1 };

/** What every rival adds to the variance in layer normalisation. */
export const normEpsilon = 1e-5;

/**
 * @typedef {object} Trained  what is trained: all that `train` and `fit` have in common
 * @property {string} title
 * @property {string} model  its file in a rival's folder
 * @property {number[]} input  shape of a batch of inputs
 * @property {number} [vocabulary]  inputs are whole numbers below it
 * @property {number[]} labels  shape of the labels that go with a batch: a class for each row of the output
 * @property {number} classes
 * @property {Record<string, Record<string, number[]>>} weights  shapes, by layer and name, from input to output
 * @property {number} [heads]
 * @property {typeof adam} optimizer
 */
/** @typedef {Trained & { job: "train", fresh?: boolean }} Train  steps; `fresh`: the first one of a process, and the import */
/** @typedef {Trained & { job: "fit", rows: number, file?: string, bare: Train }} Fit  epochs, over generated rows or those of a file; `bare`: the step alone */
/** @typedef {{ title: string, job: "crossentropy", logits: number[], gradient: boolean }} Crossentropy */
/** @typedef {{ title: string, job: "matmul", a: number[], b: number[], operations: number }} Matmul */
/** @typedef {{ title: string, job: "adam", params: number[][], optimizer: typeof adam }} Update */
/** @typedef {Train | Fit | Crossentropy | Matmul | Update} Work */

/** @param {number} inputs @param {number} units */
const dense = (inputs, units) => ({ kernel: [inputs, units], bias: [units] });
/** @param {number} inputs @param {number} units */
const product = (inputs, units) => ({ kernel: [inputs, units] });
/** @param {number} inputs @param {number} filters */
const conv3x3 = (inputs, filters) => ({ kernel: [3, 3, inputs, filters], bias: [filters] });
/** @param {number} width */
const norm = (width) => ({ gamma: [width], beta: [width] });

/** @param {number} batch @param {number[]} widths  @returns {Train} */
export const mlp = (batch, widths) => ({
  title: `MLP ${widths.join("-")}, ReLU, batch ${batch}`,
  job: "train",
  model: "mlp",
  input: [batch, widths[0]],
  labels: [batch],
  classes: widths[widths.length - 1],
  weights: Object.fromEntries(
    widths.slice(1).map((units, layer) => [`dense${layer + 1}`, dense(widths[layer], units)]),
  ),
  optimizer: adam,
});

/** @param {Train} step @param {number} rows @param {string} [file]  @returns {Fit} */
export const fit = (step, rows, file) => ({
  ...step,
  title: `${step.title}: fit on ${rows.toLocaleString("en")} rows of ${file === undefined ? "random numbers" : `${file}, if it is there`}, time per step`,
  job: "fit",
  rows,
  file,
  bare: step,
});

/** @param {Train} step  @returns {Train} */
const fresh = (step) => ({
  ...step,
  title: `${step.title}: a fresh process, from import to the result of the first step`,
  fresh: true,
});

const a = mlp(32, [64, 128, 10]);
const b = mlp(128, [784, 512, 512, 10]);
const [tokens, vocabulary] = [512, 50257];

/** A block of nanoGPT: no biases, feed-forward of four times the width. @param {number} width */
const gptBlock = (width) => ({
  norm1: { gamma: [width] },
  query: product(width, width),
  key: product(width, width),
  value: product(width, width),
  merge: product(width, width),
  norm2: { gamma: [width] },
  up: product(width, 4 * width),
  down: product(4 * width, width),
});

/** The layers of several blocks, named `1.norm1` and so on. @param {number} blocks @param {number} width */
const gptBlocks = (blocks, width) =>
  Object.fromEntries(
    Array.from({ length: blocks }, (_, at) =>
      Object.entries(gptBlock(width)).map(([name, shapes]) => [`${at + 1}.${name}`, shapes]),
    ).flat(),
  );

/** @type {Record<string, Work>} */
export const works = {
  A: a,
  B: b,
  CNN: {
    title:
      "CNN: 28×28×1, twice (3×3 convolution, ReLU, 2×2 max pooling) of 32 and 64 filters, dense 10, batch 64",
    job: "train",
    model: "cnn",
    input: [64, 28, 28, 1],
    labels: [64],
    classes: 10,
    weights: { conv1: conv3x3(1, 32), conv2: conv3x3(32, 64), head: dense(5 * 5 * 64, 10) },
    optimizer: adam,
  },
  LSTM: {
    title: "LSTM: 64 steps of width 64, 128 units, dense 64 at every step, batch 32",
    job: "train",
    model: "lstm",
    input: [32, 64, 64],
    labels: [32, 64],
    classes: 64,
    weights: {
      // Gates side by side, in the order input, forget, candidate, output.
      lstm: { kernel: [64, 4 * 128], recurrent: [128, 4 * 128], bias: [4 * 128] },
      head: dense(128, 64),
    },
    optimizer: adam,
  },
  TRANSFORMER: {
    title:
      "Transformer block, pre-norm, causal: 128 steps of width 128, 4 heads, feed-forward 512 with GELU, dense 64, batch 8",
    job: "train",
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
    optimizer: adam,
  },
  nanoGPT: {
    title:
      "nanoGPT on characters, its recipe for CPUs: 4 blocks, width 128, 4 heads, 64 steps, batch 12, AdamW with clipping",
    job: "train",
    model: "nanogpt",
    input: [12, 64],
    vocabulary: 65,
    labels: [12, 64],
    classes: 65,
    heads: 4,
    weights: {
      // The way out goes through the tokens' embeddings again.
      tokens: { embeddings: [65, 128] },
      positions: { embeddings: [64, 128] },
      ...gptBlocks(4, 128),
      norm: { gamma: [128] },
    },
    optimizer: adamW,
  },
  "CE-fwd": {
    title: `cross-entropy of logits [${tokens}, ${vocabulary}] with class indices`,
    job: "crossentropy",
    logits: [tokens, vocabulary],
    gradient: false,
  },
  "CE-grad": {
    title: `cross-entropy of logits [${tokens}, ${vocabulary}] with class indices, and its gradient`,
    job: "crossentropy",
    logits: [tokens, vocabulary],
    gradient: true,
  },
  GEMM: {
    title: "matrix product, 1024×1024 by 1024×1024",
    job: "matmul",
    a: [1024, 1024],
    b: [1024, 1024],
    operations: 2 * 1024 ** 3,
  },
  "Adam-10M": {
    title: "one update of Adam, ten parameters of 1000×1000",
    job: "adam",
    params: Array.from({ length: 10 }, () => [1000, 1000]),
    optimizer: adam,
  },
  "fit-digits": fit(a, 1797, "digits.csv.gz"),
  "fit-B": fit(b, 60_000),
  "first-step-A": fresh(a),
  "first-step-B": fresh(b),
};
