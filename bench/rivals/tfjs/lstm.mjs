import * as tf from "@tensorflow/tfjs";

/** @type {import("./train.mjs").LogitsOf} */
export function logitsOf({ lstm, head }, x) {
  const [batch, steps, width] = x.shape;
  const units = lstm.recurrent.shape[0];
  const projected = tf.matMul(x.reshape([batch * steps, width]), lstm.kernel).add(lstm.bias);
  const inputs = tf.unstack(projected.reshape([batch, steps, 4 * units]), 1);
  let h = tf.zeros([batch, units]);
  let c = tf.zeros([batch, units]);
  const outputs = [];
  for (const input of inputs) {
    const z = tf.matMul(h, lstm.recurrent).add(input);
    const [inputGate, forgetGate, candidate, outputGate] = tf.split(z, 4, 1);
    c = tf
      .sigmoid(forgetGate)
      .mul(c)
      .add(tf.sigmoid(inputGate).mul(tf.tanh(candidate)));
    h = tf.sigmoid(outputGate).mul(tf.tanh(c));
    outputs.push(h);
  }
  const states = tf.stack(outputs, 1).reshape([batch * steps, units]);
  return tf.matMul(states, head.kernel).add(head.bias);
}
