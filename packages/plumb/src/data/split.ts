/** Which rows train and which validate. */
import { PlumbError } from "../base/errors.ts";
import { rowNumbers, shuffleRows } from "./permutation.ts";

/**
 * How validation rows are chosen.
 * - `"stratified"`: by a seeded shuffle within each class, so that every class is represented in proportion.
 * - `"shuffled"`: by a seeded shuffle of all rows.
 * - `"last"`: the last rows as they stand, which is Keras's rule. Right for time series; wrong for sorted tables.
 */
export type SplitRule = (typeof splitRules)[number];
export const splitRules = ["stratified", "shuffled", "last"] as const;

/** Row numbers of the two parts. */
export interface Split {
  /** Row numbers, ascending. */
  readonly train: Int32Array;
  /** Row numbers, ascending. */
  readonly validation: Int32Array;
}

/** How to split. */
export interface SplitOptions {
  /** Share of the rows that validate, above 0 and below 1. */
  readonly fraction: number;
  readonly rule: SplitRule;
  readonly seed: number;
  /** The class of each row; needed by `"stratified"`. */
  readonly classes?: ArrayLike<number>;
}

/**
 * Splits `rows` row numbers into a training and a validation part.
 *
 * The validation part has rows − floor(rows · (1 − fraction)) rows, Keras's count. Stratified, each class gives its
 * proportional share by largest remainders, and a class of a single row stays in the training part.
 *
 * Errors: PL4004 when the fraction leaves one of the parts empty.
 */
export function splitRows(rows: number, { fraction, rule, seed, classes }: SplitOptions): Split {
  const trained = Math.floor(rows * (1 - fraction));
  if (!(fraction > 0 && fraction < 1) || trained === 0 || trained === rows)
    throw new PlumbError("PL4004", {
      asked: `A validation split of ${fraction} of ${rows} rows was asked for`,
      arrived: `That leaves ${Math.max(0, Math.min(rows, trained || 0))} rows to train and the rest to validate`,
      why: "Both parts need at least one row",
      fix: "Give a fraction between 0 and 1 that leaves rows on both sides, or pass validationData",
    });
  const validated = rows - trained;
  const chosen = new Uint8Array(rows);
  if (rule === "last") chosen.fill(1, trained);
  else if (rule === "stratified" && classes !== undefined) chooseByClass(chosen, classes, validated, seed);
  // Where each row is a class of its own there is nothing to stratify by.
  if (!chosen.includes(1)) {
    const order = rowNumbers(rows);
    shuffleRows(order, seed, "split");
    for (const row of order.subarray(0, validated)) chosen[row] = 1;
  }
  const numbers = rowNumbers(rows);
  return {
    train: numbers.filter((row) => chosen[row] === 0),
    validation: numbers.filter((row) => chosen[row] === 1),
  };
}

/** Marks about `count` rows in `chosen`, from each class its share. */
function chooseByClass(chosen: Uint8Array, classes: ArrayLike<number>, count: number, seed: number): void {
  const members = new Map<number, number[]>();
  for (let row = 0; row < chosen.length; row++) {
    const of = members.get(classes[row]);
    if (of) of.push(row);
    else members.set(classes[row], [row]);
  }
  const groups = [...members.entries()].sort(([a], [b]) => a - b).map(([, of]) => Int32Array.from(of));
  const exact = groups.map((group) => (group.length * count) / chosen.length);
  const taken = exact.map(Math.floor);
  let missing = count - taken.reduce((total, rows) => total + rows, 0);
  const byRemainder = groups
    .map((_, k) => k)
    .sort((a, b) => exact[b] - taken[b] - (exact[a] - taken[a]) || a - b);
  for (const k of byRemainder) {
    if (missing === 0) break;
    // No class may lose its last row: it could not be learned.
    if (taken[k] >= groups[k].length - 1) continue;
    taken[k] += 1;
    missing -= 1;
  }
  groups.forEach((group, k) => {
    shuffleRows(group, seed, "split", k);
    for (const row of group.subarray(0, taken[k])) chosen[row] = 1;
  });
}
