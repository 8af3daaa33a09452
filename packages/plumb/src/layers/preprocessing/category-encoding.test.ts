import { describe, expect, test } from "vitest";
import { compile, gradients, tensor } from "../../tensor/index.ts";
import { CategoryEncoding, type CategoryEncodingOptions } from "./category-encoding.ts";

const ints = (data: Parameters<typeof tensor>[0]) => tensor(data, undefined, "int32");

test("counts are the sums of the vectors of single inputs, and multi-hot is where they are not 0", () => {
  const x = ints([
    [1, 1, 4, 0],
    [2, 2, 2, 2],
    [3, 0, 1, 4],
  ]);
  const of = (outputMode: CategoryEncodingOptions["outputMode"]) =>
    new CategoryEncoding({ numTokens: 5, outputMode }).call(x);
  const counts = of("oneHot").sum(1);
  expect(of("count").arraySync()).toEqual(counts.arraySync());
  expect(of("multi_hot").arraySync()).toEqual(counts.greater(0).cast("float32").arraySync());
});

test("weights are what each input adds, and have gradients", () => {
  const x = ints([
    [0, 1],
    [0, 0],
    [1, 2],
    [3, 1],
  ]);
  const layer = new CategoryEncoding({ numTokens: 4, outputMode: "count" });
  const weights = tensor([
    [0.5, 0.25],
    [0.5, 0.125],
    [0.25, 4],
    [2, 8],
  ]);
  const counts = layer.call(x, { countWeights: weights });
  const column = tensor([1, 10, 100, 1000]);
  const [gradient] = gradients(counts.mul(column).sum(), [weights]);
  expect(gradient.arraySync()).toEqual([
    [1, 10],
    [1, 1],
    [10, 100],
    [1000, 10],
  ]);
  expect(counts.arraySync()).toEqual([
    [0.5, 0.25, 0, 0],
    [0.625, 0, 0, 0],
    [0, 0.25, 4, 0],
    [0, 8, 0, 2],
  ]);
});

test("one sample alone gives one vector", () => {
  expect(new CategoryEncoding({ numTokens: 4 }).call(ints([3, 1, 3])).arraySync()).toEqual([0, 1, 0, 1]);
});

test("the same of int32 and of float32", () => {
  const layer = new CategoryEncoding({ numTokens: 3 });
  const rows = [
    [0, 2],
    [1, 1],
  ];
  expect(layer.call(tensor(rows)).arraySync()).toEqual(layer.call(ints(rows)).arraySync());
});

describe("an input that is no category is an error, which names the first", () => {
  const layer = new CategoryEncoding({ numTokens: 4, name: "colors" });
  test.each([
    [4, "4 at [1, 0]"],
    [-1, "-1 at [1, 0]"],
    [1.5, "1.5 at [1, 0]"],
    [NaN, "NaN at [1, 0]"],
  ])("%s", (value, words) => {
    const x = tensor([
      [0, 1],
      [value, 2],
    ]);
    const expectError = (run: () => unknown): void => {
      expect(run).toThrow(/^PL3015 .*"colors".*0 … 3/s);
      expect(run).toThrow(words);
    };
    expectError(() => layer.call(x).dataSync());
    expectError(() => compile((given: typeof x) => layer.call(given))(x));
  });
});

test("options and shapes that do not fit", () => {
  expect(() => new CategoryEncoding({} as CategoryEncodingOptions)).toThrow(/PL4004.*numTokens/s);
  expect(() => new CategoryEncoding({ numTokens: 0 })).toThrow(/PL4004.*numTokens/s);
  expect(() => new CategoryEncoding({ numTokens: 2, outputMode: "int" as "count" })).toThrow(
    /PL4004.*"one_hot"/s,
  );
  const x = ints([[0, 1]]);
  expect(() => new CategoryEncoding({ numTokens: 2 }).call(x, { countWeights: [[1, 1]] })).toThrow(
    /PL4004.*countWeights/s,
  );
  expect(() =>
    new CategoryEncoding({ numTokens: 2, outputMode: "count" }).call(x, { countWeights: [1, 1] }),
  ).toThrow(/PL1010.*\[2\].*\[1, 2\]/s);
  expect(() => new CategoryEncoding({ numTokens: 2 }).call(ints([[[0]]]))).toThrow(
    /PL4006.*\[batch, tokens\]/s,
  );
});
