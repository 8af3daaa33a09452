// What training by steps and `fit` have in common: the model with the weights of the task, its loss and its optimizer.

import { Adam, AdamW, SparseCategoricalCrossentropy, tensor } from "plumb-ml";

/** @typedef {import("../../lib/task.mjs").Training} Training */

/** @param {Training} task */
export async function modelFor(task) {
  /** @type {{ modelOf: (task: Training) => import("plumb-ml").Layer }} */
  const { modelOf } = await import(`./${task.model}.mjs`);
  const model = modelOf(task);
  const [rows, ...rest] = task.input;
  const batch = task.x.subarray(0, rows * rest.reduce((product, extent) => product * extent, 1));
  const inputs = tensor(batch, task.input);
  const logits = /** @type {import("plumb-ml").Tensor} */ (model.call(inputs)); // builds it
  model.setWeights(
    Object.values(task.weights).flatMap((ones) => Object.values(ones).map(({ values }) => values)),
  );
  const targets = tensor(task.labels.slice(0, logits.size / task.classes), logits.shape.slice(0, -1));
  return { model, inputs, targets };
}

export const lossFor = () => new SparseCategoricalCrossentropy({ fromLogits: true });

/**
 * AdamW spares what is no matrix.
 * @param {Training["optimizer"]} options @param {readonly import("plumb-ml").Variable[]} variables
 */
export function optimizerFor({ rate: learningRate, beta1, beta2, epsilon, weightDecay, clip }, variables) {
  const adam = { learningRate, beta1, beta2, epsilon };
  if (weightDecay === 0) return new Adam(adam);
  const optimizer = new AdamW({ ...adam, weightDecay, globalClipnorm: clip });
  optimizer.excludeFromWeightDecay({ varList: variables.filter(({ shape }) => shape.length < 2) });
  return optimizer;
}
