import { expect, test } from "vitest";
import { tensor, type Tensor } from "../tensor/index.ts";
import { hardShrink, softShrink, tanhShrink } from "./shrinkage.ts";

const x = tensor([-20, -1.25, -0.75, -0.25, 0, 0.25, 0.75, 1.25, 20]);
const flat = (y: Tensor): number[] => [...y.dataSync()];

test("what is taken away is a hard, or the soft, hyperbolic tangent; small values vanish", () => {
  expect(flat(softShrink(x, { threshold: 0.75 }))).toEqual(flat(x.sub(x.clip(-0.75, 0.75))));
  expect(flat(tanhShrink(x))).toEqual(flat(x.sub(x.tanh())));
  expect(flat(hardShrink(x, { threshold: 0.75 }))).toEqual([-20, -1.25, 0, 0, 0, 0, 0, 1.25, 20]);
});

test("with a threshold of 0 nothing is taken away", () => {
  expect(flat(softShrink(x, { threshold: 0 }))).toEqual(flat(x));
  expect(flat(hardShrink(x, { threshold: 0 }))).toEqual(flat(x));
});
