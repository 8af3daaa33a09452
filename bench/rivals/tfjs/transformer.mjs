import * as tf from "@tensorflow/tfjs";

/** @typedef {any} Value */

/** @param {Value} h @param {Value} weights */
const dense = (h, { kernel, bias }) => {
  const product = tf.matMul(h, kernel);
  return bias === undefined ? product : product.add(bias);
};

/** @param {Value} h @param {Value} weights @param {number} epsilon */
export function normalise(h, { gamma, beta }, epsilon) {
  const { mean, variance } = tf.moments(h, -1, true);
  const normal = h
    .sub(mean)
    .mul(tf.rsqrt(variance.add(epsilon)))
    .mul(gamma);
  return beta === undefined ? normal : normal.add(beta);
}

/** @param {Value} h */
const gelu = (h) => h.mul(tf.erf(h.mul(Math.SQRT1_2)).add(1)).mul(0.5);

/**
 * Rows of all sequences in one matrix: a product with a batch of matrices would copy the weights for each.
 * @param {Value} params @param {Value} rows
 * @param {{ batch: number, steps: number, heads: number, normEpsilon: number }} sizes
 */
export function block(params, rows, { batch, steps, heads, normEpsilon }) {
  const width = rows.shape[1];
  const split = (/** @type {Value} */ h, /** @type {Value} */ layer) =>
    dense(h, layer).reshape([batch, steps, heads, -1]).transpose([0, 2, 1, 3]);
  const causal = tf.linalg.bandPart(tf.ones([steps, steps]), -1, 0).cast("bool");

  const normal = normalise(rows, params.norm1, normEpsilon);
  const [query, key, value] = [params.query, params.key, params.value].map((layer) => split(normal, layer));
  const scores = tf.matMul(query, key, false, true).mul((width / heads) ** -0.5);
  const mixed = tf.matMul(tf.softmax(tf.where(causal, scores, -1e9)), value);
  const mid = rows.add(dense(mixed.transpose([0, 2, 1, 3]).reshape([batch * steps, width]), params.merge));
  return mid.add(dense(gelu(dense(normalise(mid, params.norm2, normEpsilon), params.up)), params.down));
}

/** @type {import("./train.mjs").LogitsOf} */
export function logitsOf(params, x, task) {
  const [batch, steps, width] = x.shape;
  return dense(block(params, x.reshape([batch * steps, width]), { ...task, batch, steps }), params.head);
}
