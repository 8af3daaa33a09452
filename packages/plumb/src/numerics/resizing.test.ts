import { expect, test } from "vitest";
import { tensor } from "../tensor/index.ts";
import { interpolations, resize, upsample } from "./resizing.ts";

const ramp = (extent: number): Float32Array => Float32Array.from({ length: extent }, (_, i) => i);

test("upsampling repeats elements along each axis", () => {
  const x = tensor([1, 2, 3, 4], [1, 2, 2, 1]);
  expect([...upsample(x, [1, 2]).dataSync()]).toEqual([1, 1, 2, 2, 3, 3, 4, 4]);
  expect([...upsample(x, [2, 1]).dataSync()]).toEqual([1, 2, 1, 2, 3, 4, 3, 4]);
});

test.each(interpolations)("%s leaves a constant image constant", (interpolation) => {
  const x = tensor(new Float32Array(12).fill(3), [1, 3, 4, 1]);
  for (const value of resize(x, [7, 8], interpolation).dataSync()) expect(value).toBeCloseTo(3, 5);
});

test.each(interpolations)("%s keeps an image that keeps its extents", (interpolation) => {
  const x = tensor(ramp(12), [1, 3, 4, 1]);
  expect([...resize(x, [3, 4], interpolation).dataSync()]).toEqual([...x.dataSync()]);
});

test("bilinear values lie on the line between the centres, and stay level beyond the outermost", () => {
  const y = resize(tensor(ramp(4), [1, 4, 1]), [8], "bilinear");
  expect([...y.dataSync()]).toEqual([0, 0.25, 0.75, 1.25, 1.75, 2.25, 2.75, 3]);
});

test("bicubic values lie on a line that has no end nearby", () => {
  const y = [...resize(tensor(ramp(8), [1, 8, 1]), [16], "bicubic").dataSync()];
  for (let j = 4; j < 12; j++) expect(y[j]).toBeCloseTo((j + 0.5) / 2 - 0.5, 5);
});
