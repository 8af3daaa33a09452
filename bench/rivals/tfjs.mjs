import * as tf from "@tensorflow/tfjs";
import "@tensorflow/tfjs-backend-wasm";
import { adam } from "../lib/task.mjs";

/** @param {import("../lib/task.mjs").Task} task */
export async function trainer({ widths, batch, kernels, x, labels }) {
  await tf.setBackend("wasm");
  const layers = kernels.map((kernel, i) => ({
    kernel: tf.variable(tf.tensor2d(kernel, [widths[i], widths[i + 1]])),
    bias: tf.variable(tf.zeros([widths[i + 1]])),
  }));
  const inputs = tf.tensor2d(x, [batch, widths[0]]);
  const targets = tf.oneHot(tf.tensor1d(labels, "int32"), widths[widths.length - 1]);
  const optimizer = tf.train.adam(adam.rate, adam.beta1, adam.beta2, adam.epsilon);

  const lossOf = () => {
    const logits = layers.reduce((h, { kernel, bias }, i) => {
      const z = tf.add(tf.matMul(h, kernel), bias);
      return i < layers.length - 1 ? tf.relu(z) : z;
    }, inputs);
    return tf.losses.softmaxCrossEntropy(targets, logits);
  };

  return {
    threads: 1, // its threaded build is switched off under Node
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
