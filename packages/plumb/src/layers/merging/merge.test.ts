import { describe, expect, test } from "vitest";
import { ones, tensor, type Tensor } from "../../tensor/index.ts";
import {
  Add,
  Average,
  Concatenate,
  Dot,
  maskOf,
  Maximum,
  Minimum,
  Multiply,
  setMask,
  Subtract,
  type Layer,
} from "../index.ts";

/** A sequence `[1, steps, 1]` with a mask. */
function sequence(values: readonly number[], mask?: readonly boolean[]): Tensor {
  const x = tensor([values.map((value) => [value])]);
  if (mask !== undefined) setMask(x, tensor([mask]));
  return x;
}
const numbers = (x: Tensor): number[] => [...x.dataSync()];
const merged = (layer: Layer, ...inputs: Tensor[]): Tensor => layer.call(inputs) as Tensor;

describe("masks", () => {
  const [a, b] = [sequence([5, 6, 7], [true, false, false]), sequence([1, 9, 2], [true, true, false])];
  const open = sequence([4, 4, 4]);

  test.each([Add, Subtract, Average, Multiply, Maximum, Minimum])(
    "%o has the steps that any input has, and no mask where an input has none",
    (Class) => {
      const mask = maskOf(merged(new Class(), a, b));
      expect(mask?.arraySync()).toEqual([[true, true, false]]);
      expect(maskOf(merged(new Class(), a, open))).toBeUndefined();
    },
  );

  test("a step that is not there is missing from a maximum and a minimum", () => {
    expect(numbers(merged(new Maximum(), a, b)).slice(0, 2)).toEqual([5, 9]);
    expect(numbers(merged(new Minimum(), a, b)).slice(0, 2)).toEqual([1, 9]);
    expect(numbers(merged(new Minimum(), b, a)).slice(0, 2)).toEqual([1, 9]);
    expect(numbers(merged(new Maximum(), sequence([1, 8, 8], [true, false, false]), open))).toEqual([
      4, 4, 4,
    ]);
  });

  test("it is 1 in a product, and 0 where no input has it", () => {
    expect(numbers(merged(new Multiply(), a, b))).toEqual([5, 9, 0]);
    expect(numbers(merged(new Multiply(), a, open))).toEqual([20, 4, 4]);
  });

  test("Concatenate puts masks one after the other along the steps, and joins them along the features", () => {
    const along = maskOf(merged(new Concatenate({ axis: 1 }), a, b));
    expect(along?.arraySync()).toEqual([[true, false, false, true, true, false]]);
    expect(maskOf(merged(new Concatenate(), a, b))?.arraySync()).toEqual([[true, true, false]]);
    const half = maskOf(merged(new Concatenate({ axis: 1 }), a, open));
    expect(half?.arraySync()).toEqual([[true, false, false, true, true, true]]);
    expect(maskOf(merged(new Concatenate(), open, open))).toBeUndefined();
  });

  test("Dot ends them", () => {
    expect(maskOf(merged(new Dot(1), a, b))).toBeUndefined();
  });
});

test("inputs with fewer axes get more behind the batch, their masks too", () => {
  const rows = tensor([[1], [2]]);
  const steps = tensor([
    [[10], [20]],
    [[30], [40]],
  ]);
  expect(merged(new Add(), rows, steps).arraySync()).toEqual([
    [[11], [21]],
    [[32], [42]],
  ]);
  const few = ones([1, 2, 1]);
  setMask(few, tensor([[true, false]]));
  const many = ones([1, 3, 2, 1]).mul(5);
  // [batch, steps] of few belongs to the third axis of the product.
  expect(numbers(merged(new Multiply(), few.mul(1), many))).toEqual([5, 5, 5, 5, 5, 5]);
  const masked = few.mul(7);
  setMask(masked, tensor([[true, false]]));
  expect(numbers(merged(new Multiply(), masked, many))).toEqual([35, 5, 35, 5, 35, 5]);
});

test("Dot normalized is the cosine", () => {
  const cosine = merged(new Dot(1, { normalize: true }), tensor([[3, 4]]), tensor([[40, 30]]));
  expect(cosine.itemSync()).toBeCloseTo(24 / 25, 6);
});

describe("what does not fit is PL4006", () => {
  test.each<[Layer, Tensor | Tensor[], RegExp]>([
    [new Add(), ones([2, 3]), /Add.*a list of inputs/],
    [new Add(), [ones([2, 3]), ones([2, 4])], /\[2, 3\] and \[2, 4\].*same extents/],
    [new Add(), [ones([2, 3]), ones([1, 3])], /as many rows/],
    [new Subtract(), [ones([2, 3])], /two inputs/],
    [new Concatenate({ axis: 1 }), [ones([2, 3, 1]), ones([2, 3, 2])], /all extents but that of axis 1/],
    [new Concatenate({ axis: 3 }), [ones([2, 3]), ones([2, 3])], /an axis 3/],
    [new Dot(1), [ones([2, 3]), ones([2, 4])], /equal extents along the axes 1 and 1/],
    [new Dot([1, 2]), [ones([2, 3]), ones([2, 4])], /axes 1,2/],
    [new Dot(1), [ones([2, 3])], /two inputs/],
  ])("%o", (layer, inputs, message) => {
    expect(() => layer.call(inputs)).toThrow(/PL4006/);
    expect(() => layer.call(inputs)).toThrow(message);
  });

  test("the batch is no axis to sum over", () => {
    expect(() => new Dot(0)).toThrow(/PL4004.*batch/);
  });
});
