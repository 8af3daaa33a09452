import { describe, expect, test } from "vitest";
import { random, seed, tensor } from "../../tensor/index.ts";
import { Discretization, type DiscretizationOptions } from "./discretization.ts";

describe("given boundaries", () => {
  test("a number falls into the bin that begins at or below it", () => {
    const layer = new Discretization({ binBoundaries: [0, 0.5, 1] });
    const bins = layer.call(tensor([[-1, 0, 0.1, 0.5, 0.8, 1, 1.2, -Infinity, Infinity, NaN]]));
    expect(bins.arraySync()).toEqual([[0, 1, 1, 2, 2, 3, 3, 0, 3, 3]]);
    expect(bins.dtype).toBe("int32");
  });

  test("the bins as vectors", () => {
    const of = (outputMode: DiscretizationOptions["outputMode"]) =>
      new Discretization({ binBoundaries: [0, 0.5, 1], outputMode })
        .call(tensor([[0.1, 0.8, 0.9]]))
        .arraySync();
    expect(of("count")).toEqual([[0, 1, 2, 0]]);
    expect(of("multiHot")).toEqual([[0, 1, 1, 0]]);
    expect(of("oneHot")).toEqual([
      [
        [0, 1, 0, 0],
        [0, 0, 1, 0],
        [0, 0, 1, 0],
      ],
    ]);
  });
});

describe("adapt", () => {
  test("gives the bins of Keras's documentation", () => {
    const layer = new Discretization({ numBins: 4, epsilon: 0.01 });
    const x = [
      [-1.5, 1.0, 3.4, 0.5],
      [0.0, 3.0, 1.3, 0.0],
    ];
    layer.adapt(x);
    expect(layer.call(tensor(x)).arraySync()).toEqual([
      [0, 2, 3, 2],
      [1, 3, 3, 1],
    ]);
  });

  test.each([2, 3, 5, 10])("splits data into %i bins of equal shares, up to twice epsilon", (numBins) => {
    seed(5);
    const data = random.normal([3000, 2]);
    const layer = new Discretization({ numBins });
    layer.adapt(data);
    const bins = layer.call(data).dataSync();
    for (let bin = 0; bin < numBins; bin++) {
      const share = bins.filter((other) => other === bin).length / 6000;
      expect(Math.abs(share - 1 / numBins)).toBeLessThan(0.02);
    }
  });

  test("does not hang on the order of the data, nor on their shape", () => {
    seed(6);
    const data = [...random.uniform([200]).dataSync()];
    const boundaries = (given: number[] | number[][]) => {
      const layer = new Discretization({ numBins: 7 });
      layer.adapt(given);
      return layer.binBoundaries;
    };
    const straight = boundaries(data);
    expect(straight).toHaveLength(6);
    expect(boundaries(data.toReversed())).toEqual(straight);
    expect(boundaries(data.map((value) => [value]))).toEqual(straight);
  });

  test("a layer made from the boundaries found gives the same", () => {
    seed(7);
    const data = random.normal([100]);
    const layer = new Discretization({ numBins: 5, outputMode: "one_hot" });
    layer.adapt(data);
    const again = new Discretization({ binBoundaries: layer.binBoundaries, outputMode: "one_hot" });
    expect(again.call(data).arraySync()).toEqual(layer.call(data).arraySync());
  });

  test("of fewer data than bins, gives what bins there are", () => {
    const layer = new Discretization({ numBins: 5 });
    layer.adapt([0, 1, 5]);
    expect(layer.binBoundaries).toEqual([0, 1]);
  });

  test("one bin has no boundaries", () => {
    const layer = new Discretization({ numBins: 1 });
    layer.adapt([1, 2, 3]);
    expect(layer.binBoundaries).toEqual([]);
    expect(layer.call(tensor([[-5, 5]])).arraySync()).toEqual([[0, 0]]);
  });

  test("again, moves the boundaries, also of a layer in use, as long as there are as many", () => {
    const layer = new Discretization({ numBins: 3 });
    const data = [0, 1, 2, 3, 4, 5];
    layer.adapt(data);
    const before = layer.call(tensor([2.5])).arraySync();
    layer.adapt(data.map((value) => value + 100));
    expect(layer.call(tensor([102.5])).arraySync()).toEqual(before);
    expect(layer.call(tensor([2.5])).arraySync()).toEqual([0]);
    expect(() => layer.adapt([1, 2])).toThrow(/PL4007.*called with 3/s);
  });
});

test("errors", () => {
  expect(() => new Discretization()).toThrow(/PL4004.*neither/s);
  expect(() => new Discretization({ numBins: 2, binBoundaries: [1] })).toThrow(/PL4004.*both/s);
  expect(() => new Discretization({ binBoundaries: [1, 0] })).toThrow(/PL4004.*rising/s);
  expect(() => new Discretization({ numBins: 2, epsilon: 0 })).toThrow(/PL4004.*epsilon/s);
  expect(() => new Discretization({ numBins: 2 }).call(tensor([1]))).toThrow(/PL4018/);
  expect(() => new Discretization({ binBoundaries: [1] }).adapt([1])).toThrow(/PL4004.*binBoundaries/s);
  expect(() => new Discretization({ numBins: 2 }).adapt([[1], [NaN]])).toThrow(/PL3009.*NaN at \[1, 0\]/s);
  expect(() => new Discretization({ numBins: 2 }).adapt([])).toThrow(/PL3004/);
});
