import { describe, expect, test } from "vitest";
import { compile, tensor, type Tensor } from "../../tensor/index.ts";
import { IntegerLookup, type IntegerLookupOptions } from "./integer-lookup.ts";
import { StringLookup } from "./string-lookup.ts";

const ints = (data: Parameters<typeof tensor>[0]): Tensor => tensor(data, undefined, "int32");
const vocabulary = [12, 36, 1138, 42];

test("the indices of Keras's documentation", () => {
  const layer = new IntegerLookup({ vocabulary });
  expect(
    layer
      .call(
        ints([
          [12, 1138, 42],
          [42, 1000, 36],
        ]),
      )
      .arraySync(),
  ).toEqual([
    [1, 3, 4],
    [4, 0, 2],
  ]);
  const two = new IntegerLookup({ vocabulary, numOovIndices: 2 });
  expect(
    two
      .call(
        ints([
          [12, 1138, 42],
          [37, 1000, 36],
        ]),
      )
      .arraySync(),
  ).toEqual([
    [2, 4, 5],
    [1, 0, 3],
  ]);
  const adapted = new IntegerLookup();
  adapted.adapt([
    [12, 1138, 42],
    [42, 1000, 36],
  ]);
  expect(adapted.getVocabulary()).toEqual([-1, 42, 1138, 1000, 36, 12]);
  const back = new IntegerLookup({ vocabulary: layer.getVocabulary(), invert: true });
  expect(
    back
      .call(
        ints([
          [1, 3, 4],
          [4, 0, 2],
        ]),
      )
      .arraySync(),
  ).toEqual([
    [12, 1138, 42],
    [42, -1, 36],
  ]);
});

describe("finds every token, and no other number", () => {
  const extremes = [-(2 ** 31), 2 ** 31 - 1, 0, -1, 7];
  test.each([1, 2, 3, 4, 5, 7, 8, 15, 16, 100, 1000])("of %i", (count) => {
    // Odd numbers, in an order that is none; even ones are unknown.
    const tokens = Array.from({ length: count }, (_, i) => 2 * ((i * 7919) % 1009) - 1009);
    const layer = new IntegerLookup({ vocabulary: tokens, oovToken: 2 });
    expect(layer.call(ints(tokens)).arraySync()).toEqual(tokens.map((_, i) => i + 1));
    const others = tokens.map((token) => token + 1);
    expect(layer.call(ints(others)).arraySync()).toEqual(others.map(() => 0));
  });

  test("the least and the largest of int32 among them", () => {
    const layer = new IntegerLookup({ vocabulary: extremes, oovToken: 3 });
    expect(layer.call(ints([...extremes, 1, 8, -2])).arraySync()).toEqual([1, 2, 3, 4, 5, 0, 0, 0]);
  });
});

test("unknown numbers share indices by their remainder, which is never negative", () => {
  const layer = new IntegerLookup({ vocabulary: [1000], numOovIndices: 5, oovToken: 0 });
  const numbers = [-7, -5, -1, 0, 1, 4, 5, 9, 2 ** 31 - 1, -(2 ** 31), 2 ** 24 + 1];
  expect(layer.call(ints(numbers)).arraySync()).toEqual(numbers.map((n) => ((n % 5) + 5) % 5));
});

