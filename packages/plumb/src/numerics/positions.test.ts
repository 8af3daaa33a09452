import { expect, test } from "vitest";
import { drawWeights } from "../../test/support/samples.ts";
import { compile, scalar, tensor, type Tensor } from "../tensor/index.ts";
import { rotate, sinusoids } from "./positions.ts";

const scattered = (shape: readonly number[], stream: number): Tensor =>
  tensor(Float32Array.from(drawWeights(shape, stream)), shape);

test.each([
  [6, {}],
  [5, { start: 3, maxWavelength: 50 }],
  [1, { start: 100_000 }],
  [4, { start: 12_345, scalingFactor: 4 }],
])("sinusoids are sines and cosines of the positions (width %i, %o)", (width, options) => {
  const { start = 0, maxWavelength = 10_000, scalingFactor = 1 } = options as Record<string, number>;
  const table = sinusoids(3, width, options).dataSync();
  table.forEach((value, i) => {
    const [position, feature] = [start + Math.floor(i / width), i % width];
    const pair = Math.floor(feature / 2);
    const angle = (position / scalingFactor) * maxWavelength ** ((-2 * pair) / width);
    expect(value).toBeCloseTo(feature % 2 === 0 ? Math.sin(angle) : Math.cos(angle), 6);
  });
});

test("rotation keeps lengths", () => {
  const x = scattered([2, 5, 6], 1);
  const [before, after] = [x, rotate(x)].map((y) => y.square().sum(-1).dataSync());
  after.forEach((length, i) => expect(length).toBeCloseTo(before[i], 5));
});

test("products of rotated vectors hang on how far apart they are, and on nothing else", () => {
  const [q, k] = [scattered([1, 1, 8], 1), scattered([1, 1, 8], 2)];
  const product = (at: number, other: number): number =>
    rotate(q, { start: at })
      .mul(rotate(k, { start: other }))
      .sum()
      .itemSync();
  expect(product(9, 4)).toBeCloseTo(product(5, 0), 5);
  expect(product(1009, 1004)).toBeCloseTo(product(5, 0), 5);
  expect(Math.abs(product(4, 9) - product(5, 0))).toBeGreaterThan(1e-3);
});

test("a start that is a tensor gives what the number gives, in one compiled function for all", () => {
  const x = scattered([1, 3, 4], 1);
  const at = compile((start: Tensor) => rotate(x, { start }));
  for (const start of [0, 5, 4000])
    at(scalar(start, "int32"))
      .dataSync()
      .forEach((value, i) => expect(value).toBeCloseTo(rotate(x, { start }).dataSync()[i], 6));
});

test("the angles of a fixed start are constants of a compiled function", () => {
  const turned = compile((x: Tensor) => rotate(x));
  const x = scattered([1, 3, 4], 1);
  expect([...turned(x).dataSync()]).toEqual([...rotate(x).dataSync()]);
});
