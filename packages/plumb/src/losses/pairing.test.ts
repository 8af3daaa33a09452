import { describe, expect, test } from "vitest";
import type { Contract, Head } from "../base/contract.ts";
import {
  BinaryCrossentropy,
  CategoricalCrossentropy,
  Circle,
  CTC,
  describeLabels,
  Dice,
  Hinge,
  Huber,
  losses,
  MeanAbsolutePercentageError,
  MeanSquaredError,
  pair,
  Poisson,
  SparseCategoricalCrossentropy,
  type Loss,
  type PairedMetric,
} from "./index.ts";

/** Severity and code of what is found, without labels unless given. */
const verdict = (
  head: Head,
  units: number,
  loss: Loss<any>,
  labels?: ReturnType<typeof describeLabels>,
): string[] =>
  pair({ head, units, loss, labels }).findings.map(({ severity, code }) => `${severity} ${code}`);

const logits = { fromLogits: true };
const probabilities = { fromLogits: false };
const oneHot = describeLabels(Float32Array.of(1, 0, 0, 0, 1, 0), [2, 3]);

describe("the pairings that were measured", () => {
  test("two are right and pass silently", () => {
    expect(verdict("softmax", 3, new SparseCategoricalCrossentropy())).toEqual([]);
    expect(verdict("linear", 3, new CategoricalCrossentropy(logits))).toEqual([]);
  });

  test.each([
    [
      "linear head read as probabilities",
      "linear",
      3,
      new CategoricalCrossentropy(probabilities),
      ["error PL2006"],
    ],
    [
      "linear head read as probabilities",
      "linear",
      1,
      new BinaryCrossentropy(probabilities),
      ["error PL2006"],
    ],
    ["softmax read as logits", "softmax", 3, new SparseCategoricalCrossentropy(logits), ["error PL2006"]],
    ["softmax with binary cross-entropy", "softmax", 3, new BinaryCrossentropy(), ["warning PL2006"]],
    [
      "sigmoid with categorical cross-entropy",
      "sigmoid",
      3,
      new CategoricalCrossentropy(),
      ["warning PL2006"],
    ],
    ["softmax with squared error", "softmax", 3, new MeanSquaredError(), ["warning PL2013"]],
    ["softmax over one output", "softmax", 1, new BinaryCrossentropy(), ["error PL2015"]],
    ["classes from one output", "linear", 1, new SparseCategoricalCrossentropy(), ["error PL2006"]],
    ["relu before a cross-entropy", "nonNegative", 3, new CategoricalCrossentropy(), ["error PL2006"]],
    [
      "sigmoid read as logits of classes",
      "sigmoid",
      3,
      new CategoricalCrossentropy(logits),
      ["error PL2006"],
    ],
  ] as const)("%s", (_title, head, units, loss, found) => {
    expect(verdict(head, units, loss)).toEqual(found);
  });

  test("labels counted from 1 are for the value check", () => {
    expect(() =>
      new SparseCategoricalCrossentropy().checkLabels(Int32Array.of(1, 2, 3), [3], [3, 3]),
    ).toThrow(/^PL2003 .*counted from 1.*Subtract 1/);
  });

  test("labels of −1 and 1 are for the value check", () => {
    expect(() => new BinaryCrossentropy().checkLabels(Float32Array.of(-1, 1), [2], [2, 1])).toThrow(
      /^PL2004/,
    );
  });
});

test.each([
  ["counts from a head that can fall below 0", "linear", new Poisson(), ["warning PL2006"]],
  ["counts from a head that cannot", "nonNegative", new Poisson(), []],
  ["a margin from probabilities", "sigmoid", new Hinge(), ["warning PL2006"]],
  ["a margin from scores", "linear", new Hinge(), []],
  ["embeddings of length 1 from a head that keeps to no length", "linear", new Circle(), ["warning PL2006"]],
  ["embeddings of length 1 from a function of the user's own", "custom", new Circle(), []],
  ["amounts in [0, 1] from a sigmoid", "sigmoid", new Huber(), []],
  ["sequences from logits", "linear", new CTC(), []],
  ["sequences from probabilities", "softmax", new CTC(), []],
  ["sequences from a sigmoid for each class", "sigmoid", new CTC(), ["warning PL2006"]],
  ["masks from probabilities that sum to 1", "softmax", new Dice(), []],
  ["the same read as logits", "softmax", new Dice({ fromLogits: true }), ["error PL2006"]],
] as const)("%s", (_title, head, loss, found) => {
  expect(verdict(head, 3, loss)).toEqual(found);
});

test("sequences from a softmax are computed from the logits behind it", () => {
  const { behindHead } = pair({ head: "softmax", units: 3, loss: new CTC() });
  expect(behindHead).toBeInstanceOf(CTC);
  expect(pair({ head: "linear", units: 3, loss: new CTC() }).behindHead).toBeUndefined();
});