describe("gives what a StringLookup of the digits does", () => {
  const cases: readonly Omit<IntegerLookupOptions, "vocabulary">[] = [
    {},
    { maskToken: 0 },
    { maskToken: 5, outputMode: "count" },
    { outputMode: "multi_hot", numOovIndices: 1 },
    { outputMode: "tf_idf" },
    { outputMode: "tf_idf", maskToken: 3, maxTokens: 4 },
    { outputMode: "one_hot", maxTokens: 9, padToMaxTokens: true },
  ];
  test.each(cases)("%j", (options) => {
    // Single digits, which the order of texts and that of numbers agree about.
    const data = [
      [1, 5, 5, 0],
      [5, 3, 8, 0],
      [8, 8, 2, 0],
    ];
    const texts = data.map((row) => row.map(String));
    const numbers = new IntegerLookup(options);
    const strings = new StringLookup({
      ...options,
      maskToken: options.maskToken?.toString(),
      oovToken: "-1",
    });
    numbers.adapt(data);
    strings.adapt(texts);
    expect(numbers.getVocabulary().map(String)).toEqual(strings.getVocabulary());
    const x = [
      [8, 5, 4, 0],
      [3, 3, 7, 1],
    ];
    expect(numbers.call(ints(x)).arraySync()).toEqual(
      strings.call(x.map((row) => row.map(String))).arraySync(),
    );
    const again = new IntegerLookup({
      ...options,
      vocabulary: numbers.getVocabulary(),
      idfWeights: numbers.idfWeights,
    });
    expect(again.call(ints(x)).arraySync()).toEqual(numbers.call(ints(x)).arraySync());
  });
});

test("inverted: masks and unknown numbers", () => {
  const layer = new IntegerLookup({ vocabulary, maskToken: 0, oovToken: -9, invert: true });
  expect(layer.getVocabulary()).toEqual([0, -9, ...vocabulary]);
  expect(layer.call(ints([0, 1, 2, 5, 6, -1])).arraySync()).toEqual([0, -9, 12, 42, -9, -9]);
});

test("adapts to tensors of ids beyond what float32 holds", () => {
  const layer = new IntegerLookup({ numOovIndices: 0 });
  const ids = [2 ** 24 + 1, 2 ** 24 + 1, 2 ** 24];
  layer.adapt(tensor(Int32Array.from(ids)));
  expect(layer.getVocabulary()).toEqual([2 ** 24 + 1, 2 ** 24]);
  layer.adapt(ids);
  expect(layer.call(ints(ids)).arraySync()).toEqual([0, 0, 1]);
});

test("another vocabulary of the same size goes into functions that were compiled", () => {
  const layer = new IntegerLookup({ vocabulary: [1, 2, 3] });
  const fn = compile((x: Tensor) => layer.call(x));
  const x = ints([3, 7, 1]);
  expect(fn(x).arraySync()).toEqual([3, 0, 1]);
  layer.setVocabulary([7, 3, 4]);
  expect(fn(x).arraySync()).toEqual([2, 1, 0]);
  expect(() => layer.setVocabulary([7, 3])).toThrow(/^PL4007.*2 tokens.*called with 3/s);
});

test("errors", () => {
  expect(() => new IntegerLookup({ vocabulary: [1.5] })).toThrow(/^PL4004.*whole number/s);
  expect(() => new IntegerLookup({ vocabulary: [2 ** 31] })).toThrow(/^PL4004/);
  expect(() => new IntegerLookup({ vocabulary: [1, 2, 1] })).toThrow(/^PL4004.*1 twice/s);
  expect(() => new IntegerLookup().call(ints([1]))).toThrow(/^PL4018/);
  expect(() => new IntegerLookup().adapt([[1, 2.5]])).toThrow(/^PL3015.*2\.5 at \[0, 1\]/s);
  const strict = new IntegerLookup({ vocabulary, numOovIndices: 0, maskToken: 0, name: "shops" });
  expect(strict.call(ints([0, 12])).arraySync()).toEqual([0, 1]);
  expect(() =>
    strict
      .call(
        ints([
          [0, 12],
          [36, 7],
        ]),
      )
      .dataSync(),
  ).toThrow(/^PL3015 .*"shops".*7 at \[1, 1\]/s);
  expect(() => strict.call(tensor([0.5])).dataSync()).toThrow(/^PL3015.*0\.5 at \[0\]/s);
  expect(() => new IntegerLookup({ vocabulary, outputMode: "count" }).call(ints([[[1]]]))).toThrow(/^PL4006/);
});
