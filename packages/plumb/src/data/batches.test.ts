import { expect, test } from "vitest";
import { Batches } from "./batches.ts";

/** All rows of an epoch, batch by batch. */
function epoch(batches: Batches): number[][] {
  return Array.from({ length: batches.steps }, (_, step) => {
    const rows = new Int32Array(batches.sizeOf(step));
    batches.fill(step, rows);
    return [...rows];
  });
}

test("unshuffled, rows come in order and the last batch is the remainder", () => {
  const batches = new Batches(Int32Array.of(3, 5, 7, 9, 11), 2);
  expect(epoch(batches)).toEqual([[3, 5], [7, 9], [11]]);
  expect(batches.sizes).toEqual([2, 1]);
});

test("without a remainder there is one size", () => {
  expect(new Batches(new Int32Array(6), 3).sizes).toEqual([3]);
  expect(new Batches(new Int32Array(6), 32).sizes).toEqual([6]);
});

test("an epoch's order depends on seed and epoch, not on the epochs before it", () => {
  const rows = Int32Array.from({ length: 40 }, (_, row) => row);
  const [straight, jumped] = [new Batches(rows, 8), new Batches(rows, 8)];
  for (const e of [0, 1, 2, 3]) straight.shuffle(5, e);
  jumped.shuffle(5, 3);
  expect(epoch(straight)).toEqual(epoch(jumped));
  expect(
    epoch(straight)
      .flat()
      .sort((a, b) => a - b),
  ).toEqual([...rows]);
  straight.shuffle(6, 3);
  expect(epoch(straight)).not.toEqual(epoch(jumped));
});
