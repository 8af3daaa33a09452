import { Dense, Input, Sequential } from "plumb-ml";

/** @param {import("../../lib/task.mjs").Training} task */
export function modelOf({ input, weights }) {
  const widths = Object.values(weights).map(({ bias }) => bias.shape[0]);
  const last = widths.length - 1;
  return new Sequential([
    Input({ shape: input.slice(1) }),
    ...widths.map((units, i) => new Dense(units, { activation: i < last ? "relu" : "linear" })),
  ]);
}
