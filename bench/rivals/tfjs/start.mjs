import * as tf from "@tensorflow/tfjs";
import "@tensorflow/tfjs-backend-wasm";

/** Its threaded build is switched off under Node. */
export async function start() {
  await tf.setBackend("wasm");
  return { threads: 1, version: tf.version.tfjs };
}

/** @param {import("../../lib/task.mjs").Numbers} numbers */
export const tensorOf = ({ values, shape }) => tf.tensor(values, shape);

/** @param {import("../../lib/task.mjs").OptimizerOptions} options */
export const optimizerFor = ({ rate, beta1, beta2, epsilon }) => tf.train.adam(rate, beta1, beta2, epsilon);

/**
 * What its Adam does not have: decay of matrices, and gradients scaled together where their joint norm is too long.
 * @param {import("../../lib/task.mjs").OptimizerOptions} options
 * @param {number} rate
 * @param {Record<string, any>} gradients  by name of the variable
 * @param {any[]} variables
 */
export function prepareUpdate({ weightDecay, clip }, rate, gradients, variables) {
  if (weightDecay > 0)
    for (const variable of variables)
      if (variable.rank >= 2) variable.assign(variable.mul(1 - rate * weightDecay));
  if (clip === 0) return gradients;
  const norm = tf.sqrt(tf.addN(Object.values(gradients).map((gradient) => gradient.square().sum())));
  const scale = tf.minimum(tf.div(clip, norm), 1);
  return Object.fromEntries(Object.entries(gradients).map(([name, gradient]) => [name, gradient.mul(scale)]));
}
