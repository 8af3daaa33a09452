import { expect, it } from "vitest";
import { decide, probabilitiesOf, scoreClasses, scoreRegression, unscaled } from "./score.ts";

it("counts classes: truth down, prediction across", () => {
  const score = scoreClasses(Int32Array.of(0, 0, 0, 1, 1, 2), Int32Array.of(0, 0, 1, 1, 0, 0), [
    "a",
    "b",
    "c",
  ]);
  expect(score.confusion).toEqual([
    [2, 1, 0],
    [1, 1, 0],
    [1, 0, 0],
  ]);
  expect(score.accuracy).toBe(3 / 6);
  expect(score.perClass.a).toEqual({ precision: 2 / 4, recall: 2 / 3, f1: 4 / 7, rows: 3 });
  expect(score.perClass.c).toEqual({ precision: 0, recall: 0, f1: 0, rows: 1 });
  expect(score.macroF1).toBeCloseTo((4 / 7 + 1 / 2 + 0) / 3, 12);
});

it("a class that neither occurs nor is predicted does not lower the mean F1", () => {
  expect(scoreClasses(Int32Array.of(0, 1), Int32Array.of(0, 1), ["a", "b", "c"]).macroF1).toBe(1);
});

it("one output is the probability of the second class", () => {
  expect([...probabilitiesOf([0.25, 0.75], 1, 2)]).toEqual([0.75, 0.25, 0.25, 0.75]);
  expect([...decide(Float64Array.of(0.75, 0.25, 0.25, 0.75, 0.5, 0.5), 2)]).toEqual([0, 1, 0]);
});

it("measures quantities in double: prices keep their cents", () => {
  const truth = Float64Array.of(1e9, 1e9 + 1, 1e9 + 2);
  const score = scoreRegression(truth, Float64Array.of(1e9 + 1, 1e9 + 1, 1e9 + 1));
  expect(score).toEqual({ r2: 0, mse: 2 / 3, rmse: Math.sqrt(2 / 3), mae: 2 / 3 });
});

it("brings outputs back to the target's units", () => {
  expect([...unscaled([-1, 0, 2], { mean: 100, deviation: 10 })]).toEqual([90, 100, 120]);
});
