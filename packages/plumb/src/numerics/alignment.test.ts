import { expect, test } from "vitest";
import { zeros } from "../tensor/index.ts";
import { alignIndex, alignPair, alignWeights, withoutAxis } from "./alignment.ts";

const aligned = (labels: number[], predictions: number[]): readonly (readonly number[])[] =>
  alignPair("Loss", zeros(labels), zeros(predictions)).map(({ shape }) => shape);

test("a trailing 1 that only one side has is no difference", () => {
  expect(aligned([5], [5, 1])).toEqual([
    [5, 1],
    [5, 1],
  ]);
  expect(aligned([5, 1], [5])[1]).toEqual([5, 1]);
  expect(aligned([5, 3], [5, 3, 1])[1]).toEqual([5, 3]);
  expect(aligned([5, 3], [5, 3])[0]).toEqual([5, 3]);
});

test.each([
  [[5, 1], [5, 4], /would broadcast to \[5, 4\]/],
  [[4], [5, 4], /would broadcast to \[5, 4\]/],
  [[5], [5, 5], /If the labels are class indices/],
  [[5, 2], [5, 3], /Reshape the labels to \[5, 3\]/],
])("labels %j against predictions %j are PL2002", (labels, predictions, words) => {
  expect(() => aligned(labels, predictions)).toThrow(/^PL2002/);
  expect(() => aligned(labels, predictions)).toThrow(words);
});

test("class indices lack the class axis; one-hot rows are told so", () => {
  expect(alignIndex("Sparse", zeros([5, 1]), zeros([5, 3])).shape).toEqual([5]);
  expect(alignIndex("Sparse", zeros([5, 2]), zeros([5, 2, 3])).shape).toEqual([5, 2]);
  expect(() => alignIndex("Sparse", zeros([5, 3]), zeros([5, 3]))).toThrow(/^PL2002 .*one-hot rows/);
});

test("weights belong to the leading axes, or where Keras's losses do to the last", () => {
  const shape = (weights: number[], values: number[], trailing = false): readonly number[] =>
    alignWeights("Loss", zeros(weights), values, { trailing }).shape;
  expect(shape([], [5, 3])).toEqual([1, 1]);
  expect(shape([5], [5, 3])).toEqual([5, 1]);
  expect(shape([5, 1], [5])).toEqual([5]);
  expect(shape([3], [5, 3], true)).toEqual([1, 3]);
  expect(shape([5], [5, 1], true)).toEqual([5, 1]);
  expect(() => shape([3], [5, 3])).toThrow(/^PL2016/);
  expect(() => shape([5, 4], [5, 3])).toThrow(/^PL2016/);
  expect(() => shape([5], [])).toThrow(/columns/);
});

test("an axis counts from either end", () => {
  expect(withoutAxis([2, 3, 4], -1)).toEqual([2, 3]);
  expect(withoutAxis([2, 3, 4], 0)).toEqual([3, 4]);
});
