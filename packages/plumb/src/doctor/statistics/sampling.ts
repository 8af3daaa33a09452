/** Rows chosen by a fixed order, so that a diagnosis says the same each time. */
import { rowNumbers, shuffleRows } from "../../data/index.ts";

/** 0 … count − 1 in an order that is always the same and looks like chance. */
export function pseudoShuffled(count: number): Int32Array {
  const rows = rowNumbers(count);
  shuffleRows(rows, 0x646f63, "split");
  return rows;
}

/** At most `most` of the rows, ascending. */
export const sampleOf = (count: number, most: number): Int32Array =>
  count <= most ? rowNumbers(count) : pseudoShuffled(count).subarray(0, most).sort();
