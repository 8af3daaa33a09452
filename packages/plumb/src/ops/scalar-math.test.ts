import { describe, expect, it } from "vitest";
import { erf, nearest, pow, sigmoid } from "./scalar-math.ts";

describe("erf", () => {
  // mpmath 1.3.0 at 40 digits, rounded.
  it.each([
    [1e-10, 1.1283791670955126e-10],
    [0.5, 0.5204998778130465],
    [1, 0.8427007929497149],
    [2, 0.9953222650189527],
    [2.999999, 0.999977909363748],
    [3, 0.9999779095030014],
    [4, 0.9999999845827421],
    [5, 0.9999999999984626],
  ])("of %d", (x, expected) => {
    expect(Math.abs(erf(x) - expected) / expected).toBeLessThan(1e-15);
    expect(erf(-x)).toBe(-erf(x));
  });

  it("has its limits", () => {
    expect([erf(0), erf(Infinity), erf(-Infinity), erf(7), erf(NaN)]).toEqual([0, 1, -1, 1, NaN]);
    expect(erf(-0)).toBe(-0);
  });
});

it("nearest takes halves to the even number and keeps the sign of zero", () => {
  const given = [0.5, 1.5, 2.5, -0.5, -1.5, -2.5, 0.49999999999999994, -0.3, -0, 2 ** 52 + 1, Infinity, NaN];
  const expected = [0, 2, 2, -0, -2, -2, 0, -0, -0, 2 ** 52 + 1, Infinity, NaN];
  expect(given.map(nearest)).toEqual(expected);
});

it("pow follows IEEE 754 where JavaScript does not", () => {
  expect([pow(1, NaN), pow(1, Infinity), pow(-1, -Infinity), pow(NaN, 0)]).toEqual([1, 1, 1, 1]);
  expect([pow(-8, 1 / 3), pow(NaN, 1), pow(2, 10)]).toEqual([NaN, NaN, 1024]);
});

it("sigmoid keeps its digits far below zero", () => {
  expect(sigmoid(-100) / Math.exp(-100)).toBeCloseTo(1, 12);
  expect([sigmoid(0), sigmoid(Infinity), sigmoid(-Infinity)]).toEqual([0.5, 1, 0]);
});
