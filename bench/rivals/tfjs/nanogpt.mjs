import * as tf from "@tensorflow/tfjs";
import { block, normalise } from "./transformer.mjs";

/** @type {import("./train.mjs").LogitsOf} */
export function logitsOf(params, x, task) {
  const [batch, steps] = x.shape;
  const { tokens, positions, norm } = params;
  const width = tokens.embeddings.shape[1];
  let rows = tf
    .gather(tokens.embeddings, x)
    .add(positions.embeddings)
    .reshape([batch * steps, width]);
  for (let at = 1; `${at}.query` in params; at++) {
    const ones = Object.entries(params).filter(([name]) => name.startsWith(`${at}.`));
    const own = Object.fromEntries(ones.map(([name, one]) => [name.slice(`${at}.`.length), one]));
    rows = block(own, rows, { ...task, batch, steps });
  }
  return tf.matMul(normalise(rows, norm, task.normEpsilon), tokens.embeddings, false, true);
}
