import { adam } from "../lib/task.mjs";

// jax-js asks the browser's `navigator` whether it runs on a phone; Node has one from version 21 on.
/** @type {any} */ (globalThis).navigator ??= { userAgent: `Node.js/${process.versions.node}` };
const {
  blockUntilReady,
  defaultDevice,
  init,
  jit,
  nn,
  numpy: np,
  tree,
  valueAndGrad,
} = await import("@jax-js/jax");

/** @param {import("../lib/task.mjs").Task} task */
export async function trainer({ widths, batch, kernels, x, labels }) {
  await init("wasm");
  defaultDevice("wasm");
  const layers = kernels.map((kernel, i) => ({
    kernel: np.array(kernel).reshape([widths[i], widths[i + 1]]),
    bias: np.zeros([widths[i + 1]]),
  }));
  const zeros = () => tree.map((/** @type {any} */ p) => np.zeros(p.shape), layers);
  const inputs = np.array(x).reshape([batch, widths[0]]);
  const targets = nn.oneHot(np.array(labels), widths[widths.length - 1]);

  /** @param {any[]} params @param {any} xs @param {any} ys */
  const lossOf = (params, xs, ys) => {
    let h = xs;
    params.forEach(({ kernel, bias }, i) => {
      h = np.matmul(h, kernel).add(bias);
      if (i < params.length - 1) h = nn.relu(h);
    });
    return nn
      .logSoftmax(h)
      .mul(ys)
      .sum()
      .mul(-1 / batch);
  };

  const step = jit(
    (
      /** @type {any} */ params,
      /** @type {any} */ m,
      /** @type {any} */ v,
      /** @type {any} */ t,
      /** @type {any} */ xs,
      /** @type {any} */ ys,
    ) => {
      const [loss, grads] = valueAndGrad(lossOf)(tree.ref(params), xs, ys);
      const { rate, beta1, beta2, epsilon } = adam;
      const nextM = tree.map(
        (/** @type {any} */ m, /** @type {any} */ g) => m.mul(beta1).add(g.mul(1 - beta1)),
        m,
        tree.ref(grads),
      );
      const nextV = tree.map(
        (/** @type {any} */ v, /** @type {any} */ g) => v.mul(beta2).add(g.ref.mul(g).mul(1 - beta2)),
        v,
        grads,
      );
      // t is [1 - beta1^step, 1 - beta2^step]
      const correction1 = t.ref.slice(0);
      const correction2 = t.slice(1);
      const next = tree.map(
        (/** @type {any} */ p, /** @type {any} */ m, /** @type {any} */ v) =>
          p.sub(
            m
              .div(correction1.ref)
              .mul(rate)
              .div(np.sqrt(v.div(correction2.ref)).add(epsilon)),
          ),
        params,
        tree.ref(nextM),
        tree.ref(nextV),
      );
      correction1.dispose();
      correction2.dispose();
      return [loss, next, nextM, nextV];
    },
  );

  let [params, m, v, count] = [layers, zeros(), zeros(), 0];
  return {
    threads: 1,
    /** @param {number} steps */
    async run(steps) {
      let loss;
      for (let i = 0; i < steps; i++) {
        count++;
        const t = np.array([1 - adam.beta1 ** count, 1 - adam.beta2 ** count]);
        loss?.dispose();
        [loss, params, m, v] = step(params, m, v, t, inputs.ref, targets.ref);
      }
      await blockUntilReady(params);
      return (await loss.data())[0];
    },
  };
}
