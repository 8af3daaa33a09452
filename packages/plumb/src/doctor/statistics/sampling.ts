/** Rows chosen by a fixed order, so that a diagnosis says the same each time. */
import { rowNumbers, shuffleRows } from "../../data/index.ts";

/** 0 … count − 1 in an order that is always the same and looks like chance. */
export function pseudoShuffled(count: number): Int32Array {
  const rows = rowNumbers(count);
  shuffleRows(rows, 0x646f63, "split");
  return rows;
}

/** At most `most` of the rows, spread over all of them, in an order that is always the same and looks like chance. */
export function pseudoChosen(count: number, most: number): Int32Array {
  const order = pseudoShuffled(Math.min(count, most));
  if (count <= most) return order;
  // One of each stretch, so that a large set is not gone through.
  return order.map((stretch, i) => {
    const [from, to] = [stretch, stretch + 1].map((of) => Math.floor((of * count) / most));
    return from + Math.floor((order[most - 1 - i] / most) * (to - from));
  });
}

/** At most `most` of the rows, ascending. */
export const sampleOf = (count: number, most: number): Int32Array =>
  count <= most ? rowNumbers(count) : pseudoShuffled(count).subarray(0, most).sort();
