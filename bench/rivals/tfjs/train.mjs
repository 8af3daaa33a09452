import * as tf from "@tensorflow/tfjs";
import { mapWeights } from "../../lib/task.mjs";
import { optimizerFor, prepareUpdate, start, tensorOf } from "./start.mjs";

/** @typedef {import("../../lib/task.mjs").TrainTask} TrainTask */
/** @typedef {(params: Record<string, Record<string, any>>, x: any, task: TrainTask) => any} LogitsOf  what each model is */

/**
 * Its WebAssembly backend lacks the gradients of some layers; then its plain JavaScript trains, as it would for a user.
 * @param {TrainTask} task
 */
export async function prepare(task) {
  const way = await start();
  /** @type {{ logitsOf: LogitsOf }} */
  const { logitsOf } = await import(`./${task.model}.mjs`);
  try {
    const { lossOf, ...jobs } = make(task, logitsOf);
    tf.dispose(tf.variableGrads(lossOf));
    return { ...way, ...jobs };
  } catch (error) {
    await tf.setBackend("cpu");
    const { run, check } = make(task, logitsOf);
    const [why] = /** @type {Error} */ (error).message.split("\n");
    return { ...way, run, check, note: `in plain JavaScript; wasm: ${why}` };
  }
}

/** @param {TrainTask} task @param {LogitsOf} logitsOf */
function make(task, logitsOf) {
  const params = mapWeights(task.weights, (numbers) => tf.variable(tensorOf(numbers)));
  const variables = Object.values(params).flatMap((ones) => Object.values(ones));
  const dtype = task.x instanceof Int32Array ? "int32" : "float32";
  const inputs = tf.tensor(task.x, task.input, dtype);
  const targets = tf.oneHot(tf.tensor1d(task.labels, "int32"), task.classes);
  const optimizer = optimizerFor(task.optimizer);

  const lossOf = () => {
    const logits = logitsOf(params, inputs, task).reshape([task.labels.length, task.classes]);
    return tf.losses.softmaxCrossEntropy(targets, logits);
  };
  const step = (/** @type {number} */ rate) =>
    tf.tidy(() => {
      optimizer.learningRate = rate;
      const { value, grads } = tf.variableGrads(lossOf);
      optimizer.applyGradients(prepareUpdate(task.optimizer, rate, grads, variables));
      return value;
    });
  /** @param {number} steps @param {number} rate */
  async function run(steps, rate) {
    let loss = step(rate);
    for (let i = 1; i < steps; i++) {
      loss.dispose();
      loss = step(rate);
    }
    const [value] = await loss.data();
    loss.dispose();
    return [value];
  }
  const { rate, timedRate } = task.optimizer;
  return {
    lossOf,
    run: async (/** @type {number} */ steps) => void (await run(steps, timedRate)),
    check: (/** @type {number} */ steps) => run(steps, rate),
  };
}
