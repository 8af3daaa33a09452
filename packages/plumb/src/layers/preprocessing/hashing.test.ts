import { describe, expect, test } from "vitest";
import { tensor } from "../../tensor/index.ts";
import { Hashing, type HashingOptions } from "./hashing.ts";

describe("has the bins of Keras's documentation", () => {
  const letters = [["A"], ["B"], ["C"], ["D"], ["E"]];
  const cases: readonly (readonly [HashingOptions, string[][], number[][]])[] = [
    [{ numBins: 3 }, letters, [[1], [0], [1], [1], [2]]],
    [{ numBins: 3, maskValue: "" }, [["A"], ["B"], [""], ["C"], ["D"]], [[1], [1], [0], [2], [2]]],
    [{ numBins: 3, salt: [133, 137] }, letters, [[1], [2], [1], [0], [2]]],
    [{ numBins: 3, salt: 133 }, letters, [[0], [0], [2], [1], [0]]],
    [{ numBins: 1 }, letters, [[0], [0], [0], [0], [0]]],
  ];
  test.each(cases)("%j", (options, texts, bins) => {
    const out = new Hashing(options).call(texts);
    expect(out.arraySync()).toEqual(bins);
    expect(out.dtype).toBe("int32");
  });

  test("numbers, by their digits", () => {
    expect(new Hashing({ numBins: 3 }).call([0, 1, 2, 3, 4]).arraySync()).toEqual([1, 0, 1, 0, 2]);
    const salted = new Hashing({ numBins: 3, salt: [133, 137] });
    expect(salted.call(tensor([[0], [1], [2], [3], [4]], undefined, "int32")).arraySync()).toEqual([
      [1],
      [1],
      [2],
      [0],
      [1],
    ]);
  });
});

test("a number and the text of its digits fall into one bin", () => {
  const layer = new Hashing({ numBins: 1000 });
  expect(layer.call([-17, 0, 12345678901]).arraySync()).toEqual(
    layer.call(["-17", "0", "12345678901"]).arraySync(),
  );
});

test("the mask value has bin 0 to itself", () => {
  const values = Array.from({ length: 500 }, (_, i) => `value ${i}`);
  const bins = [...new Hashing({ numBins: 7, maskValue: "value 3" }).call(values).dataSync()];
  expect(bins.map((bin, i) => (bin === 0 ? i : -1)).filter((i) => i >= 0)).toEqual([3]);
  expect(new Set(bins).size).toBe(7);
  expect(new Hashing({ numBins: 1, maskValue: "a" }).call(["a", "b"]).arraySync()).toEqual([0, 0]);
  expect(new Hashing({ numBins: 3, maskValue: 2 }).call([2]).arraySync()).toEqual([0]);
});

test("spreads values evenly", () => {
  const bins = new Hashing({ numBins: 8 })
    .call(Array.from({ length: 8000 }, (_, i) => `user-${i}`))
    .dataSync();
  const counts = Array.from({ length: 8 }, (_, bin) => bins.filter((other) => other === bin).length);
  // The standard deviation of a count is √(8000 · 1/8 · 7/8) = 30; five of them.
  for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(150);
});

test("vectors over the bins", () => {
  const texts = [["A", "B", "C"]];
  const of = (outputMode: HashingOptions["outputMode"]) =>
    new Hashing({ numBins: 3, outputMode }).call(texts).arraySync();
  expect(of("count")).toEqual([[1, 2, 0]]);
  expect(of("multiHot")).toEqual([[1, 1, 0]]);
  expect(of("one_hot")).toEqual([
    [
      [0, 1, 0],
      [1, 0, 0],
      [0, 1, 0],
    ],
  ]);
  expect(new Hashing({ numBins: 3, outputMode: "one_hot" }).call("A").arraySync()).toEqual([[0, 1, 0]]);
});

test("errors name the layer and what is wrong", () => {
  expect(() => new Hashing({} as HashingOptions)).toThrow(/PL4004.*numBins/s);
  expect(() => new Hashing({ numBins: 0 })).toThrow(/PL4004.*numBins/s);
  expect(() => new Hashing({ numBins: 2, salt: [1] as unknown as number })).toThrow(/PL4004.*list of two/s);
  expect(() => new Hashing({ numBins: 2, bins: 3 } as HashingOptions)).toThrow(/PL4004.*bins/s);
  expect(() => new Hashing({ numBins: 2, name: "ids" }).call([1, 2.5])).toThrow(/PL1009.*"ids".*\[1\]/s);
  expect(() => new Hashing({ numBins: 2 }).call(tensor([1, 2.5]))).toThrow(/PL1009.*2\.5 at \[1\]/s);
  expect(() => new Hashing({ numBins: 2, outputMode: "count" }).call([[["A"]]])).toThrow(
    /PL4006.*\[batch, tokens\]/s,
  );
});
