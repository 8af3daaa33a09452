/** How a loss of the user's own makes one number of many rows: a mean treats rows alike, and knows which answer is whose. */
import type { Loss } from "../../losses/index.ts";
import { concat, type Tensor } from "../../tensor/index.ts";
import { Labels } from "../subjects/labels.ts";
import { tensorOf } from "../subjects/model.ts";
import type { Table } from "../subjects/table.ts";
import { lossOf } from "./loss-values.ts";

/** Rows that are scored one by one, in two halves. */
const mostRows = 16;

/** So little, per size of a loss of one row, may be rounding. */
export const rounding = 1e-5;

/** What a loss does with rows that a mean over them does not; its value for all of them, and the mean of those of single rows. */
export type RowFault =
  /** Another row's answer in the place of each leaves it as it is. */
  | { readonly kind: "anyRow"; readonly together: number; readonly single: number; readonly rows: number }
  /** Only the worst row counts. */
  | { readonly kind: "worstRow"; readonly together: number; readonly single: number; readonly rows: number };

/** Undefined where it does neither, or where it cannot be told: too few rows, or answers or labels that are all alike. */
export function rowFault(loss: Loss<any>, all: Labels, answers: Tensor): RowFault | undefined {
  const rows = Math.min(mostRows, all.rows);
  if (rows < mostRows) return undefined;
  const labelsOf = (from: number, to: number): Labels =>
    new Labels(all.table.select(Int32Array.from({ length: to - from }, (_, i) => from + i)), all);
  const of = (from: number, to: number): number | undefined =>
    lossOf(loss, labelsOf(from, to), answers.slice([from], [to - from]));
  const singles = Array.from({ length: rows }, (_, row) => of(row, row + 1));
  const known = singles.filter((value) => value !== undefined && Number.isFinite(value)) as number[];
  const labels = labelsOf(0, rows);
  const together = of(0, rows);
  if (known.length < rows || together === undefined) return undefined;
  const size = Math.max(...known.map(Math.abs));
  const near = (a: number, b: number, per = size): boolean => Math.abs(a - b) <= rounding * per;
  const single = known.reduce((sum, value) => sum + value, 0) / rows;
  const halves = [0, rows / 2].map((from) => {
    const value = of(from, from + rows / 2);
    return { value: value ?? NaN, worst: Math.max(...known.slice(from, from + rows / 2)) };
  });
  const worst = Math.max(...known);
  if (
    near(together, worst) &&
    halves.every(({ value, worst: of }) => near(value, of)) &&
    worst > 1.1 * Math.abs(single)
  )
    return { kind: "worstRow", together, single, rows };
  // Where every row costs the same whatever is answered, there is nothing to exchange.
  if (known.every((value) => near(value, known[0]))) return undefined;
  const head = answers.slice([0], [rows]);
  // Single rows may cost anything where a loss divides by how much the labels of a batch vary.
  const usual = Math.max(Math.abs(together), ...halves.map(({ value }) => Math.abs(value)));
  for (const by of [1, 3, 7]) {
    const rolled = concat([head.slice([by], [rows - by]), head.slice([0], [by])], 0);
    if (!differ(head, rolled) || !differ(tensorOf(labels.table), tensorOf(turned(labels.table, by))))
      return undefined;
    const value = lossOf(loss, labels, rolled);
    if (value === undefined || !near(value, together, usual)) return undefined;
  }
  return { kind: "anyRow", together, single, rows };
}

/** The rows that stand `by` further on. */
const turned = (table: Table, by: number): Table =>
  table.select(Int32Array.from({ length: table.rows }, (_, row) => (row + by) % table.rows));

/** Whether values lie apart by more than 1% of the largest. */
function differ(a: Tensor, b: Tensor): boolean {
  const [one, other] = [a.dataSync(), b.dataSync()];
  let [apart, most] = [0, 0];
  for (let i = 0; i < one.length; i++) {
    apart = Math.max(apart, Math.abs(Number(one[i]) - Number(other[i])));
    most = Math.max(most, Math.abs(Number(one[i])));
  }
  return apart > 0.01 * most;
}
