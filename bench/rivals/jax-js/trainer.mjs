// @ts-nocheck: jax-js and its types are installed with the bench, not with the product, whose type check passes by here.

// jax-js asks the browser's `navigator` whether it runs on a phone; Node has one from version 21 on.
globalThis.navigator ??= { userAgent: `Node.js/${process.versions.node}` };
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

/** @param {import("../../lib/task.mjs").Task} task */
export async function trainer(task) {
  await init("wasm");
  defaultDevice("wasm");
  const { logitsOf, weightsOf } = await import(`./${task.model}.mjs`);
  const { rate, beta1, beta2, epsilon } = task.adam;
  const rows = task.labels.length;
  const inputs = np.array(task.x).reshape(task.input);
  const targets = nn.oneHot(np.array(task.labels), task.classes);

  const lossOf = (params, xs, ys) => {
    const logits = logitsOf(params, xs, task).reshape([rows, task.classes]);
    return nn
      .logSoftmax(logits)
      .mul(ys)
      .sum()
      .mul(-1 / rows);
  };

  // A function owns its arguments here and frees them with their last use; `.ref` keeps one for another use.
  // `t` is [1 − beta1^step, 1 − beta2^step].
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

  let params = weightsOf(task);
  const zeros = () => tree.map((p) => np.zeros(p.shape), params);
  let [m, v, count] = [zeros(), zeros(), 0];
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
