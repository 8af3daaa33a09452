import { expect, test } from "vitest";
import { describeLabels, losses, taskOf, type LabelValues } from "./index.ts";
import type { Head } from "../base/contract.ts";

const asked = (values: LabelValues, shape?: number[], head?: Head): (string | number)[][] =>
  losses
    .suggest(describeLabels(values, shape), head)
    .map(({ loss, units, head: last, first }) => [loss, units, last, first ? "first" : "fits"]);
const whole = (count: number): number[] => Array.from({ length: 100 }, (_, i) => i % count);

test("two classes: one sigmoid output first, or a softmax over two", () => {
  const want = [
    ["BinaryCrossentropy", 1, "sigmoid", "first"],
    ["SparseCategoricalCrossentropy", 2, "softmax", "fits"],
  ];
  expect(asked(["yes", "no", "no"])).toEqual(want);
  expect(asked([true, false, false])).toEqual(want);
  expect(asked([0, 1, 1, 0])).toEqual(want);
});

test("text and whole numbers with at most 20 distinct values are classes", () => {
  expect(asked(["a", "b", "c", "b"])).toEqual([["SparseCategoricalCrossentropy", 3, "softmax", "first"]]);
  expect(asked(whole(20))[0]).toEqual(["SparseCategoricalCrossentropy", 20, "softmax", "first"]);
});

test("whole numbers with more, and real numbers, are amounts: squared error first", () => {
  for (const values of [whole(21), [1.5, 2, 3]])
    expect(asked(values)).toEqual([
      ["MeanSquaredError", 1, "linear", "first"],
      ["MeanAbsoluteError", 1, "linear", "fits"],
    ]);
});

test("rows: one-hot, sets of labels, several amounts", () => {
  expect(asked(Float32Array.of(1, 0, 0, 0, 0, 1), [2, 3])[0]).toEqual([
    "CategoricalCrossentropy",
    3,
    "softmax",
    "first",
  ]);
  expect(asked(Float32Array.of(1, 1, 0, 0, 0, 1), [2, 3])).toEqual([
    ["BinaryCrossentropy", 3, "sigmoid", "first"],
  ]);
  expect(asked(Float32Array.of(1.5, 1, 0, 0, 0, 1), [2, 3])[0]).toEqual([
    "MeanSquaredError",
    3,
    "linear",
    "first",
  ]);
});

test("a head that is there already narrows the choice; a linear one gives logits", () => {
  const [first] = losses.suggest(describeLabels(["a", "b", "c"]), "linear");
  expect(first).toMatchObject({ loss: "SparseCategoricalCrossentropy", fromLogits: true, head: "linear" });
  expect(asked([1.5, 2], [2], "softmax")).toEqual([]);
  expect(asked(["a", "b"], undefined, "softmax").map(([loss]) => loss)).toEqual([
    "SparseCategoricalCrossentropy",
  ]);
});

test("the reason names the fact about the labels and the use of the loss", () => {
  const [{ why }] = losses.suggest(describeLabels([0, 1, 2, 1]));
  expect(why).toBe(
    "the labels are whole numbers with 3 distinct values. For one class out of several, with the number of the class as label",
  );
  expect(taskOf(describeLabels(["x"]))).toMatchObject({
    count: 1,
    why: "the labels are text, with 1 distinct value",
  });
});
