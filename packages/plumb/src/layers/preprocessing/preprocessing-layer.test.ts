import { expect, test } from "vitest";
import { Adam } from "../../optimizers/index.ts";
import { Sequential } from "../../train/sequential.ts";
import { CategoryEncoding } from "./category-encoding.ts";
import { Dense } from "../core/dense.ts";
import { Discretization } from "./discretization.ts";
import { Input } from "../input.ts";
import { IntegerLookup } from "./integer-lookup.ts";
import type { Layer } from "../layer.ts";
import { StringLookup } from "./string-lookup.ts";
import { TextVectorization } from "./text-vectorization.ts";

test("a model refuses what reads texts, and says so", () => {
  const layer = new StringLookup({ vocabulary: ["a"] });
  expect(() => new Sequential([layer as unknown as Layer])).toThrow(
    /^PL4004 .*StringLookup.*call it on the data/s,
  );
});

test("names are those of classes unless given, options are checked", () => {
  expect(new TextVectorization().name).toBe("text_vectorization");
  expect(new TextVectorization({ name: "words" }).name).toBe("words");
  expect(() => new TextVectorization({ name: 3 as unknown as string })).toThrow(/^PL4004.*name/s);
  expect(() => new StringLookup("red" as unknown as object)).toThrow(/^PL4004/);
});

test("a model learns from texts that were made numbers before it", async () => {
  const texts = ["good fun", "bad plot", "good plot", "bad fun", "good", "bad"];
  const words = new TextVectorization({ outputMode: "multi_hot" });
  words.adapt(texts);
  const y = texts.map((text) => [text.includes("good") ? 1 : 0]);
  const model = new Sequential([
    Input({ shape: [words.vocabularySize()] }),
    new Dense(1, { activation: "sigmoid" }),
  ]);
  model.compile({
    optimizer: new Adam({ learningRate: 0.1 }),
    loss: "binaryCrossentropy",
    metrics: ["accuracy"],
  });
  const { history } = await model.fit(words.call(texts), y, { epochs: 60, verbose: 0 });
  expect(history.accuracy.at(-1)).toBe(1);
});

test.each([
  [
    "IntegerLookup",
    () => new IntegerLookup({ vocabulary: [40, 7], outputMode: "one_hot", numOovIndices: 1 }),
  ],
  ["CategoryEncoding", () => new CategoryEncoding({ numTokens: 50 })],
  ["Discretization", () => new Discretization({ binBoundaries: [10, 30], outputMode: "one_hot" })],
])("%s is a layer of a model, which learns what no line through the numbers could", async (_name, make) => {
  const x = [[7], [40], [23], [7], [40], [23]];
  const y = [[1], [1], [-1], [1], [1], [-1]];
  const model = new Sequential([Input({ shape: [1] }), make(), new Dense(1)]);
  model.compile({ optimizer: new Adam({ learningRate: 0.1 }), loss: "meanSquaredError" });
  const { history } = await model.fit(x, y, { epochs: 120, verbose: 0 });
  expect(history.loss.at(-1)).toBeLessThan(1e-3);
});
