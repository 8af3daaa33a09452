import { expect, test } from "vitest";
import { gradients, tensor } from "../tensor/index.ts";
import { logSoftmax, logSumExp, softmax } from "./softmax.ts";

test("logits of any size: values and gradients are finite and right", () => {
  const x = tensor([
    [1e4, 1e4 - 1, -1e4],
    [-1e4, -1e4 - 1, -3e4],
  ]);
  const [value, p, logP] = [logSumExp(x), softmax(x), logSoftmax(x)];
  const [slope] = gradients(logSumExp(x).sum(), [x]);
  const likely = 1 / (1 + Math.exp(-1));
  expect(value.dataSync()[0]).toBeCloseTo(1e4 + Math.log1p(Math.exp(-1)), 2);
  for (const row of [0, 3]) {
    expect(p.dataSync()[row]).toBeCloseTo(likely, 6);
    expect(slope.dataSync()[row]).toBeCloseTo(likely, 6);
    expect(logP.dataSync()[row + 1]).toBeCloseTo(Math.log(1 - likely), 5);
  }
});

test("a row that is masked throughout is −∞, and NaN stays NaN", () => {
  expect(logSumExp([-Infinity, -Infinity]).itemSync()).toBe(-Infinity);
  expect(logSumExp([1, NaN]).itemSync()).toBeNaN();
  expect([...softmax([0, -Infinity]).dataSync()]).toEqual([1, 0]);
});

test("an infinite logit: the log-sum is infinite, and shares are ∞/∞", () => {
  expect(logSumExp([Infinity, 0, 200]).itemSync()).toBe(Infinity);
  expect(
    logSumExp(
      [
        [Infinity, -Infinity],
        [0, 0],
      ],
      -1,
      { keepDims: true },
    ).dataSync()[0],
  ).toBe(Infinity);
  expect([...softmax([Infinity, 0, 200]).dataSync()]).toEqual([NaN, NaN, NaN]);
});

test("axes and keepDims", () => {
  const x = tensor([
    [0, 1, 2],
    [3, 4, 5],
  ]);
  expect(logSumExp(x, 0).shape).toEqual([3]);
  expect(logSumExp(x, 1, { keepDims: true }).shape).toEqual([2, 1]);
  const sums = softmax(x, 0).sum(0).dataSync();
  for (const sum of sums) expect(sum).toBeCloseTo(1, 6);
});

test("second derivatives: the Hessian of log-sum-exp is diag(p) − p pᵀ", () => {
  const x = tensor([0.3, -1.2, 2]);
  const [p] = gradients(logSumExp(x), [x]);
  const [row] = gradients(p.slice([0], [1]).sum(), [x]);
  const [a, b, c] = softmax(x).dataSync();
  [a - a * a, -a * b, -a * c].forEach((want, i) => expect(row.dataSync()[i]).toBeCloseTo(want, 6));
});
