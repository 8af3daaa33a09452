import { expect, test } from "vitest";
import { suspects } from "./confident-learning.ts";

/** Probabilities of the second of two classes, as rows of both. */
const rows = (...seconds: number[]): Float64Array => Float64Array.from(seconds.flatMap((p) => [1 - p, p]));

test("a row is suspect where another class is seen as surely as in its own rows", () => {
  // Class 1 is seen with 0.9 on the mean of its rows: row 2, labelled 0, is as sure; row 3 is not.
  const labels = [0, 0, 0, 0, 1, 1];
  const found = suspects(labels, rows(0.1, 0.1, 0.95, 0.6, 0.9, 0.9), 2);
  expect(found).toEqual([{ row: 2, given: 0, looksLike: 1, margin: expect.closeTo(0.9, 12) }]);
});

test("the widest margin comes first, and rows of no class are left out", () => {
  const labels = [0, 1, 0, 1, -1, 2];
  const found = suspects(labels, rows(0.8, 0.02, 0.99, 0.6, 0.99, 0.99), 2);
  expect(found.map(({ row }) => row)).toEqual([2, 1, 0]);
});

test("a class that no row bears is never what a row looks like", () => {
  expect(suspects([0, 0], rows(0.9, 0.9), 2)).toEqual([]);
});
