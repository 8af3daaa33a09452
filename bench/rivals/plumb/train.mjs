import { setUp } from "./setting.mjs";

/** @param {import("../../lib/task.mjs").TrainTask} task @param {Partial<import("../../lib/task.mjs").Setting>} [setting] */
export async function prepare(task, setting = {}) {
  const way = await setUp(setting);
  const { compile, gradients } = await import("plumb-ml");
  const { lossFor, modelFor, optimizerFor } = await import("./parts.mjs");
  const { model, inputs, targets } = await modelFor(task);
  const loss = lossFor();
  const weights = model.trainableWeights;
  const optimizer = optimizerFor(task.optimizer, weights);
  optimizer.build(weights);

  // Inputs and labels come from outside the function: they lie in the engine's memory, as a rival's do in its own.
  const step = compile(() => {
    const logits = /** @type {typeof inputs} */ (model.call(inputs, { training: true }));
    const value = loss.call(targets, logits);
    optimizer.apply(gradients(value, weights), weights);
    return value;
  });

  return {
    ...way,
    /** @param {number} steps */
    run(steps) {
      optimizer.learningRate = task.optimizer.timedRate;
      for (let i = 0; i < steps; i++) step();
    },
    /** @param {number} steps */
    check(steps) {
      optimizer.learningRate = task.optimizer.rate;
      let value = step();
      for (let i = 1; i < steps; i++) value = step();
      return [value.itemSync()];
    },
  };
}
