import * as tf from "@tensorflow/tfjs";
import { optimizerFor, start, tensorOf } from "./start.mjs";

/** @param {import("../../lib/task.mjs").AdamTask} task */
export async function prepare({ params, gradients, optimizer: options, sample }) {
  const way = await start();
  const variables = params.map((numbers) => tf.variable(tensorOf(numbers)));
  const slopes = Object.fromEntries(variables.map(({ name }, i) => [name, tensorOf(gradients[i])]));
  const optimizer = optimizerFor(options);
  /** @param {number} times */
  function run(times) {
    for (let i = 0; i < times; i++) tf.tidy(() => void optimizer.applyGradients(slopes));
  }
  return {
    ...way,
    run,
    /** @param {number} times */
    check(times) {
      run(times);
      const values = variables[0].dataSync();
      return Array.from(sample, (at) => values[at]);
    },
  };
}
