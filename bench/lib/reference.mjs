// What the rivals took on another machine, to stand beside ours where a rival cannot be asked. Never a ratio: it is not
// the same run.

/** Where the figures are from. */
export const source =
  "two shared cores of an AMD EPYC (Zen 3), two threads where they are used; PyTorch 2.13 eager, JAX 0.10 jit, TensorFlow 2.21 tf.function (fits: Keras 3.15), jax-js 0.1.25 and TensorFlow.js 4.22 wasm; medians of quiet minutes, not the same run";

/** GF/s of a product of 1024³ as milliseconds. @param {number} gigaflops */
const product = (gigaflops) => (2 * 1024 ** 3) / (gigaflops * 1e6);

/** Milliseconds by work and rival. @type {Record<string, Record<string, number>>} */
export const reference = {
  A: { torch: 1.022, jax: 0.253, keras: 0.637, "jax-js": 0.776, tfjs: 2.67 },
  B: { torch: 11.5, jax: 5.5, keras: 6.9, "jax-js": 25.8, tfjs: 295 },
  CNN: { torch: 40 },
  LSTM: { torch: 21 },
  TRANSFORMER: { torch: 23 },
  nanoGPT: { torch: 63 },
  "CE-fwd": { torch: 64, jax: 138, "jax-js": 577, tfjs: 520 },
  "CE-grad": { torch: 182, jax: 119, "jax-js": 738, tfjs: 1459 },
  GEMM: { torch: product(148), jax: product(142), "jax-js": product(22), tfjs: product(22) },
  "fit-digits": { keras: 2.356 },
  "fit-B": { keras: 10.4 },
};
