// @ts-nocheck: see start.mjs
import { jax } from "./start.mjs";

const { nn, numpy: np } = jax;

export function logitsOf(params, x) {
  const layers = Object.values(params);
  return layers.reduce((h, { kernel, bias }, i) => {
    const z = np.matmul(h, kernel).add(bias);
    return i < layers.length - 1 ? nn.relu(z) : z;
  }, x);
}
