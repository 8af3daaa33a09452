import { expect, test } from "vitest";
import { gradients, stack, tensor, type Tensor } from "../tensor/index.ts";
import { sparsemax, sparsePlus, sparseSigmoid } from "./sparsemax.ts";

const flat = (y: Tensor): number[] => [...y.dataSync()];
const expectClose = (got: ArrayLike<number>, want: readonly number[], digits = 6): void => {
  expect(got.length).toBe(want.length);
  want.forEach((value, i) => expect(got[i]).toBeCloseTo(value, digits));
};

/** The nearest point of the simplex, by bisection for the τ at which Σ max(x − τ, 0) is 1. */
function nearest(row: readonly number[]): number[] {
  let [low, high] = [Math.max(...row) - 1, Math.max(...row)];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    const total = row.reduce((sum, value) => sum + Math.max(value - middle, 0), 0);
    if (total > 1) low = middle;
    else high = middle;
  }
  return row.map((value) => Math.max(value - low, 0));
}

const rows = [
  [0.3, -0.2, 0.25, 1, 0.9],
  [1.27, -1.02, -0.04, 0.59, 0.74],
  [5, 5, 5, 5, 5],
  [0, 0, 0, -8, 20],
  [0.1, 0.11, 0.12, 0.13, 0.14],
  // The fourth is left out by a hair.
  [1, 0.9, 0.8, 0.55, 0],
];

test("gives the nearest probabilities, along any axis, however large the logits", () => {
  expectClose(flat(sparsemax(rows)), rows.flatMap(nearest));
  expectClose(flat(sparsemax(tensor(rows).transpose(), 0).transpose()), rows.flatMap(nearest));
  expectClose(flat(sparsemax(tensor(rows).add(1e3))), rows.flatMap(nearest), 4);
  expectClose(flat(sparsemax([0.5, -Infinity, 1])), [0.25, 0, 0.75]);
});

test("its gradient is that of the logits, less their mean over the entries that are not 0", () => {
  const x = tensor(rows);
  const cotangent = rows.map((row, i) => row.map((_, k) => Math.sin(3 * i + k)));
  const [slope] = gradients(sparsemax(x).mul(tensor(cotangent)).sum(), [x]);
  const want = rows.flatMap((row, i) => {
    const kept = nearest(row).map((p) => p > 0);
    const inside = cotangent[i].filter((_, k) => kept[k]);
    const mean = inside.reduce((a, b) => a + b, 0) / inside.length;
    return cotangent[i].map((value, k) => (kept[k] ? value - mean : 0));
  });
  expectClose(flat(slope), want);
});

test("sparseSigmoid is sparsemax for two, and the slope of sparsePlus", () => {
  const x = tensor([-3, -1, -0.9, -0.3, 0, 0.6, 0.95, 1.5]);
  const two = sparsemax(stack([x, x.mul(0)], 1));
  expectClose(flat(two.slice([0, 0], [8, 1])), flat(sparseSigmoid(x)));
  expectClose(flat(gradients(sparsePlus(x).sum(), [x])[0]), flat(sparseSigmoid(x)));
});
