// @ts-nocheck: see trainer.mjs
import { nn, numpy as np } from "@jax-js/jax";

export { arraysOf as weightsOf } from "./weights.mjs";

export function logitsOf(params, x) {
  const layers = Object.values(params);
  return layers.reduce((h, { kernel, bias }, i) => {
    const z = np.matmul(h, kernel).add(bias);
    return i < layers.length - 1 ? nn.relu(z) : z;
  }, x);
}
