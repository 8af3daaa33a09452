import { expect, test } from "vitest";
import { concat, gradients, tensor, type Tensor } from "../tensor/index.ts";
import { gelu, glu, hardTanh, softplus, squareplus } from "./sigmoids.ts";

const flat = (y: Tensor): number[] => [...y.dataSync()];

test("softplus and gelu at points worked out by hand", () => {
  expect(softplus(0).itemSync()).toBeCloseTo(Math.LN2, 6);
  expect(softplus(100).itemSync()).toBe(100);
  expect(gelu(1).itemSync()).toBeCloseTo(0.8413447, 6);
  expect(gelu(1, { approximate: true }).itemSync()).toBeCloseTo(0.841192, 6);
});

test("squareplus: softplus's symmetry, and all digits far below 0", () => {
  const x = tensor([-1000, -3, -0.1, 0, 2, 500]);
  const difference = squareplus(x, { b: 3 }).sub(squareplus(x.neg(), { b: 3 }));
  difference.dataSync().forEach((value, i) => expect(value).toBeCloseTo(x.dataSync()[i], 4));
  expect(squareplus(0, { b: 9 }).itemSync()).toBe(1.5);
  const far = -1000;
  const want = (far + Math.sqrt(far * far + 4)) / 2;
  expect(squareplus(far).itemSync() / want).toBeCloseTo(1, 5);
  const zero = tensor(0);
  expect(gradients(squareplus(zero), [zero])[0].itemSync()).toBe(0.5);
});

test("hardTanh is steep at its kinks, as in Keras", () => {
  const x = tensor([-2, -1, 0.5, 1, 2]);
  expect(flat(hardTanh(x))).toEqual([-1, -1, 0.5, 1, 1]);
  expect(flat(gradients(hardTanh(x).sum(), [x])[0])).toEqual([0, 1, 1, 1, 0]);
});

test("glu gates one half with the other, along any axis; halves there must be", () => {
  const [value, gate] = [tensor([[1, -2, 3]]), tensor([[0.5, 100, -100]])];
  const want = flat(value.mul(gate.sigmoid()));
  for (const axis of [0, 1, -1, -2]) expect(flat(glu(concat([value, gate], axis), axis))).toEqual(want);
  expect(glu(concat([value, gate], 0), 0).shape).toEqual([1, 3]);
  expect(() => glu([1, 2, 3])).toThrow(/^PL1006/);
});
