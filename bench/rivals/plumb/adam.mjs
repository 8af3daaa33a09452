import { setUp } from "./setting.mjs";

/** @param {import("../../lib/task.mjs").AdamTask} task @param {import("../../lib/task.mjs").Setting} setting */
export async function prepare({ params, gradients, optimizer: options, sample }, setting) {
  const way = await setUp(setting);
  const { compile, tensor, Variable } = await import("plumb-ml");
  const { optimizerFor } = await import("./parts.mjs");
  const variables = params.map(({ values, shape }) => new Variable(tensor(values, shape)));
  const slopes = gradients.map(({ values, shape }) => new Variable(tensor(values, shape)));
  const optimizer = optimizerFor(options, variables);
  optimizer.build(variables);
  const update = compile(() =>
    optimizer.apply(
      slopes.map((slope) => slope.read()),
      variables,
    ),
  );
  const run = (/** @type {number} */ times) => {
    for (let i = 0; i < times; i++) update();
  };
  return {
    ...way,
    run,
    /** @param {number} times */
    check(times) {
      run(times);
      const values = variables[0].dataSync();
      return Array.from(sample, (at) => values[at]);
    },
  };
}
