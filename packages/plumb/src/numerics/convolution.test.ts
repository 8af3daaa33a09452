import { expect, test } from "vitest";
import { concat, gradients, pad, tensor, Variable, type Tensor } from "../tensor/index.ts";
import { convolve, convolveTransposed, depthwiseConvolve, transposedExtent } from "./convolution.ts";
import type { Padding } from "./padding.ts";

/** Values of both signs without a pattern. */
const values = (shape: readonly number[], stream = 0): Tensor =>
  tensor(
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(i * 1.7 + stream)),
    shape,
  );

function expectSame(got: Tensor, want: Tensor): void {
  expect(got.shape).toEqual(want.shape);
  const expected = want.dataSync();
  got.dataSync().forEach((value, i) => expect(value).toBeCloseTo(expected[i], 4));
}

test.each([1, 2, 3, 4])("same padding: ⌈extent / %i⌉ places, the odd zero behind", (stride) => {
  for (let extent = 1; extent <= 7; extent++)
    for (let size = 1; size <= 5; size++) {
      const [x, kernel] = [values([1, extent, 2]), values([size, 2, 1], 1)];
      const y = convolve(x, kernel, { padding: "same", strides: stride });
      const places = Math.ceil(extent / stride);
      expect(y.shape).toEqual([1, places, 1]);
      const zeros = Math.max((places - 1) * stride + size - extent, 0);
      const before = Math.floor(zeros / 2);
      const around = pad(x, [
        [0, 0],
        [before, zeros - before],
        [0, 0],
      ]);
      expectSame(y, convolve(around, kernel, { strides: stride }));
    }
});

test("a causal convolution sees nothing that comes later", () => {
  const kernel = values([3, 2, 2], 1);
  const x = values([1, 6, 2]);
  const changed = x.mul(tensor([1, 1, 1, 1, 5, 5], [1, 6, 1]));
  for (const dilation of [1, 2]) {
    const [before, after] = [x, changed].map((one) => convolve(one, kernel, { padding: "causal", dilation }));
    expect(before.shape).toEqual([1, 6, 2]);
    expectSame(after.slice([0, 0], [1, 4]), before.slice([0, 0], [1, 4]));
    expect(after.slice([0, 4], [1, 1]).dataSync()).not.toEqual(before.slice([0, 4], [1, 1]).dataSync());
  }
});

test("groups are convolutions of their own, side by side", () => {
  const [x, kernel] = [values([2, 5, 4, 6]), values([2, 3, 2, 9], 1)];
  const parts = [0, 1, 2].map((g) =>
    convolve(x.slice([0, 0, 0, 2 * g], [-1, -1, -1, 2]), kernel.slice([0, 0, 0, 3 * g], [-1, -1, -1, 3]), {
      padding: "same",
      strides: [2, 1],
    }),
  );
  expectSame(convolve(x, kernel, { padding: "same", strides: [2, 1], groups: 3 }), concat(parts, -1));
});

test.each([1, 2, 5])("a depthwise convolution is one per channel, %i times", (multiplier) => {
  const [x, kernel] = [values([2, 7, 3]), values([3, 3, multiplier], 1)];
  const parts = [0, 1, 2].map((c) =>
    convolve(x.slice([0, 0, c], [-1, -1, 1]), kernel.slice([0, c], [-1, 1]), { strides: 2 }),
  );
  expectSame(depthwiseConvolve(x, kernel, { strides: 2 }), concat(parts, -1));
});

test("the transpose is the adjoint: ⟨convolve(x), y⟩ = ⟨x, convolveTransposed(y)⟩", () => {
  const cases: [size: number, stride: number, dilation: number, padding: "valid" | "same"][] = [
    [3, 1, 1, "valid"],
    [3, 2, 1, "valid"],
    [2, 3, 1, "valid"],
    [3, 1, 2, "valid"],
    [3, 2, 1, "same"],
    [4, 3, 1, "same"],
  ];
  for (const [size, strides, dilation, padding] of cases) {
    const y = values([2, 4, 3], 2);
    const kernel = values([size, 2, 3], 1);
    const spread = convolveTransposed(y, kernel, { strides, dilation, padding });
    const x = values(spread.shape, 3);
    const left = convolve(x, kernel, { strides, dilation, padding }).mul(y).sum().itemSync();
    expect(x.mul(spread).sum().itemSync()).toBeCloseTo(left, 3);
  }
});

test("a transposed extent leads back to the places it came from", () => {
  const back = (extent: number, size: number, stride: number, padding: Padding): number =>
    convolve(values([1, extent, 1]), values([size, 1, 1]), { strides: stride, padding }).shape[1];
  for (let places = 1; places <= 4; places++)
    for (let size = 1; size <= 4; size++)
      for (let stride = 1; stride <= 4; stride++)
        for (const padding of ["valid", "same"] as const)
          expect(back(transposedExtent(places, size, stride, 1, padding), size, stride, padding)).toBe(
            places,
          );
});

test("whole numbers and bools are convolved as float32", () => {
  const y = convolve(tensor([1, 2, 3], [1, 3, 1], "int32"), tensor([1, 1], [2, 1, 1], "int32"));
  expect(y.dtype).toBe("float32");
  expect([...y.dataSync()]).toEqual([3, 5]);
});

test("gradients reach images and kernels through all of it", () => {
  const kernel = new Variable(values([3, 2, 2], 1));
  const x = values([2, 6, 2]);
  const y = convolve(x, kernel.read(), { padding: "same", strides: 2 });
  const [dx, dk] = gradients(y.sum(), [x, kernel]);
  expectSame(dk, gradients(convolve(x, kernel.read(), { padding: "same", strides: 2 }).sum(), [kernel])[0]);
  // Of a sum, the gradient by the image is the transposed convolution of ones.
  const ones = tensor(new Float32Array(12).fill(1), [2, 3, 2]);
  expectSame(dx, convolveTransposed(ones, kernel.read(), { padding: "same", strides: 2 }));
});
