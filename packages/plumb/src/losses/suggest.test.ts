import { expect, test } from "vitest";
import { allLosses, describeLabels, losses, taskOf, type LabelValues } from "./index.ts";
import type { Head } from "../base/contract.ts";

const asked = (values: LabelValues, shape?: number[], head?: Head): (string | number | undefined)[][] =>
  losses
    .suggest(describeLabels(values, shape), head)
    .map(({ loss, units, head: last, first }) => [loss, units, last, first ? "first" : "fits"]);
const whole = (count: number): number[] => Array.from({ length: 100 }, (_, i) => i % count);

test("two classes: one sigmoid output first, or a softmax over two, or a score", () => {
  for (const values of [
    ["yes", "no", "no"],
    [true, false, false],
    [0, 1, 1, 0],
  ]) {
    const found = asked(values);
    expect(found[0]).toEqual(["BinaryCrossentropy", 1, "sigmoid", "first"]);
    expect(found).toContainEqual(["SparseCategoricalCrossentropy", 2, "softmax", "fits"]);
    expect(found).toContainEqual(["BinaryFocalCrossentropy", 1, "sigmoid", "fits"]);
    expect(found).toContainEqual(["Hinge", 1, "linear", "fits"]);
    expect(found.filter(([, , , first]) => first === "first")).toHaveLength(1);
  }
});

test("text and whole numbers with at most 20 distinct values are classes, or say which rows belong together", () => {
  const found = asked(["a", "b", "c", "b"]);
  expect(found[0]).toEqual(["SparseCategoricalCrossentropy", 3, "softmax", "first"]);
  expect(found).toContainEqual(["Triplet", undefined, "linear", "fits"]);
  expect(asked(whole(20))[0]).toEqual(["SparseCategoricalCrossentropy", 20, "softmax", "first"]);
});

test("whole numbers with more, and real numbers, are amounts: squared error first", () => {
  for (const values of [whole(21), [1.5, 2, 3]]) {
    const found = asked(values);
    expect(found[0]).toEqual(["MeanSquaredError", 1, "linear", "first"]);
    expect(found).toContainEqual(["Huber", 1, "linear", "fits"]);
    expect(found).toContainEqual(["GaussianNLL", 2, "linear", "fits"]);
    expect(found).toContainEqual(["Poisson", 1, "nonNegative", "fits"]);
  }
});

test("amounts that a loss does not suit: below 0, and 0 for a percentage", () => {
  const names = (values: number[]): (string | number | undefined)[] => asked(values).map(([loss]) => loss);
  expect(names([1.5, 2, 3])).toContain("MeanAbsolutePercentageError");
  expect(names([0, 2.5, 3])).not.toContain("MeanAbsolutePercentageError");
  expect(names([0, 2.5, 3])).toContain("MeanSquaredLogarithmicError");
  expect(names([-1.5, 2, 3])).not.toContain("MeanSquaredLogarithmicError");
});

test("rows: one-hot, sets of labels, several amounts, sequences", () => {
  const oneHot = asked(Float32Array.of(1, 0, 0, 0, 0, 1), [2, 3]);
  expect(oneHot[0]).toEqual(["CategoricalCrossentropy", 3, "softmax", "first"]);
  expect(oneHot).toContainEqual(["KLDivergence", 3, "softmax", "fits"]);
  const sets = asked(Float32Array.of(1, 1, 0, 0, 0, 1), [2, 3]);
  expect(sets[0]).toEqual(["BinaryCrossentropy", 3, "sigmoid", "first"]);
  expect(sets.map(([loss]) => loss)).not.toContain("CategoricalCrossentropy");
  const amounts = asked(Float32Array.of(1.5, 1, 0, 0, 0, 1), [2, 3]);
  expect(amounts[0]).toEqual(["MeanSquaredError", 3, "linear", "first"]);
  expect(amounts).toContainEqual(["CosineSimilarity", 3, "linear", "fits"]);
  expect(asked(Int32Array.of(1, 2, 0, 4, 0, 0), [2, 3])).toContainEqual(["CTC", 5, "linear", "fits"]);
});

test("a head that is there already narrows the choice; a linear one gives logits", () => {
  const [first] = losses.suggest(describeLabels(["a", "b", "c"]), "linear");
  expect(first).toMatchObject({ loss: "SparseCategoricalCrossentropy", fromLogits: true, head: "linear" });
  expect(asked([1.5, 2], [2], "softmax")).toEqual([]);
  const names = asked(["a", "b"], undefined, "softmax").map(([loss]) => loss);
  expect(names).toContain("SparseCategoricalCrossentropy");
  expect(names).not.toContain("BinaryCrossentropy");
});

test("whatever is suggested pairs without a word", () => {
  const sets: [LabelValues, number[]?][] = [
    [[0, 1, 1, 0]],
    [["a", "b", "c"]],
    [[1.5, 2, 3]],
    [[-1.5, 2, 3]],
    [Float32Array.of(1, 0, 0, 0, 0, 1), [2, 3]],
    [Float32Array.of(1, 1, 0, 0, 0, 1), [2, 3]],
    [Float32Array.of(1.5, 1, 0, 0, 0, 1), [2, 3]],
    [Int32Array.of(1, 2, 0, 4, 0, 0), [2, 3]],
  ];
  for (const [values, shape] of sets)
    for (const { loss, units, head } of losses.suggest(describeLabels(values, shape))) {
      const question = {
        head,
        units,
        loss: losses.get(loss as "mse"),
        labels: describeLabels(values, shape),
      };
      expect(losses.pair(question).findings, loss).toEqual([]);
    }
});

test("every loss is suggested for some labels", () => {
  const found = [
    asked([0, 1]),
    asked([1.5, 2]),
    asked(Float32Array.of(1, 0, 0, 1), [2, 2]),
    asked(Float32Array.of(1.5, 0, 0, 1), [2, 2]),
    asked(Int32Array.of(1, 2, 0, 4), [2, 2]),
  ].flatMap((suggestions) => suggestions.map(([loss]) => loss));
  expect(allLosses.map(({ name }) => name).filter((name) => !found.includes(name))).toEqual([]);
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
