import { Adam, compile, engineStats, gradients, SparseCategoricalCrossentropy, tensor } from "plumb-ml";

/** @param {import("../../lib/task.mjs").Task} task */
export async function trainer(task) {
  /** @type {{ modelOf: (task: import("../../lib/task.mjs").Task) => import("plumb-ml").Sequential }} */
  const { modelOf } = await import(`./${task.model}.mjs`);
  const model = modelOf(task);
  model.setWeights(
    Object.values(task.weights).flatMap((ones) => Object.values(ones).map(({ values }) => values)),
  );
  const weights = model.trainableVariables;
  const inputs = tensor(task.x, task.input);
  const targets = tensor(task.labels, model.call(inputs).shape.slice(0, -1));
  const loss = new SparseCategoricalCrossentropy({ fromLogits: true });
  const { rate: learningRate, beta1, beta2, epsilon } = task.adam;
  const optimizer = new Adam({ learningRate, beta1, beta2, epsilon });
  optimizer.build(weights);

  const step = compile((/** @type {typeof inputs} */ xs, /** @type {typeof targets} */ ys) => {
    const value = loss.call(ys, model.call(xs, { training: true }));
    optimizer.apply(gradients(value, weights), weights);
    return value;
  });

  return {
    threads: engineStats().threads,
    /** @param {number} steps */
    async run(steps) {
      let value = step(inputs, targets);
      for (let i = 1; i < steps; i++) value = step(inputs, targets);
      return value.itemSync();
    },
  };
}
