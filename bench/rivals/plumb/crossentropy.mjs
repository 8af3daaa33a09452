import { setUp } from "./setting.mjs";

/** @param {import("../../lib/task.mjs").CrossentropyTask} task @param {import("../../lib/task.mjs").Setting} setting */
export async function prepare(task, setting) {
  const way = await setUp(setting);
  const { compile, gradients, SparseCategoricalCrossentropy, tensor, Variable } = await import("plumb-ml");
  const loss = new SparseCategoricalCrossentropy({ fromLogits: true });
  const labels = tensor(task.labels);
  // Variables stay in the engine's memory, as a rival's arrays in its own; the results of functions are handed out.
  const logits = new Variable(tensor(task.logits.values, task.logits.shape));
  const gradient = new Variable(tensor([0]).broadcastTo(task.gradient ? task.logits.shape : [1]));

  const once = compile(() => {
    const value = loss.call(labels, logits.read());
    if (task.gradient) gradient.assign(gradients(value, [logits])[0]);
    return value;
  });
  const loop = (/** @type {number} */ times) => {
    let value = once();
    for (let i = 1; i < times; i++) value = once();
    return value.itemSync();
  };

  return {
    ...way,
    /** @param {number} times */
    run: (times) => void loop(times),
    /** @param {number} times */
    check(times) {
      const value = loop(times);
      if (!task.gradient) return [value];
      const values = gradient.dataSync();
      return [value, ...Array.from(task.sample, (at) => values[at])];
    },
  };
}
