// @ts-nocheck: see start.mjs
import { jax } from "./start.mjs";

const { numpy: np, tree } = jax;

/**
 * One update of all parameters, of which matrices decay. A function owns its arguments here and frees them with their last
 * use; `.ref` keeps one for another use. `t` is [1 − beta1^step, 1 − beta2^step, rate].
 */
export function adamUpdate({ beta1, beta2, epsilon, weightDecay, clip }, params, gradients, m, v, t) {
  const scaled = clip === 0 ? gradients : clipped(gradients, clip);
  const nextM = tree.map((m, g) => m.mul(beta1).add(g.mul(1 - beta1)), m, tree.ref(scaled));
  const nextV = tree.map((v, g) => v.mul(beta2).add(g.ref.mul(g).mul(1 - beta2)), v, scaled);
  const [correction1, correction2, rate] = [t.ref.slice(0), t.ref.slice(1), t.slice(2)];
  const updated = (p, m, v) => {
    const root = np.sqrt(v.div(correction2.ref)).add(epsilon);
    const decayed = weightDecay > 0 && p.shape.length >= 2 ? p.sub(p.ref.mul(rate.ref.mul(weightDecay))) : p;
    return decayed.sub(m.div(correction1.ref).mul(rate.ref).div(root));
  };
  const next = tree.map(updated, params, tree.ref(nextM), tree.ref(nextV));
  for (const used of [correction1, correction2, rate]) used.dispose();
  return [next, nextM, nextV];
}

/** All gradients, scaled together where their joint norm is longer than `limit`. */
function clipped(gradients, limit) {
  const squares = tree.leaves(tree.ref(gradients)).map((g) => g.ref.mul(g).sum());
  const scale = np.minimum(np.array(limit).div(np.sqrt(squares.reduce((a, b) => a.add(b)))), 1);
  const all = tree.map((g) => g.mul(scale.ref), gradients);
  scale.dispose();
  return all;
}

/** Such a `t`. */
export const timeOf = ({ beta1, beta2 }, step, rate) =>
  np.array([1 - beta1 ** step, 1 - beta2 ** step, rate]);

export const zerosLike = (params) => tree.map((p) => np.zeros(p.shape), params);
