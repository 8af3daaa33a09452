import * as tf from "@tensorflow/tfjs";
import { optimizerFor, start, tensorOf } from "./start.mjs";

/** Its models of layers: of the works that are fitted, all are MLPs. @param {import("../../lib/task.mjs").FitTask} task */
export async function prepare(task) {
  const way = await start();
  const [batchSize, ...rest] = task.input;
  const layers = Object.values(task.weights);
  const units = layers.map(({ bias }) => bias.shape[0]);
  const model = tf.sequential({
    layers: units.map((width, i) =>
      tf.layers.dense({
        units: width,
        activation: i < units.length - 1 ? "relu" : "linear",
        ...(i === 0 ? { inputShape: rest } : {}),
      }),
    ),
  });
  model.setWeights(layers.flatMap((ones) => Object.values(ones).map(tensorOf)));
  const optimizer = optimizerFor(task.optimizer);
  model.compile({
    optimizer,
    loss: (/** @type {any} */ labels, /** @type {any} */ logits) =>
      tf.losses.softmaxCrossEntropy(labels, logits),
  });
  const x = tf.tensor(task.x, [task.rows, ...rest]);
  const y = tf.oneHot(tf.tensor1d(task.labels, "int32"), task.classes).cast("float32");
  const fit = (/** @type {number} */ epochs, shuffle = true) => {
    optimizer.learningRate = shuffle ? task.optimizer.timedRate : task.optimizer.rate;
    return model.fit(x, y, { epochs, batchSize, shuffle, verbose: 0, yieldEvery: "never" });
  };
  return {
    ...way,
    run: async (/** @type {number} */ epochs) => void (await fit(epochs)),
    check: async (/** @type {number} */ epochs) => (await fit(epochs, false)).history.loss.slice(-1),
  };
}
