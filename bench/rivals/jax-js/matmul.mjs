// @ts-nocheck: see start.mjs
import { arrayOf, jax, start } from "./start.mjs";

const { blockUntilReady, jit, numpy: np } = jax;

/** @param {import("../../lib/task.mjs").MatmulTask} task */
export async function prepare({ a, b, sample }) {
  const way = await start();
  const [left, right] = [arrayOf(a), arrayOf(b)];
  const once = jit((x, y) => np.matmul(x, y));

  /** @param {number} times */
  async function run(times) {
    let product;
    for (let i = 0; i < times; i++) {
      product?.dispose();
      product = await blockUntilReady(once(left.ref, right.ref));
    }
    return product;
  }
  return {
    ...way,
    run: async (times) => (await run(times)).dispose(),
    async check(times) {
      const values = await (await run(times)).data();
      return Array.from(sample, (at) => values[at]);
    },
  };
}
