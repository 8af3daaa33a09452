import { setUp } from "./setting.mjs";

/** @param {import("../../lib/task.mjs").MatmulTask} task @param {import("../../lib/task.mjs").Setting} setting */
export async function prepare({ a: left, b: right, sample }, setting) {
  const way = await setUp(setting);
  const { compile, tensor, Variable, zeros } = await import("plumb-ml");
  // Variables stay in the engine's memory, as a rival's arrays in its own; the results of functions are handed out.
  const a = new Variable(tensor(left.values, left.shape));
  const b = new Variable(tensor(right.values, right.shape));
  const product = new Variable(zeros([left.shape[0], right.shape[1]]));
  const multiply = compile(() => product.assign(a.read().matmul(b.read())));
  const run = (/** @type {number} */ times) => {
    for (let i = 0; i < times; i++) multiply();
  };
  return {
    ...way,
    run,
    /** @param {number} times */
    check(times) {
      run(times);
      const values = product.dataSync();
      return Array.from(sample, (at) => values[at]);
    },
  };
}
