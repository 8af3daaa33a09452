import { expect, test } from "vitest";
import { gradients, tensor } from "../tensor/index.ts";
import { norm, standardDeviation, variance } from "./moments.ts";

test("variance keeps its digits where the mean is large, divides by n or n − 1, and folds the axes it is told", () => {
  const far = tensor([2000, 2001, 2002]);
  expect(variance(far).itemSync()).toBeCloseTo(2 / 3, 6);
  expect(variance(far, undefined, { ddof: 1 }).itemSync()).toBeCloseTo(1, 6);
  const table = tensor([
    [1, 2],
    [3, 6],
  ]);
  expect([...variance(table, 0).dataSync()]).toEqual([1, 4]);
  expect(standardDeviation(table, 0, { keepDims: true }).shape).toEqual([1, 2]);
});

test("roots have gradient 0 where all is 0, not NaN", () => {
  const zero = tensor([0, 0]);
  const equal = tensor([3, 3]);
  expect([...gradients(norm(zero), [zero])[0].dataSync()]).toEqual([0, 0]);
  expect([...gradients(standardDeviation(equal), [equal])[0].dataSync()]).toEqual([0, 0]);
  expect(norm([3, 4]).itemSync()).toBe(5);
});
