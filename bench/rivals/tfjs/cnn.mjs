import * as tf from "@tensorflow/tfjs";

/** @type {import("./train.mjs").LogitsOf} */
export function logitsOf({ conv1, conv2, head }, x) {
  const block = (/** @type {any} */ h, /** @type {any} */ { kernel, bias }) =>
    tf.maxPool(tf.relu(tf.conv2d(h, kernel, 1, "valid").add(bias)), 2, 2, "valid");
  const pooled = block(block(x, conv1), conv2);
  return tf.matMul(pooled.reshape([x.shape[0], -1]), head.kernel).add(head.bias);
}
