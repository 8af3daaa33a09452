import { expect, test } from "vitest";
import { ones, random, seed, tensor } from "../../tensor/index.ts";
import { Normalization, Rescaling } from "../index.ts";

seed(1);
const data = random
  .normal([500, 3])
  .mul(tensor([1, 10, 0]))
  .add(tensor([5, -2, 7]));

test("the data it adapted to have mean 0 and variance 1; a constant feature becomes 0", () => {
  const layer = new Normalization();
  layer.adapt(data);
  const output = layer.call(data);
  for (const mean of output.mean(0).dataSync()) expect(mean).toBeCloseTo(0, 4);
  const [a, b, c] = output.square().mean(0).dataSync();
  expect(a).toBeCloseTo(1, 4);
  expect(b).toBeCloseTo(1, 4);
  expect(c).toBe(0);
});

test("inverted it takes the values back", () => {
  const [there, back] = [new Normalization(), new Normalization({ invert: true })];
  for (const layer of [there, back]) layer.adapt(data);
  const again = back.call(there.call(data)).dataSync();
  data.dataSync().forEach((value: number, i: number) => expect(again[i]).toBeCloseTo(value, 4));
});

test("adapting again forgets what was before", () => {
  const [once, twice] = [new Normalization(), new Normalization()];
  once.adapt(data);
  twice.adapt(data.mul(3));
  twice.adapt(data);
  expect([...twice.call(data).dataSync()]).toEqual([...once.call(data).dataSync()]);
});

test("axis null has one mean and variance of all, several axes one for each of their places", () => {
  const all = new Normalization({ axis: null });
  all.adapt([[1, 3]]);
  expect(all.call(tensor([[1, 5]])).arraySync()).toEqual([[-1, 3]]);
  const places = new Normalization({ axis: [1, 2] });
  places.adapt(random.normal([8, 2, 3]));
  expect(places.weights[0].shape).toEqual([2, 3]);
});

test("statistics that are given need no weights", () => {
  const layer = new Normalization({ mean: [1, 2], variance: [4, 9] });
  expect(layer.call(tensor([[3, 8]])).arraySync()).toEqual([[1, 2]]);
  expect(layer.weights).toEqual([]);
  expect(() => layer.adapt([[1, 2]])).toThrow(/PL4004.*adapt/);
});

test("what does not belong together is refused", () => {
  expect(() => new Normalization({ mean: 1 })).toThrow(/PL4004.*variance/);
  expect(() => new Normalization({ mean: 1, variance: -1 })).toThrow(/PL4004.*variance/);
  expect(() => new Normalization({ mean: [1, 2], variance: 1 }).call(ones([2, 3]))).toThrow(
    /PL4006.*2 entries/,
  );
  expect(() => new Normalization({ axis: 2 }).call(ones([2, 3]))).toThrow(/PL4006.*axis 2/);
  const built = new Normalization();
  built.adapt(data);
  expect(() => built.call(ones([2, 4]))).toThrow(/PL4006.*3 entries along axis -1, for which it was built/);
});

test("Rescaling takes a number, or one for each entry of the last axis", () => {
  expect(new Rescaling([1, 10], { offset: [0, 1] }).call(tensor([[2, 3]])).arraySync()).toEqual([[2, 31]]);
  expect(() => new Rescaling([1, 2]).call(ones([2, 3]))).toThrow(/PL4006.*last axis of 2/);
  expect(() => new Rescaling(undefined as never)).toThrow(/PL4004.*scale/);
});
