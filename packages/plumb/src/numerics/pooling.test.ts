import { expect, test } from "vitest";
import { gradients, tensor, type Tensor } from "../tensor/index.ts";
import {
  adaptiveAveragePooling,
  adaptiveMaxPooling,
  averagePooling,
  maxPooling,
  type PoolOptions,
} from "./pooling.ts";

const row = (...elements: number[]): Tensor => tensor(elements, [1, elements.length, 1]);
const list = (x: Tensor): number[] => [...x.dataSync()];

test("same padding counts what is there only", () => {
  expect(list(maxPooling(row(-5, -3, -4), 2, { padding: "same" }))).toEqual([-3, -4]);
  expect(list(averagePooling(row(1, 3, 5), 2, { padding: "same" }))).toEqual([2, 5]);
  expect(list(averagePooling(row(1, 2, 3, 4), 3, { strides: 1, padding: "same" }))).toEqual([1.5, 2, 3, 3.5]);
});

test("windows that do not fit end before, and strides leave elements out", () => {
  expect(list(maxPooling(row(1, 5, 2, 4, 9), 2))).toEqual([5, 4]);
  expect(list(maxPooling(row(1, 5, 2, 4, 9), 2, { strides: 3 }))).toEqual([5, 9]);
});

test.each<[string, PoolOptions, number[]]>([
  ["windows that meet", {}, [1, 0, 1, 0]],
  ["windows that overlap", { strides: 1 }, [1, 1, 1, 0]],
])("of equal elements the first has the gradient: %s", (_title, options, expected) => {
  const x = row(2, 2, 2, 2);
  const [dx] = gradients(maxPooling(x, 2, options).sum(), [x]);
  expect(list(dx)).toEqual(expected);
});

test("NaN is the largest, and takes the gradient", () => {
  const x = row(1, NaN, 3, 2);
  const y = maxPooling(x, 2);
  const [dx] = gradients(y.sum(), [x]);
  expect(list(y)).toEqual([NaN, 3]);
  expect(list(dx)).toEqual([0, 1, 1, 0]);
});

test("whole numbers are pooled as float32, minus infinity around them", () => {
  const x = tensor([-7, -9, -8], [1, 3, 1], "int32");
  expect(list(maxPooling(x, 2, { padding: "same" }))).toEqual([-7, -8]);
});

test("adaptive windows cover all elements, and no more than one beside them", () => {
  for (let extent = 1; extent <= 9; extent++)
    for (let count = 1; count <= 6; count++) {
      const x = tensor(
        Float32Array.from({ length: extent }, (_, i) => i),
        [1, extent, 1],
      );
      const means = list(adaptiveAveragePooling(x, count));
      const largest = list(adaptiveMaxPooling(x, count));
      for (let i = 0; i < count; i++) {
        const [first, last] = [Math.floor((i * extent) / count), Math.ceil(((i + 1) * extent) / count) - 1];
        expect(largest[i]).toBe(last);
        expect(means[i]).toBeCloseTo((first + last) / 2, 5);
      }
    }
});
