import * as tf from "@tensorflow/tfjs";

/** @type {import("./train.mjs").LogitsOf} */
export function logitsOf(params, x) {
  const layers = Object.values(params);
  return layers.reduce((h, { kernel, bias }, i) => {
    const z = tf.add(tf.matMul(h, kernel), bias);
    return i < layers.length - 1 ? tf.relu(z) : z;
  }, x);
}
