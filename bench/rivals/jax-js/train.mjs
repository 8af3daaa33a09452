// @ts-nocheck: see start.mjs
import { mapWeights } from "../../lib/task.mjs";
import { adamUpdate, timeOf, zerosLike } from "./adam-update.mjs";
import { arrayOf, jax, start } from "./start.mjs";

const { blockUntilReady, jit, nn, numpy: np, valueAndGrad } = jax;

/** @param {import("../../lib/task.mjs").TrainTask} task */
export async function prepare(task) {
  const way = await start();
  const { logitsOf, weightsOf = (weights) => weights } = await import(`./${task.model}.mjs`);
  const rows = task.labels.length;
  const inputs = np.array(task.x).reshape(task.input);
  const targets = nn.oneHot(np.array(task.labels), task.classes);

  const lossOf = (params, xs, ys) => {
    const logits = logitsOf(params, xs, task).reshape([rows, task.classes]);
    return nn
      .logSoftmax(logits)
      .mul(ys)
      .sum()
      .mul(-1 / rows);
  };
  const step = jit((params, m, v, t, xs, ys) => {
    const [loss, gradients] = valueAndGrad(lossOf)(jax.tree.ref(params), xs, ys);
    return [loss, ...adamUpdate(task.optimizer, params, gradients, m, v, t)];
  });

  let params = weightsOf(mapWeights(task.weights, arrayOf));
  let [m, v, count] = [zerosLike(params), zerosLike(params), 0];
  /** @param {number} steps @param {number} rate */
  async function run(steps, rate) {
    let loss;
    for (let i = 0; i < steps; i++) {
      loss?.dispose();
      const t = timeOf(task.optimizer, ++count, rate);
      [loss, params, m, v] = step(params, m, v, t, inputs.ref, targets.ref);
      // Waiting at each step keeps its list of pending work short; with a long one a step takes many times as long.
      await blockUntilReady(params);
    }
    return (await loss.data())[0];
  }
  return {
    ...way,
    run: async (steps) => void (await run(steps, task.optimizer.timedRate)),
    check: async (steps) => [await run(steps, task.optimizer.rate)],
  };
}
