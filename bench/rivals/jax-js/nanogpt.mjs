// @ts-nocheck: see start.mjs
import { jax } from "./start.mjs";
import { block, normalise } from "./transformer.mjs";

const { numpy: np } = jax;

export function logitsOf(params, x, task) {
  const [batch, steps] = x.shape;
  const { tokens, positions, norm } = params;
  const width = tokens.embeddings.shape[1];
  const vectors = np.take(tokens.embeddings.ref, x, 0).add(positions.embeddings);
  let rows = vectors.reshape([batch * steps, width]);
  for (let at = 1; `${at}.query` in params; at++) {
    const ones = Object.entries(params).filter(([name]) => name.startsWith(`${at}.`));
    rows = block(Object.fromEntries(ones.map(([name, one]) => [name.slice(`${at}.`.length), one])), rows, {
      ...task,
      batch,
      steps,
    });
  }
  return np.matmul(normalise(rows, norm, task.normEpsilon), tokens.embeddings.transpose());
}
