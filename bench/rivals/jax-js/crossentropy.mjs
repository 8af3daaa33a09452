// @ts-nocheck: see start.mjs
import { arrayOf, jax, start } from "./start.mjs";

const { blockUntilReady, jit, nn, numpy: np, valueAndGrad } = jax;

/** @param {import("../../lib/task.mjs").CrossentropyTask} task */
export async function prepare({ logits: numbers, labels, gradient, sample }) {
  const way = await start();
  const logits = arrayOf(numbers);
  const [rows, classes] = numbers.shape;
  // Its `jit` does not compile the gradient of picking elements, so with one it takes labels as rows of 0 and 1; which are
  // made here, as its `oneHot` of so many classes has rows of nothing but 1.
  const targets = gradient
    ? arrayOf({ shape: [rows, classes], values: oneHot(labels, classes) })
    : np.array(labels).reshape([rows, 1]);
  const picked = gradient
    ? (xs, ys) => xs.mul(ys).sum(-1)
    : (xs, ys) => np.takeAlongAxis(xs, ys, 1).reshape([rows]);
  const lossOf = (xs, ys) => nn.logsumexp(xs.ref, -1).sub(picked(xs, ys)).mean();
  const once = jit(gradient ? valueAndGrad(lossOf) : (xs, ys) => [lossOf(xs, ys)]);

  /** @param {number} times */
  async function run(times) {
    let found = [];
    for (let i = 0; i < times; i++) {
      for (const old of found) old.dispose();
      found = await blockUntilReady(once(logits.ref, targets.ref));
    }
    return found;
  }
  return {
    ...way,
    run: async (times) => void (await run(times)).forEach((one) => one.dispose()),
    async check(times) {
      const [[loss], values] = await Promise.all((await run(times)).map((one) => one.data()));
      return [loss, ...(values ? Array.from(sample, (at) => values[at]) : [])];
    },
  };
}

/** @param {Int32Array} labels @param {number} classes */
function oneHot(labels, classes) {
  const values = new Float32Array(labels.length * classes);
  labels.forEach((label, row) => (values[row * classes + label] = 1));
  return values;
}
