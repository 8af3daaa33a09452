// @ts-nocheck: see trainer.mjs
import { nn, numpy as np } from "@jax-js/jax";

export { arraysOf as weightsOf } from "./weights.mjs";

export function logitsOf(params, x, { heads, normEpsilon }) {
  const [batch, steps, width] = x.shape;
  const dense = (h, { kernel, bias }) => np.matmul(h, kernel).add(bias);
  const normalise = (h, { gamma, beta }) =>
    nn.standardize(h, -1, { epsilon: normEpsilon }).mul(gamma).add(beta);
  const split = (h, layer) => dense(h, layer).reshape([batch, steps, heads, -1]).transpose([0, 2, 1, 3]);
  const future = np.tri(steps).less(0.5);

  // Rows of all sequences in one matrix: its products are faster so.
  let rows = x.reshape([batch * steps, width]);
  const normal = normalise(rows.ref, params.norm1);
  const query = split(normal.ref, params.query);
  const key = split(normal.ref, params.key);
  const value = split(normal, params.value);
  // Written out: its own attention needs a method of iterators that Node has from version 22 on.
  const scores = np.matmul(query, key.transpose([0, 1, 3, 2])).mul((width / heads) ** -0.5);
  const mixed = np.matmul(nn.softmax(np.where(future, -1e9, scores)), value);
  rows = rows.add(dense(mixed.transpose([0, 2, 1, 3]).reshape([batch * steps, width]), params.merge));
  const wide = nn.gelu(dense(normalise(rows.ref, params.norm2), params.up), { approximate: false });
  rows = rows.add(dense(wide, params.down));
  return dense(rows, params.head);
}
