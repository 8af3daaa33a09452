import { describe, expect, test } from "vitest";
import { PlumbError } from "../base/errors.ts";
import { seed } from "../tensor/index.ts";
import {
  HeNormal,
  type Initializer,
  initializerClasses,
  initializers,
  RandomNormal,
  type InitializerName,
} from "./index.ts";
import { fans } from "./variance-scaling.ts";

const shape = [200, 300];
const statistics = (
  values: ArrayLike<number>,
): { mean: number; deviation: number; low: number; high: number } => {
  const all = Array.from(values);
  const mean = all.reduce((a, b) => a + b, 0) / all.length;
  const deviation = Math.sqrt(all.reduce((sum, value) => sum + (value - mean) ** 2, 0) / all.length);
  return { mean, deviation, low: Math.min(...all.slice(0, 30_000)), high: Math.max(...all.slice(0, 30_000)) };
};

/** Standard deviation and bound that the formula of each gives for [200, 300]; 0.8796 is what a cut at ±2 leaves of 1. */
const expected: Readonly<Partial<Record<InitializerName, readonly [deviation: number, bound: number]>>> = {
  glorotUniform: [Math.sqrt(2 / 500), Math.sqrt(6 / 500)],
  glorotNormal: [Math.sqrt(2 / 500), (2 * Math.sqrt(2 / 500)) / 0.87962566],
  heUniform: [Math.sqrt(2 / 200), Math.sqrt(6 / 200)],
  heNormal: [Math.sqrt(2 / 200), (2 * Math.sqrt(2 / 200)) / 0.87962566],
  lecunUniform: [Math.sqrt(1 / 200), Math.sqrt(3 / 200)],
  lecunNormal: [Math.sqrt(1 / 200), (2 * Math.sqrt(1 / 200)) / 0.87962566],
  varianceScaling: [Math.sqrt(1 / 200), (2 * Math.sqrt(1 / 200)) / 0.87962566],
  randomUniform: [0.05 / Math.sqrt(3), 0.05],
  randomNormal: [0.05, Infinity],
  truncatedNormal: [0.05 * 0.87962566, 0.1],
};

describe.each(Object.entries(expected))("%s", (name, [deviation, bound]) => {
  test("has the mean, the spread and the bounds of its formula", () => {
    seed(7);
    const got = statistics(
      initializers
        .get(name as InitializerName)
        .call(shape)
        .dataSync(),
    );
    // 60,000 numbers: mean and deviation are off by about 0.4% and 0.3% of the deviation.
    expect(Math.abs(got.mean)).toBeLessThan(0.02 * deviation);
    expect(Math.abs(got.deviation / deviation - 1)).toBeLessThan(0.015);
    expect(got.high).toBeLessThanOrEqual(bound);
    expect(got.low).toBeGreaterThanOrEqual(-bound);
    if (Number.isFinite(bound)) expect(got.high).toBeGreaterThan(0.99 * bound);
  });
});

test("every random one follows the seed: the same seed, the same bits; a draw later, others", () => {
  for (const Class of Object.values(initializerClasses)) {
    const record = new Class().record as Initializer["record"];
    if (!("seed" in record.parameters)) continue;
    const make = (options = {}): Initializer =>
      new (Class as unknown as new (options: object) => Initializer)(options);
    seed(3);
    const first = [...make().call([4, 5]).dataSync()];
    const second = [...make().call([4, 5]).dataSync()];
    seed(3);
    expect([...make().call([4, 5]).dataSync()]).toEqual(first);
    expect(second).not.toEqual(first);
    const own = make({ seed: 9 });
    expect([...own.call([3]).dataSync()]).toEqual([...own.call([3]).dataSync()]);
    // A seed of its own leaves the common generator where it was.
    expect([...make().call([4, 5]).dataSync()]).toEqual(second);
  }
});

test("a cut-off normal is a normal inside: 68.3 / 95.4 of it lies within one deviation", () => {
  seed(1);
  const values = Array.from(
    initializers.get("truncatedNormal").call([100_000]).dataSync(),
    (value) => value / 0.05,
  );
  const within = values.filter((value) => Math.abs(value) < 1).length / values.length;
  expect(within).toBeCloseTo(0.6826895 / 0.9544997, 2);
});

test("fans: inputs and outputs are the last two axes, the window multiplies both", () => {
  expect(fans([3, 3, 16, 32])).toEqual({ fanIn: 144, fanOut: 288 });
  expect(fans([7])).toEqual({ fanIn: 7, fanOut: 7 });
  expect(fans([])).toEqual({ fanIn: 1, fanOut: 1 });
});

test("zeros, ones, constants, functions, instances; names in every spelling", () => {
  expect([...initializers.get("zeros").call([2]).dataSync()]).toEqual([0, 0]);
  expect([...initializers.get("Ones").call([2]).dataSync()]).toEqual([1, 1]);
  expect(initializers.get("he_normal").name).toBe("HeNormal");
  const own = new RandomNormal({ stddev: 1 });
  expect(initializers.get(own)).toBe(own);
  expect(initializers.get((asked) => initializers.get("ones").call(asked)).call([3]).shape).toEqual([3]);
});

test("a name that is none, a class, and a bad parameter are coded errors", () => {
  expect(() => initializers.get("glorot" as InitializerName)).toThrow(/^PL4008/);
  expect(() => initializers.get("heNormall" as InitializerName)).toThrow(/Did you mean "HeNormal"/);
  expect(() => initializers.get(HeNormal as never)).toThrow(/^PL4008 .*new HeNormal\(\)/);
  expect(() => new RandomNormal({ stddev: -1 })).toThrow(PlumbError);
});
