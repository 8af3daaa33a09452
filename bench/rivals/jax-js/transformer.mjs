// @ts-nocheck: see start.mjs
import { jax } from "./start.mjs";

const { nn, numpy: np } = jax;

const dense = (h, { kernel, bias }) => {
  const product = np.matmul(h, kernel);
  return bias === undefined ? product : product.add(bias);
};

export function normalise(h, { gamma, beta }, epsilon) {
  const normal = nn.standardize(h, -1, { epsilon }).mul(gamma);
  return beta === undefined ? normal : normal.add(beta);
}

/** Rows of all sequences in one matrix: its products are faster so. */
export function block(params, rows, { batch, steps, heads, normEpsilon }) {
  const width = rows.shape[1];
  const split = (h, layer) => dense(h, layer).reshape([batch, steps, heads, -1]).transpose([0, 2, 1, 3]);
  const future = np.tri(steps).less(0.5);

  const normal = normalise(rows.ref, params.norm1, normEpsilon);
  const query = split(normal.ref, params.query);
  const key = split(normal.ref, params.key);
  const value = split(normal, params.value);
  // Written out: its own attention needs a method of iterators that Node has from version 22 on.
  const scores = np.matmul(query, key.transpose([0, 1, 3, 2])).mul((width / heads) ** -0.5);
  const mixed = np.matmul(nn.softmax(np.where(future, -1e9, scores)), value);
  const mid = rows.add(dense(mixed.transpose([0, 2, 1, 3]).reshape([batch * steps, width]), params.merge));
  const wide = nn.gelu(dense(normalise(mid.ref, params.norm2, normEpsilon), params.up), {
    approximate: false,
  });
  return mid.add(dense(wide, params.down));
}

export function logitsOf({ head, ...params }, x, task) {
  const [batch, steps, width] = x.shape;
  return dense(block(params, x.reshape([batch * steps, width]), { ...task, batch, steps }), head);
}
