import { expect, test } from "vitest";
import { gradients, tensor, type Tensor } from "../tensor/index.ts";
import { celu, elu, leakyRelu, relu, relu6, threshold } from "./rectifiers.ts";

const x = tensor([-3, -0.5, 0, 0.4, 1.5, 6, 7]);
const flat = (y: Tensor): number[] => [...y.dataSync()];
const slopes = (fn: (x: Tensor) => Tensor): number[] => flat(gradients(fn(x).sum(), [x])[0]);

test("one family: each is another with an option", () => {
  expect(flat(relu(x, { negativeSlope: 0.2 }))).toEqual(flat(leakyRelu(x)));
  expect(flat(relu(x, { maxValue: 6 }))).toEqual(flat(relu6(x)));
  expect(flat(threshold(x, { threshold: 0, defaultValue: 0 }))).toEqual(flat(relu(x)));
  expect(flat(relu(x, { threshold: 0.4 }))).toEqual(flat(threshold(x, { threshold: 0.4, defaultValue: 0 })));
  celu(x)
    .dataSync()
    .forEach((value, i) => expect(value).toBeCloseTo(elu(x).dataSync()[i], 6));
  expect(flat(relu(x, { maxValue: null }))).toEqual(flat(relu(x)));
});

test("gradients at the kinks are TensorFlow's", () => {
  const [zero, six] = [2, 5];
  expect(slopes((y) => relu(y))[zero]).toBe(0);
  expect(slopes((y) => relu(y, { negativeSlope: 0.5 }))[zero]).toBe(0.5);
  expect(slopes((y) => relu(y, { negativeSlope: 0.5, maxValue: 5 }))[zero]).toBe(0);
  expect(slopes((y) => elu(y, { alpha: 0.5 }))[zero]).toBe(0.5);
  expect(slopes((y) => celu(y, { alpha: 0.5 }))[zero]).toBe(2);
  expect(slopes((y) => relu6(y))[six]).toBe(0);
  expect(slopes((y) => relu(y.add(1), { maxValue: 7 }))[six]).toBe(1);
  expect(slopes((y) => threshold(y, { threshold: 6, defaultValue: 0 })).slice(six)).toEqual([0, 1]);
});
