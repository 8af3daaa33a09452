import {
  Adam,
  compile,
  gradients,
  matmul,
  relu,
  SparseCategoricalCrossentropy,
  tensor,
  Variable,
} from "plumb-ml";
import { adam } from "../lib/task.mjs";

/** @param {import("../lib/task.mjs").Task} task */
export async function trainer({ widths, batch, kernels, x, labels }) {
  const layers = kernels.map((kernel, i) => ({
    kernel: new Variable(tensor(kernel, [widths[i], widths[i + 1]])),
    bias: new Variable(tensor(new Float32Array(widths[i + 1]))),
  }));
  const weights = layers.flatMap(({ kernel, bias }) => [kernel, bias]);
  const inputs = tensor(x, [batch, widths[0]]);
  const targets = tensor(labels);
  const loss = new SparseCategoricalCrossentropy({ fromLogits: true });
  const { rate: learningRate, beta1, beta2, epsilon } = adam;
  const optimizer = new Adam({ learningRate, beta1, beta2, epsilon });
  optimizer.build(weights);

  const step = compile((/** @type {typeof inputs} */ xs, /** @type {typeof targets} */ ys) => {
    const logits = layers.reduce((h, { kernel, bias }, i) => {
      const z = matmul(h, kernel).add(bias);
      return i < layers.length - 1 ? relu(z) : z;
    }, xs);
    const value = loss.call(ys, logits);
    optimizer.apply(gradients(value, weights), weights);
    return value;
  });

  return {
    threads: 1,
    /** @param {number} steps */
    async run(steps) {
      let value = step(inputs, targets);
      for (let i = 1; i < steps; i++) value = step(inputs, targets);
      return value.itemSync();
    },
  };
}
