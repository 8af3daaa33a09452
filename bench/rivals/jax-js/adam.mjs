// @ts-nocheck: see start.mjs
import { adamUpdate, timeOf, zerosLike } from "./adam-update.mjs";
import { arrayOf, jax, start } from "./start.mjs";

const { blockUntilReady, jit, tree } = jax;

/** @param {import("../../lib/task.mjs").AdamTask} task */
export async function prepare(task) {
  const way = await start();
  const { optimizer, sample } = task;
  const gradients = task.gradients.map(arrayOf);
  const once = jit((params, slopes, m, v, t) => adamUpdate(optimizer, params, slopes, m, v, t));
  let params = task.params.map(arrayOf);
  let [m, v, count] = [zerosLike(params), zerosLike(params), 0];

  /** @param {number} times */
  async function run(times) {
    for (let i = 0; i < times; i++) {
      [params, m, v] = once(params, tree.ref(gradients), m, v, timeOf(optimizer, ++count, optimizer.rate));
      await blockUntilReady(params);
    }
  }
  return {
    ...way,
    run,
    async check(times) {
      await run(times);
      const values = await params[0].ref.data();
      return Array.from(sample, (at) => values[at]);
    },
  };
}
