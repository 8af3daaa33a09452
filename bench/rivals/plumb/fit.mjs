import { setUp } from "./setting.mjs";

/** @param {import("../../lib/task.mjs").FitTask} task @param {import("../../lib/task.mjs").Setting} setting */
export async function prepare(task, setting) {
  const way = await setUp(setting);
  const { tensor } = await import("plumb-ml");
  const { lossFor, modelFor, optimizerFor } = await import("./parts.mjs");
  const { model: layer } = await modelFor(task);
  const model = /** @type {import("plumb-ml").Sequential} */ (layer);
  const optimizer = optimizerFor(task.optimizer, model.trainableWeights);
  model.compile({ optimizer, loss: lossFor() });
  const [batchSize, ...rest] = task.input;
  const x = tensor(task.x, [task.rows, ...rest]);
  const y = tensor(task.labels, [task.rows], "int32");

  return {
    ...way,
    /** @param {number} epochs */
    async run(epochs) {
      optimizer.learningRate = task.optimizer.timedRate;
      await model.fit(x, y, { epochs, batchSize });
    },
    /** @param {number} epochs */
    async check(epochs) {
      optimizer.learningRate = task.optimizer.rate;
      const { history } = await model.fit(x, y, { epochs, batchSize, shuffle: false });
      return history.loss.slice(-1);
    },
  };
}
