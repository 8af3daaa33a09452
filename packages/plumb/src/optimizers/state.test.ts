import { expect, test } from "vitest";
import { compile, ones, tensor, Variable } from "../tensor/index.ts";
import { Adam, RMSprop, SGD } from "./index.ts";

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
  expect(left === 0 || left >= 2 ** -104).toBe(true);
});

test("until then no bit of it is lost", () => {
  let momentum = Math.fround(-0.01);
  for (let i = 0; i < 300; i++) momentum = Math.fround(momentum * Math.fround(0.9));
  expect(Math.abs(momentum)).toBeLessThan(2 ** -50);
  expect(faded(new SGD({ momentum: 0.9 }), "_momentum", 300)).toBe(momentum);
});
