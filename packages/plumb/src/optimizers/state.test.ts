import { expect, test } from "vitest";
import { compile, ones, tensor, Variable } from "../tensor/index.ts";
import { Adam, RMSprop, SGD } from "./index.ts";
import { flushSubnormals } from "./state.ts";

/** One step with a gradient of 1, and so many with none: what the slot that is called so is then. */
function faded(optimizer: Adam | RMSprop | SGD, slot: string, steps: number): number {
  const weight = new Variable(ones([3]));
  const gradient = new Variable(ones([3]));
  optimizer.build([weight]);
  const step = compile(() => optimizer.apply([gradient.read()], [weight]));
  step();
  gradient.assign(tensor([0, 0, 0]));
  for (let i = 0; i < steps; i++) step();
  const found = optimizer.variables.find(({ name }) => name.endsWith(slot));
  return (found as Variable).dataSync()[0];
}

test.each([
  [new SGD({ momentum: 0.9 }), "_momentum"],
  [new RMSprop(), "_velocity"],
  [new Adam(), "_momentum"],
] as const)("what a slot remembers of a gradient fades, but is never subnormal", (optimizer, slot) => {
  const left = Math.abs(faded(optimizer, slot, 1200));
  expect(left).toBeLessThan(2 ** -95);
  expect(left === 0 || left >= 2 ** -126).toBe(true); // the smallest number that is not subnormal
});

test("what is large enough keeps every bit, of either sign", () => {
  const count = 4096;
  const from = (least: number): Float32Array =>
    Float32Array.from({ length: count }, (_, i) => (-1) ** i * least * (1 + (2 * i + 1) * 2 ** -23));
  const flushed = (of: Float32Array): number[] => [...flushSubnormals(tensor(of)).dataSync()];
  for (const least of [2 ** -55, 2 ** -40, 1, 2 ** 100])
    expect(flushed(from(least))).toEqual([...from(least)]);
  expect(flushed(Float32Array.of(2 ** -55, -(2 ** -55)))).toEqual([2 ** -55, -(2 ** -55)]);
  expect(flushed(from(2 ** -56))).not.toEqual([...from(2 ** -56)]);
  expect(flushed(from(2 ** -106)).every((value) => value === 0)).toBe(true);
});

test("until then no bit of a slot is lost", () => {
  let momentum = Math.fround(-0.01);
  for (let i = 0; i < 300; i++) momentum = Math.fround(momentum * Math.fround(0.9));
  expect(Math.abs(momentum)).toBeLessThan(2 ** -50);
  expect(faded(new SGD({ momentum: 0.9 }), "_momentum", 300)).toBe(momentum);
});

test("the second moments of gradients of 1e-15 are not lost where epsilon is 1e-20", () => {
  const weight = new Variable(ones([3]));
  const adam = new Adam({ learningRate: 0.01, epsilon: 1e-20 });
  for (let i = 0; i < 10; i++) adam.apply([tensor([1e-15, -1e-15, 1e-15])], [weight]);
  [...weight.dataSync()].forEach((value, i) => expect(value).toBeCloseTo(i === 1 ? 1.1 : 0.9, 4));
});
