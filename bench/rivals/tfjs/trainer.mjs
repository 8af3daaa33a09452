import * as tf from "@tensorflow/tfjs";
import "@tensorflow/tfjs-backend-wasm";
import { mapWeights } from "../../lib/task.mjs";

/** @typedef {import("../../lib/task.mjs").Task} Task */
/** @typedef {(params: Record<string, Record<string, any>>, x: any, task: Task) => any} LogitsOf  what each model is */

/**
 * Its WebAssembly backend lacks the gradients of some layers; then its plain JavaScript trains, as it would for a user.
 * @param {Task} task
 */
export async function trainer(task) {
  /** @type {{ logitsOf: LogitsOf }} */
  const { logitsOf } = await import(`./${task.model}.mjs`);
  await tf.setBackend("wasm");
  try {
    const { lossOf, run } = make(task, logitsOf);
    tf.dispose(tf.variableGrads(lossOf));
    return { threads: 1, run }; // its threaded build is switched off under Node
  } catch (error) {
    await tf.setBackend("cpu");
    const { run } = make(task, logitsOf);
    const [why] = /** @type {Error} */ (error).message.split("\n");
    return { threads: 1, run, note: `in plain JavaScript; wasm: ${why}` };
  }
}

/** @param {Task} task @param {LogitsOf} logitsOf */
function make(task, logitsOf) {
  const params = mapWeights(task.weights, ({ shape, values }) => tf.variable(tf.tensor(values, shape)));
  const inputs = tf.tensor(task.x, task.input);
  const targets = tf.oneHot(tf.tensor1d(task.labels, "int32"), task.classes);
  const { rate, beta1, beta2, epsilon } = task.adam;
  const optimizer = tf.train.adam(rate, beta1, beta2, epsilon);

  const lossOf = () => {
    const logits = logitsOf(params, inputs, task).reshape([task.labels.length, task.classes]);
    return tf.losses.softmaxCrossEntropy(targets, logits);
  };

  return {
    lossOf,
    /** @param {number} steps */
    async run(steps) {
      let loss;
      for (let i = 0; i < steps; i++) {
        loss?.dispose();
        loss = optimizer.minimize(lossOf, true);
      }
      const [value] = await loss.data();
      loss.dispose();
      return value;
    },
  };
}
