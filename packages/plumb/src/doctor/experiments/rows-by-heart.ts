/** Rows that a model is to learn by heart, and whether it can be asked to. */
import { rowKeys } from "../data/hashes.ts";
import { pseudoShuffled } from "../statistics/sampling.ts";
import type { ModelSubject } from "../subjects/model.ts";
import { linear, type Target } from "./simple-models.ts";

/** Rows to be learnt by heart. */
export const rowsByHeart = 16;

/** Rows among which they are chosen. */
const mostSeen = 512;

/** Rows that differ from each other, spread over the classes; undefined where there are too few of them. */
export function differentRows({ data: { training } }: ModelSubject): Int32Array | undefined {
  const seen = new Set<number>();
  const byClass = new Map<number, number[]>();
  const [labels] = training.labels;
  const rows = pseudoShuffled(training.rows).subarray(0, mostSeen);
  const keys = rowKeys({
    ...training,
    rows: rows.length,
    inputs: training.inputs.map((table) => table.select(rows)),
  });
  for (const [i, row] of rows.entries()) {
    if (seen.has(keys[i])) continue;
    seen.add(keys[i]);
    const of = labels?.areClasses === true && labels.table.shape.length <= 2 ? labels.classes[row] : 0;
    const known = byClass.get(of) ?? [];
    byClass.set(of, known);
    if (known.length < rowsByHeart) known.push(row);
  }
  const chosen: number[] = [];
  for (let turn = 0; chosen.length < rowsByHeart && turn < rowsByHeart; turn++)
    for (const known of byClass.values())
      if (turn < known.length && chosen.length < rowsByHeart) chosen.push(known[turn]);
  return chosen.length < rowsByHeart ? undefined : Int32Array.from(chosen);
}

/** Whether the model can bend, or a straight line would do for these rows: leave less than a share of the squared error. */
export function bends(
  { layers, data: { training } }: ModelSubject,
  rows: Int32Array,
  enough: number,
): boolean {
  const weighted = layers.filter(({ layer }) => layer.weights.length > 0);
  if (weighted.length > 1 && layers.slice(0, -1).some(({ activation }) => activation !== undefined))
    return true;
  const [[table], [of]] = [training.inputs, training.labels];
  if (training.inputs.length !== 1 || training.labels.length !== 1) return true;
  if (of.table.shape.length > 2 || (!of.areClasses && of.table.width > 1)) return true;
  const { values, width } = table.select(rows);
  if (width >= 4 * rowsByHeart) return true;
  const target: Target = of.areClasses
    ? { kind: "classes", of: Int32Array.from(rows, (row) => of.classes[row]), classes: of.count }
    : { kind: "values", of: Float64Array.from(rows, (row) => of.table.at(row, 0)) };
  const x = { values: values as ArrayLike<number>, rows: rows.length, width };
  const places = Int32Array.from(rows, (_, i) => i);
  const answer = linear(x, target, places);
  const wanted = (i: number): readonly number[] =>
    target.kind === "values"
      ? [target.of[i]]
      : Array.from({ length: target.classes }, (_, k) => Number(target.of[i] === k));
  const error = (of: (i: number) => ArrayLike<number>): number =>
    places.reduce((sum, i) => {
      const guess = of(i);
      return sum + wanted(i).reduce((own, value, k) => own + (value - guess[k]) ** 2, 0);
    }, 0);
  const means = wanted(0).map((_, k) => places.reduce((sum, i) => sum + wanted(i)[k], 0) / places.length);
  return error((i) => answer(x, i)) < enough * error(() => means);
}
