/** How large the numbers are that meet the first weights of a model. */
import type { ModelSubject } from "../subjects/model.ts";
import type { Table } from "../subjects/table.ts";
import type { ProbedModel } from "./first-look.ts";

/** The size (√ of the mean square) of what the first layer with weights takes; rows of an embedding are looked up, and count as 1. */
export function inputSize({ data, layers }: ModelSubject, { layers: probed }: ProbedModel): number {
  const first = layers.findIndex(({ layer }) => layer.weights.length > 0);
  if (first < 0 || layers[first].className === "Embedding") return 1;
  // A layer that brings its input to a common size gives it as the first thing.
  const scaled = layers[first].className.endsWith("Normalization") ? first : first - 1;
  const before = scaled < 0 ? undefined : probed.find(({ name }) => name === layers[scaled].name);
  if (before !== undefined) return Math.max(1, Math.hypot(before.mean, before.deviation));
  return Math.max(1, ...data.training.inputs.map(sizeOfTable));
}

function sizeOfTable(table: Table): number {
  let squares = 0;
  for (let column = 0; column < table.width; column++) {
    const { mean, deviation } = table.facts(column);
    if (Number.isFinite(mean)) squares += mean ** 2 + deviation ** 2;
  }
  return Math.sqrt(squares / Math.max(1, table.width));
}
