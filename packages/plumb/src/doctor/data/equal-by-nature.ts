/** Data whose rows are equal by their nature: few columns of few values, and the contexts of a text. */
import { sampleOf } from "../statistics/sampling.ts";
import type { Part } from "../subjects/data.ts";
import { Table } from "../subjects/table.ts";
import { grouped, rowKeys } from "./hashes.ts";

/** Of the pairs of equal rows so many are to be expected of such columns, were they independent: copies make far more. */
const accident = 0.3;

/** Different rows / rows: where each comes five times, as with few categories one by one or as marks, it is their nature. */
const different = 0.2;

/** So many rows are looked at for how often a column repeats itself. */
const comparedRows = 1000;

/** Whether columns with these values would have about as many equal rows if each row drew its values one by one. */
export function isAccident({ inputs, rows }: Part): boolean {
  const groups = grouped(rowKeys({ inputs, rows }));
  if (groups.size < different * rows) return true;
  if (inputs.length === 1 && inputs[0].width === 1) return false;
  let equal = 0;
  for (const { length } of groups.values()) equal += (length * (length - 1)) / 2;
  let expected = (rows * (rows - 1)) / 2;
  for (const table of inputs) {
    const sample = table.select(sampleOf(rows, comparedRows));
    for (let column = 0; column < sample.width && expected > 0; column++)
      expected *= shareOfEqual(sample.column(column));
  }
  return expected > accident * equal;
}

/** The share of the pairs of values that are equal. */
function shareOfEqual(values: Float64Array): number {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  let pairs = 0;
  for (const count of counts.values()) pairs += count * (count - 1);
  return pairs / (values.length * (values.length - 1));
}

/** Of the rows so many have a follower: the ends of texts have none, nor has a row whose follower was held out. */
const followed = 0.5;

const known = new WeakMap<Part, boolean>();

/**
 * Whether rows are the contexts of a text or another series of codes, and labels what comes next: the row that is moved on
 * by its label is mostly a row as well. The same context goes on in many ways, and some codes are rare.
 */
export function areContexts(part: Part): boolean {
  let are = known.get(part);
  if (are === undefined) known.set(part, (are = compareContexts(part)));
  return are;
}

function compareContexts(part: Part): boolean {
  const [{ values, shape, width, rows }] = part.inputs;
  const [labels] = part.labels;
  if (part.inputs.length > 1 || shape.length !== 2 || width < 2) return false;
  if (labels === undefined || labels.table.width !== 1) return false;
  // Marks of 0 and 1 are rows of marks wherever they are moved to.
  const { low, high } = labels.table.whole;
  if (!(high - low > 1)) return false;
  const moved = new Float32Array(values.length);
  for (let row = 0, at = 0; row < rows; row++)
    for (let column = 0; column < width; column++, at++) {
      moved[at] = Number(column + 1 < width ? values[at + 1] : labels.table.values[row]);
      if (!Number.isInteger(moved[at])) return false;
    }
  const groups = grouped(rowKeys(part));
  const keys = rowKeys({ inputs: [new Table("moved on", { values: moved, shape, dtype: "float32" })], rows });
  return keys.filter((key) => groups.has(key)).length >= followed * rows;
}