test("a percentage of labels that are 0", () => {
  const [some, none] = [Float32Array.of(0, 2.5), Float32Array.of(1, 2.5)].map((y) =>
    describeLabels(y, [2, 1]),
  );
  expect(verdict("linear", 1, new MeanAbsolutePercentageError(), some)).toEqual(["warning PL2013"]);
  expect(verdict("linear", 1, new MeanAbsolutePercentageError(), none)).toEqual([]);
});

test("a double softmax is told with the loss that it cannot go below: ln(1 + (K − 1)/e)", () => {
  const [{ why }] = pair({ head: "softmax", units: 3, loss: new CategoricalCrossentropy(logits) }).findings;
  expect(why).toContain("below 0.551");
});

test("fromLogits is read from the head where it was left out, and behind an activation there are logits", () => {
  const linear = pair({ head: "linear", units: 1, loss: losses.get("bce") });
  expect(linear.loss.fromLogits).toBe(true);
  expect(linear.behindHead).toBeUndefined();
  const sigmoid = pair({ head: "sigmoid", units: 1, loss: losses.get("bce") });
  expect(sigmoid.loss.fromLogits).toBe(false);
  expect(sigmoid.behindHead?.fromLogits).toBe(true);
  expect(pair({ head: "softmax", units: 2, loss: losses.get("mse") }).behindHead).toBeUndefined();
  expect(pair({ head: "logSoftmax", units: 2, loss: new CategoricalCrossentropy() }).loss.fromLogits).toBe(
    true,
  );
  expect(pair({ head: "custom", units: 2, loss: new CategoricalCrossentropy(logits) }).loss.fromLogits).toBe(
    true,
  );
});

describe("with labels", () => {
  test("one-hot rows for class indices, and the other way round, are errors", () => {
    expect(verdict("softmax", 3, new SparseCategoricalCrossentropy(), oneHot)).toEqual(["error PL2002"]);
    const indices = describeLabels(Int32Array.of(0, 1, 2), [3]);
    expect(verdict("softmax", 3, new CategoricalCrossentropy(), indices)).toEqual(["error PL2002"]);
  });

  test("one class per row with a loss of single outputs; several with a softmax", () => {
    expect(verdict("sigmoid", 3, new BinaryCrossentropy(), oneHot)).toEqual(["warning PL2013"]);
    const sets = describeLabels(Float32Array.of(1, 1, 0, 0, 0, 0), [2, 3]);
    expect(verdict("softmax", 3, new CategoricalCrossentropy(), sets)).toEqual(["warning PL2013"]);
    expect(verdict("sigmoid", 3, new BinaryCrossentropy(), sets)).toEqual([]);
  });

  test("classes with a loss of amounts, and amounts that a head cannot reach", () => {
    const classes = describeLabels(Float32Array.of(0, 1, 1), [3]);
    expect(verdict("linear", 1, new MeanSquaredError(), classes)).toEqual(["warning PL2013"]);
    const amounts = describeLabels(Float32Array.of(-3, 0.5, 12), [3]);
    expect(verdict("linear", 1, new MeanSquaredError(), amounts)).toEqual([]);
    expect(verdict("sigmoid", 1, new MeanSquaredError(), amounts)).toEqual(["warning PL2013"]);
    expect(verdict("nonNegative", 1, new MeanSquaredError(), amounts)).toEqual(["warning PL2013"]);
  });
});

test("a loss of the user's own pairs with anything", () => {
  expect(
    verdict(
      "softmax",
      1,
      losses.get((yTrue, yPred) => yTrue.sub(yPred)),
    ),
  ).toEqual([]);
});

describe("metrics", () => {
  const contract: Contract = {
    labels: "binary",
    predictions: "probability",
    supportsLogits: false,
    tasks: ["binary"],
    when: "",
  };
  const judged = (metric: PairedMetric, head: Head, loss: Loss<any>): readonly unknown[] => {
    const { metrics, findings } = pair({ head, units: 1, loss, metrics: [metric] });
    return [metrics[0], ...findings.map(({ code }) => code)];
  };

  test("one that wants probabilities gets them, unless a threshold was given", () => {
    const recall = { name: "recall", contract };
    expect(judged(recall, "linear", losses.get("bce"))).toEqual(["sigmoid"]);
    expect(judged(recall, "sigmoid", losses.get("bce"))).toEqual(["asIs"]);
    expect(judged({ ...recall, threshold: 0 }, "linear", losses.get("bce"))).toEqual(["asIs"]);
    expect(judged({ ...recall, threshold: 0.5 }, "linear", losses.get("bce"))).toEqual(["asIs", "PL2014"]);
  });

  test("one that compares decided labels is told that predictions are not", () => {
    const equality = { name: "accuracy", contract: { ...contract, predictions: "label" as const } };
    expect(judged(equality, "sigmoid", losses.get("bce"))).toEqual(["asIs", "PL2014"]);
    expect(judged(equality, "linear", losses.get("mse"))).toEqual(["asIs"]);
  });
});
