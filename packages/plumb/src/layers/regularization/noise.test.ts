import { describe, expect, test } from "vitest";
import { compile, ones, random, seed, type Tensor } from "../../tensor/index.ts";
import {
  AlphaDropout,
  Dropout,
  GaussianDropout,
  GaussianNoise,
  SpatialDropout1D,
  SpatialDropout2D,
  SpatialDropout3D,
  type Layer,
} from "../index.ts";

const training = { training: true };
const trained = (layer: Layer, x: Tensor): Tensor => layer.call(x, training) as Tensor;

/** Mean and variance, and how far the mean of so many may be off: five standard errors. */
function spread(x: Tensor): { mean: number; variance: number; error: number } {
  const values = [...x.dataSync()];
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return { mean, variance, error: 5 * Math.sqrt(variance / values.length) };
}

type Options = { readonly seed?: number };
describe.each<[string, (options?: Options) => Layer, readonly number[]]>([
  ["Dropout", (options) => new Dropout(0.4, options), [2, 50]],
  ["AlphaDropout", (options) => new AlphaDropout(0.4, options), [2, 50]],
  ["GaussianDropout", (options) => new GaussianDropout(0.4, options), [2, 50]],
  ["GaussianNoise", (options) => new GaussianNoise(0.4, options), [2, 50]],
  ["SpatialDropout1D", (options) => new SpatialDropout1D(0.4, options), [2, 3, 50]],
  ["SpatialDropout2D", (options) => new SpatialDropout2D(0.4, options), [2, 2, 2, 50]],
  ["SpatialDropout3D", (options) => new SpatialDropout3D(0.4, options), [2, 2, 2, 2, 50]],
])("%s", (_name, make, shape) => {
  test("is the identity outside training", () => {
    const x = ones(shape);
    expect(make().call(x)).toBe(x);
  });

  test("draws anew at each call, and the same after the same seed", () => {
    const layer = make();
    const draw = (): number[] => [...trained(layer, ones(shape)).dataSync()];
    seed(2);
    const [first, second] = [draw(), draw()];
    seed(2);
    expect(draw()).toEqual(first);
    expect(second).not.toEqual(first);
  });

  test("with a seed draws anew at each call too, the same whatever else is drawn, in compiled functions too", () => {
    const draws = (draw: (x: Tensor) => Tensor): number[][] => {
      random.uniform([3]);
      return [1, 2].map(() => [...draw(ones(shape)).dataSync()]);
    };
    const [first, second, other] = [make({ seed: 5 }), make({ seed: 5 }), make({ seed: 6 })];
    const want = draws((x) => trained(first, x));
    expect(want[1]).not.toEqual(want[0]);
    expect(draws(compile((x: Tensor) => trained(second, x)))).toEqual(want);
    expect(draws((x) => trained(other, x))).not.toEqual(want);
    expect(() => make({ seed: 0.5 })).toThrow(/PL4004.*seed.*whole number/);
  });

  test("keeps the shape and the mean", () => {
    seed(3);
    // Of mean 0 and variance 1, which alpha dropout keeps; the others keep any mean.
    const many = random.normal([64, ...shape.slice(1, -1), 256]);
    const output = trained(make(), many);
    expect(output.shape).toEqual(many.shape);
    // What is dropped together is one draw.
    const together = shape.length > 2 ? shape.slice(1, -1).reduce((a, b) => a * b, 1) : 1;
    const [before, after] = [spread(many), spread(output)];
    expect(Math.abs(after.mean - before.mean)).toBeLessThan(after.error * Math.sqrt(together));
  });
});

test("alpha dropout keeps mean 0 and variance 1 of normal inputs", () => {
  seed(4);
  const { mean, variance, error } = spread(trained(new AlphaDropout(0.3), random.normal([50_000])));
  expect(Math.abs(mean)).toBeLessThan(error);
  expect(Math.abs(variance - 1)).toBeLessThan(0.05);
});

test("gaussian dropout has the variance of dropout", () => {
  seed(5);
  const { mean, variance, error } = spread(trained(new GaussianDropout(0.2), ones([50_000])));
  expect(Math.abs(mean - 1)).toBeLessThan(error);
  expect(variance).toBeCloseTo(0.25, 2);
});

test("gaussian noise has its standard deviation", () => {
  seed(6);
  const { mean, variance, error } = spread(trained(new GaussianNoise(0.5), ones([50_000])));
  expect(Math.abs(mean - 1)).toBeLessThan(error);
  expect(variance).toBeCloseTo(0.25, 2);
});

describe("one choice for a whole channel", () => {
  /** The values along the last axis for each place before it, as texts: alike when one choice serves them all. */
  const rows = (x: Tensor, width: number): Set<string> => {
    const data = [...x.dataSync()];
    return new Set(
      Array.from({ length: data.length / width }, (_, i) => data.slice(i * width, (i + 1) * width).join()),
    );
  };

  test("SpatialDropout drops features at all places of a row, and of each row others", () => {
    seed(7);
    expect(rows(trained(new SpatialDropout1D(0.5), ones([1, 6, 32])), 32).size).toBe(1);
    expect(rows(trained(new SpatialDropout2D(0.5), ones([3, 4, 5, 32])), 32).size).toBe(3);
    expect(rows(trained(new SpatialDropout3D(0.5), ones([2, 2, 3, 4, 32])), 32).size).toBe(2);
  });

  test("with channels first, the channels are the second axis", () => {
    seed(8);
    const output = trained(new SpatialDropout2D(0.5, { dataFormat: "channelsFirst" }), ones([1, 32, 4, 5]));
    expect(rows(output.transpose([0, 2, 3, 1]), 32).size).toBe(1);
    expect(new Set(output.dataSync())).toEqual(new Set([0, 2]));
  });

  test("noiseShape says which", () => {
    seed(9);
    const features = new Dropout(0.5, { noiseShape: [null, 1, null] });
    expect(rows(trained(features, ones([1, 6, 32])), 32).size).toBe(1);
    const steps = new AlphaDropout(0.5, { noiseShape: [null, null, 1] });
    expect(
      [...rows(trained(steps, ones([1, 6, 32])), 32)].every((row) => new Set(row.split(",")).size === 1),
    ).toBe(true);
  });
});

test.each([-0.1, 1, NaN, "a" as unknown as number])("a rate of %s is PL4004", (rate) => {
  for (const Class of [AlphaDropout, Dropout, GaussianDropout, SpatialDropout1D])
    expect(() => new Class(rate)).toThrow(new RegExp(`PL4004.*${Class.className}.*rate`));
});

test("a standard deviation below 0 is PL4004, a noiseShape that does not spread PL4006", () => {
  expect(() => new GaussianNoise(-1)).toThrow(/PL4004.*stddev/);
  expect(() => new Dropout(0.5, { noiseShape: [0] })).toThrow(/PL4004.*noiseShape/);
  expect(() => trained(new Dropout(0.5, { noiseShape: [null, 2] }), ones([4, 3]))).toThrow(/PL4006.*null, 2/);
  expect(() => trained(new SpatialDropout1D(0.5), ones([4, 3]))).toThrow(/PL4006.*1 of places/);
});
