// @ts-nocheck: jax-js and its types are installed with the bench, not with the product, whose type check passes by here.
import { adam } from "../lib/task.mjs";

// jax-js asks the browser's `navigator` whether it runs on a phone; Node has one from version 21 on.
globalThis.navigator ??= { userAgent: `Node.js/${process.versions.node}` };
const jax = await import("@jax-js/jax");
const { blockUntilReady, defaultDevice, init, jit, nn, numpy: np, tree, valueAndGrad } = jax;

/** @param {import("../lib/task.mjs").Task} task */
export async function trainer({ widths, batch, kernels, x, labels }) {
  await init("wasm");
  defaultDevice("wasm");
  const layers = kernels.map((kernel, i) => ({
    kernel: np.array(kernel).reshape([widths[i], widths[i + 1]]),
    bias: np.zeros([widths[i + 1]]),
  }));
  const zeros = () => tree.map((p) => np.zeros(p.shape), layers);
  const inputs = np.array(x).reshape([batch, widths[0]]);
  const targets = nn.oneHot(np.array(labels), widths[widths.length - 1]);

  // A function owns its arguments here and frees them with their last use; `.ref` keeps one for another use.
  const lossOf = (params, xs, ys) => {
    let h = xs;
    for (const [i, { kernel, bias }] of params.entries()) {
      h = np.matmul(h, kernel).add(bias);
      if (i < params.length - 1) h = nn.relu(h);
    }
    return nn
      .logSoftmax(h)
      .mul(ys)
      .sum()
      .mul(-1 / batch);
  };

  const { rate, beta1, beta2, epsilon } = adam;
  /** `t` is [1 − beta1^step, 1 − beta2^step]. */
  const step = jit((params, m, v, t, xs, ys) => {
    const [loss, grads] = valueAndGrad(lossOf)(tree.ref(params), xs, ys);
    const nextM = tree.map((m, g) => m.mul(beta1).add(g.mul(1 - beta1)), m, tree.ref(grads));
    const nextV = tree.map((v, g) => v.mul(beta2).add(g.ref.mul(g).mul(1 - beta2)), v, grads);
    const [correction1, correction2] = [t.ref.slice(0), t.slice(1)];
    const updated = (p, m, v) => {
      const root = np.sqrt(v.div(correction2.ref)).add(epsilon);
      return p.sub(m.div(correction1.ref).mul(rate).div(root));
    };
    const next = tree.map(updated, params, tree.ref(nextM), tree.ref(nextV));
    correction1.dispose();
    correction2.dispose();
    return [loss, next, nextM, nextV];
  });

  let [params, m, v, count] = [layers, zeros(), zeros(), 0];
  return {
    threads: 1,
    /** @param {number} steps */
    async run(steps) {
      let loss;
      for (let i = 0; i < steps; i++) {
        count++;
        loss?.dispose();
        const t = np.array([1 - beta1 ** count, 1 - beta2 ** count]);
        [loss, params, m, v] = step(params, m, v, t, inputs.ref, targets.ref);
        // Waiting at each step keeps its list of pending work short; with a long one a step takes many times as long.
        await blockUntilReady(params);
      }
      return (await loss.data())[0];
    },
  };
}
