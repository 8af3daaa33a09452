import { expect, test } from "vitest";
import { gradients, random, seed, tensor, type Tensor } from "../tensor/index.ts";
import { centred } from "./centred.ts";

/** Mean and variance in float64, of the numbers that count. */
function truth(values: ArrayLike<number>): { mean: number; variance: number } {
  const numbers = Array.from(values);
  const mean = numbers.reduce((sum, x) => sum + x, 0) / numbers.length;
  return { mean, variance: numbers.reduce((sum, x) => sum + (x - mean) ** 2, 0) / numbers.length };
}

test.each([0, 1e3, -1e4])("values near %s with a spread of 1 keep their digits", (mean) => {
  seed(1);
  const x = random.normal([1000], { mean });
  const want = truth(x.dataSync());
  const found = centred(x, [0]);
  // float32 itself places a value near 10,000 only within 0.0005.
  expect(Math.abs(found.mean.itemSync() - want.mean)).toBeLessThanOrEqual(1e-6 * Math.max(1, Math.abs(mean)));
  expect(Math.abs(found.variance.itemSync() / want.variance - 1)).toBeLessThan(2e-6);
  const distances = found.centred.dataSync();
  x.dataSync().forEach((value: number, i: number) =>
    expect(Math.abs(distances[i] - (value - want.mean))).toBeLessThan(2e-6),
  );
});

test("equal values have the variance 0, not less, and the distances 0", () => {
  for (const value of [0, 0.1, 1e7, -3e-8]) {
    const { variance, centred: distances } = centred(tensor(Float32Array.of(value, value, value)), [0]);
    expect(variance.itemSync()).toBe(0);
    expect([...distances.dataSync()].map(Math.abs)).toEqual([0, 0, 0]);
  }
});

test("one value far from all others is still among them", () => {
  const values = Float32Array.from({ length: 1000 }, (_, i) => (i === 0 ? 1e3 : Math.sin(i)));
  const want = truth(values);
  expect(centred(tensor(values), [0]).variance.itemSync() / want.variance).toBeCloseTo(1, 4);
});

test("only what counts is counted, whatever stands in the place of the rest", () => {
  const x = tensor([
    [1, 2],
    [NaN, NaN],
    [3, 8],
  ]);
  const counts = tensor([[true], [false], [true]]);
  const { mean, variance } = centred(x, [0], counts);
  expect([...mean.dataSync(), ...variance.dataSync()]).toEqual([2, 5, 1, 9]);
  const nothing = centred(x, [0], tensor([[false], [false], [false]]));
  expect([...nothing.mean.dataSync(), ...nothing.variance.dataSync()]).toEqual([0, 0, 0, 0]);
});

test("derivatives are those of the plain formula, the second too", () => {
  seed(2);
  const x = random.normal([2, 5]);
  const weights = random.normal([2, 5]);
  const twice = (fn: (x: Tensor) => Tensor): number[] => {
    const [first] = gradients(fn(x), [x]);
    const [second] = gradients(first.mul(weights).sum(), [x]);
    return [...first.dataSync(), ...second.dataSync()];
  };
  const normalized = (values: Tensor, variance: Tensor, mean: Tensor): Tensor =>
    values.mul(variance.add(0.1).rsqrt()).add(mean.square()).mul(weights).sum();
  const found = twice((y) => {
    const { centred: values, variance, mean } = centred(y, [1]);
    return normalized(values, variance, mean);
  });
  const plain = twice((y) => {
    const mean = y.mean(1, { keepDims: true });
    const values = y.sub(mean);
    return normalized(values, values.square().mean(1, { keepDims: true }), mean);
  });
  found.forEach((value, i) => expect(value).toBeCloseTo(plain[i], 5));
});
