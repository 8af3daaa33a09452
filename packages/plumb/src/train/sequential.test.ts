import { describe, expect, test } from "vitest";
import { Dense, Dropout, Flatten, Input, type Layer } from "../layers/index.ts";
import { seed, tensor, type Tensor } from "../tensor/index.ts";
import { Sequential } from "./sequential.ts";

const model = (): Sequential =>
  new Sequential([
    Input({ shape: [4, 2] }),
    new Flatten(),
    new Dense(64, { activation: "relu" }),
    new Dropout(0.5),
    new Dense(3, { name: "head", trainable: false }),
    new Dense(2),
  ]);

test("layers are named after their class and numbered within their model, unless they were named", () => {
  const names = ["input_layer", "flatten", "dense", "dropout", "head", "dense_1"];
  expect(model().layers.map(({ name }) => name)).toEqual(names);
  expect(model().layers.map(({ name }) => name)).toEqual(names);
});

test("weights come layer by layer under their layer's name; frozen ones are not trained", () => {
  const { weights, trainableVariables } = model();
  const names = ["dense/kernel", "dense/bias", "head/kernel", "head/bias", "dense_1/kernel", "dense_1/bias"];
  expect(weights.map(({ name }) => name)).toEqual(names);
  expect(weights.map(({ shape }) => shape)).toEqual([[8, 64], [64], [64, 3], [3], [3, 2], [2]]);
  expect(trainableVariables.map(({ name }) => name)).toEqual(
    names.filter((name) => !name.startsWith("head")),
  );
});

test("the summary is a table of layers, shapes and counts", () => {
  let printed = "";
  const text = model().summary({ print: (line) => (printed = line) });
  expect(printed).toBe(text);
  expect(text).toBe(
    [
      'Model "sequential"',
      "┌──────────────────────────┬───────────────┬──────────────┐",
      "│ Layer                    │ Output shape  │      Weights │",
      "├──────────────────────────┼───────────────┼──────────────┤",
      "│ input_layer (InputLayer) │ [batch, 4, 2] │            0 │",
      "│ flatten (Flatten)        │ [batch, 8]    │            0 │",
      "│ dense (Dense)            │ [batch, 64]   │          576 │",
      "│ dropout (Dropout)        │ [batch, 64]   │            0 │",
      "│ head (Dense)             │ [batch, 3]    │ 195 (frozen) │",
      "│ dense_1 (Dense)          │ [batch, 2]    │            8 │",
      "└──────────────────────────┴───────────────┴──────────────┘",
      "Weights: 779 (3.0 KB), of which trained: 584 (2.3 KB), not trained: 195 (780 B)",
    ].join("\n"),
  );
});

test("called on a tensor it runs its layers one after the other", () => {
  seed(1);
  const stack = model();
  const x = tensor(new Float32Array(8).fill(0.5), [1, 4, 2]);
  const byHand = stack.layers.reduce<Tensor>((value, layer) => layer.call(value) as Tensor, x);
  expect([...stack.call(x).dataSync()]).toEqual([...byHand.dataSync()]);
});

test("layers can be added to a model that is built", () => {
  const stack = new Sequential([Input({ shape: [3] }), new Dense(5)]);
  stack.add(new Dense(2));
  expect(stack.outputShape).toEqual([null, 2]);
  expect(stack.weights.at(-2)!.shape).toEqual([5, 2]);
});

test("weights that were taken fit a model of the same layers, in any form", () => {
  const [from, to] = [model(), model()];
  to.setWeights(from.getWeights());
  expect(to.getWeights()).toEqual(from.getWeights());
  const small = new Sequential([Input({ shape: [2] }), new Dense(1)]);
  small.setWeights([[[1], [2]], tensor([3])]);
  expect(small.getWeights().map((weight) => [...weight])).toEqual([[1, 2], [3]]);
});

describe("what is no layer, or no new one, is refused", () => {
  test("a class", () => {
    expect(() => new Sequential([Dense as unknown as Layer])).toThrow(/PL4004.*new Dense/);
  });
  test("a layer that is in the model", () => {
    const layer = new Dense(2);
    expect(() => new Sequential([layer, layer])).toThrow(/PL4004.*"dense" was added twice/);
  });
  test("two layers of one name", () => {
    const twins = [new Dense(2, { name: "a" }), new Dense(2, { name: "a" })];
    expect(() => new Sequential(twins)).toThrow(/PL4004.*"a"/);
  });
});
