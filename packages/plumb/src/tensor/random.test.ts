import { describe, expect, it } from "vitest";
import { generatorState } from "../base/seed.ts";
import { random, seed, type Tensor } from "./index.ts";

const n = 20_000;
const values = (x: Tensor): number[] => Array.from(x.dataSync());
const mean = (x: readonly number[]): number => x.reduce((a, b) => a + b, 0) / x.length;
function spread(x: readonly number[]): number {
  const center = mean(x);
  return Math.sqrt(mean(x.map((value) => (value - center) ** 2)));
}

/** How far a mean of n draws of this standard deviation may be off: five standard errors. */
const error = (stddev: number): number => (5 * stddev) / Math.sqrt(n);

describe("random tensors", () => {
  it("are the same for the same seed, and others after each draw", () => {
    const draw = (): number[] => values(random.uniform([4]));
    seed(1);
    const [first, second] = [draw(), draw()];
    seed(1);
    expect([draw(), draw()]).toEqual([first, second]);
    expect(first).not.toEqual(second);
    seed(2);
    expect(draw()).not.toEqual(first);
  });

  it("are drawn when they are recorded, whatever the order in which they are read", () => {
    seed(1);
    const [a, b] = [random.uniform([2]), random.uniform([2])];
    const [later, earlier] = [values(b), values(a)];
    seed(1);
    expect([values(random.uniform([2])), values(random.uniform([2]))]).toEqual([earlier, later]);
  });

  it("with a seed of their own stand alone", () => {
    const before = generatorState();
    expect(values(random.normal([3], { seed: 9 }))).toEqual(values(random.normal([3], { seed: 9 })));
    expect(values(random.normal([3], { seed: 9 }))).not.toEqual(values(random.normal([3], { seed: 10 })));
    expect(generatorState()).toEqual(before);
  });

  it("uniform fills [low, high) evenly", () => {
    const x = values(random.uniform([n], { low: -1, high: 3, seed: 1 }));
    expect(Math.min(...x)).toBeGreaterThanOrEqual(-1);
    expect(Math.max(...x)).toBeLessThan(3);
    expect(Math.abs(mean(x) - 1)).toBeLessThan(error(4 / Math.sqrt(12)));
    const [low, high] = [x.filter((v) => v < 0).length, x.filter((v) => v >= 2).length];
    expect(Math.abs(low / n - 0.25)).toBeLessThan(error(0.44));
    expect(Math.abs(high / n - 0.25)).toBeLessThan(error(0.44));
  });

  it("normal has the mean, the spread and the share within one standard deviation that it should", () => {
    const x = values(random.normal([n], { mean: 2, stddev: 3, seed: 2 }));
    expect(Math.abs(mean(x) - 2)).toBeLessThan(error(3));
    expect(Math.abs(spread(x) - 3)).toBeLessThan(error(3 / Math.SQRT2));
    const inside = x.filter((v) => Math.abs(v - 2) < 3).length / n;
    expect(Math.abs(inside - 0.6827)).toBeLessThan(error(0.47));
  });

  it("truncatedNormal stays within two standard deviations and has the spread of the cut curve", () => {
    const x = values(random.truncatedNormal([n], { stddev: 2, seed: 3 }));
    expect(Math.max(...x.map(Math.abs))).toBeLessThanOrEqual(4);
    expect(Math.abs(spread(x) / 2 - 0.8796)).toBeLessThan(error(0.6));
    expect(Math.abs(mean(x))).toBeLessThan(error(1.76));
  });

  it("bernoulli is true as often as told", () => {
    const x = random.bernoulli([n], 0.3, { seed: 4 });
    expect(x.dtype).toBe("bool");
    expect(Math.abs(mean(values(x)) - 0.3)).toBeLessThan(error(0.46));
    expect(values(random.bernoulli([50], 0))).not.toContain(1);
    expect(values(random.bernoulli([50], 1))).not.toContain(0);
  });

  it("permutation has every number once, and is not the identity", () => {
    const order = values(random.permutation(100, { seed: 5 }));
    expect(order.toSorted((a, b) => a - b)).toEqual([...Array(100).keys()]);
    expect(order).not.toEqual([...Array(100).keys()]);
    expect(values(random.permutation(0))).toEqual([]);
  });
});

describe("uniform between numbers that are close for floats", () => {
  it.each([
    [100, 101],
    [-101, -100],
    [-1, 0],
    [1, 1 + 2 ** -23],
    [0.1, 0.3],
  ])("stays in [%f, %f)", (low, high) => {
    const x = random.uniform([2 ** 21], { low, high, seed: 1 });
    expect(x.max().itemSync()).toBeLessThan(Math.fround(high));
    expect(x.min().itemSync()).toBeGreaterThanOrEqual(Math.fround(low));
  });

  it("is low where there is nothing between, and refuses ends that are none", () => {
    expect(values(random.uniform([2], { low: 3, high: 3 }))).toEqual([3, 3]);
    for (const ends of [{ low: 3, high: 1 }, { low: NaN }, { high: Infinity }]) {
      expect(() => random.uniform([2], ends)).toThrow(/PL4004/);
    }
  });
});

describe("a seed", () => {
  it.each([NaN, 1.5, Infinity, 2 ** 53, "a", undefined])("is no %s", (given) => {
    const before = generatorState();
    expect(() => seed(given as number)).toThrow(/PL4004.*whole number/s);
    expect(generatorState()).toEqual(before);
    if (given !== undefined) {
      expect(() => random.uniform([1], { seed: given as number })).toThrow(/PL4004/);
    }
  });
});
