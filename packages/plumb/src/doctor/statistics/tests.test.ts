import { describe, expect, test } from "vitest";
import { pseudo } from "../made-up.ts";
import { binomialTail, kolmogorovSmirnov, runsTest, sameShares } from "./tests.ts";

describe("binomialTail", () => {
  test("adds up the probabilities of all longer runs of luck", () => {
    // Of 4 throws of a coin: 1 4 6 4 1 sixteenths.
    expect([0, 1, 2, 3, 4].map((k) => 16 * binomialTail(k, 4, 0.5))).toEqual(
      [16, 15, 11, 5, 1].map((of) => expect.closeTo(of, 10)),
    );
    expect(binomialTail(10, 10, 0.3)).toBeCloseTo(0.3 ** 10, 12);
  });

  test("successes and failures are two sides of the same, also of many trials", () => {
    for (const [k, n, p] of [
      [30, 100, 0.25],
      [900, 3000, 0.3],
      [2, 5000, 0.001],
    ])
      expect(binomialTail(k, n, p) + binomialTail(n - k + 1, n, 1 - p)).toBeCloseTo(1, 9);
    // 10 standard deviations out, and no rounding of 1 − 1.
    expect(binomialTail(200, 400, 0.25)).toBeGreaterThan(0);
    expect(binomialTail(200, 400, 0.25)).toBeLessThan(1e-20);
  });
});

test("what comes by chance is told as seldom as it says, and what does not always", () => {
  const draws = 400;
  const share = (told: (draw: number) => boolean): number =>
    Array.from({ length: draws }, (_, draw) => Number(told(draw))).reduce((a, b) => a + b) / draws;
  const drawn = (from: number, count: number): number[] =>
    Array.from({ length: count }, (_, i) => pseudo(1000 * from + i));
  const ascending = (values: number[]): number[] => values.toSorted((a, b) => a - b);
  expect(
    share(
      (d) => kolmogorovSmirnov(ascending(drawn(d, 80)), ascending(drawn(d + 500, 50))).probability < 0.05,
    ),
  ).toBeLessThan(0.08);
  expect(share((d) => runsTest(drawn(d, 100).map((of) => of > 0.4)) < 0.05)).toBeLessThan(0.08);
  const counts = (values: number[]): number[] =>
    [0, 1, 2].map((k) => values.filter((of) => Math.floor(3 * of) === k).length);
  expect(share((d) => sameShares(counts(drawn(d, 90)), counts(drawn(d + 500, 60))) < 0.05)).toBeLessThan(
    0.08,
  );
  expect(runsTest(Array.from({ length: 40 }, (_, i) => i < 20))).toBeLessThan(1e-6);
  expect(sameShares([40, 10, 10], [5, 20, 5])).toBeLessThan(1e-4);
  expect(
    kolmogorovSmirnov(ascending(drawn(1, 80)), ascending(drawn(2, 80).map((of) => of + 0.4))).probability,
  ).toBeLessThan(1e-4);
});
