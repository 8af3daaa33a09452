import * as tf from "@tensorflow/tfjs";

/** @type {import("./trainer.mjs").LogitsOf} */
export function logitsOf(params, x, { heads, normEpsilon }) {
  const [batch, steps, width] = x.shape;
  /** @typedef {any} Value */
  const dense = (/** @type {Value} */ h, /** @type {Value} */ { kernel, bias }) =>
    tf.matMul(h, kernel).add(bias);
  const normalise = (/** @type {Value} */ h, /** @type {Value} */ { gamma, beta }) => {
    const { mean, variance } = tf.moments(h, -1, true);
    return h
      .sub(mean)
      .mul(tf.rsqrt(variance.add(normEpsilon)))
      .mul(gamma)
      .add(beta);
  };
  const gelu = (/** @type {Value} */ h) => h.mul(tf.erf(h.mul(Math.SQRT1_2)).add(1)).mul(0.5);
  const split = (/** @type {Value} */ h, /** @type {Value} */ layer) =>
    dense(h, layer).reshape([batch, steps, heads, -1]).transpose([0, 2, 1, 3]);
  const causal = tf.linalg.bandPart(tf.ones([steps, steps]), -1, 0).cast("bool");

  // Rows of all sequences in one matrix: a product with a batch of matrices would copy the weights for each.
  let rows = x.reshape([batch * steps, width]);
  const normal = normalise(rows, params.norm1);
  const [query, key, value] = [params.query, params.key, params.value].map((layer) => split(normal, layer));
  const scores = tf.matMul(query, key, false, true).mul((width / heads) ** -0.5);
  const mixed = tf.matMul(tf.softmax(tf.where(causal, scores, -1e9)), value);
  rows = rows.add(dense(mixed.transpose([0, 2, 1, 3]).reshape([batch * steps, width]), params.merge));
  rows = rows.add(dense(gelu(dense(normalise(rows, params.norm2), params.up)), params.down));
  return dense(rows, params.head);
}
