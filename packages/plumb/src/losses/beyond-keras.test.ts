import { describe, expect, test } from "vitest";
import { gradients, tensor } from "../tensor/index.ts";
import {
  BinaryCrossentropy,
  BinaryFocalCrossentropy,
  CategoricalFocalCrossentropy,
  Circle,
  CTC,
  GaussianNLL,
  Hinge,
  LogCosh,
  losses,
  Poisson,
  Quantile,
  Triplet,
} from "./index.ts";

/** What Keras lacks, worked out by hand: no recording covers it. */

describe("quantiles", () => {
  test("a list has one prediction for each, side by side", () => {
    const both = new Quantile({ quantile: [0.1, 0.9], reduction: "none" });
    // 10 against 8 and 13: (0.1 · 2 + 0.1 · 3) / 2; 20 against 25 and 20: (0.9 · 5 + 0) / 2
    const labels = [[10], [20]];
    const predictions = [
      [8, 13],
      [25, 20],
    ];
    const values = [...both.call(labels, predictions).dataSync()];
    expect(values[0]).toBeCloseTo(0.25, 6);
    expect(values[1]).toBeCloseTo(2.25, 6);
    expect([...both.call([10, 20], predictions).dataSync()]).toEqual(values);
    expect(() => both.call(labels, [[8], [25]])).toThrow(/^PL2002 .*2 units/);
  });

  test("a list of one is that one", () => {
    const [alone, listed] = [0.3, [0.3]].map((quantile) =>
      new Quantile({ quantile }).call([[1, 2]], [[3, 0]]).itemSync(),
    );
    expect(listed).toBe(alone);
  });

  test("the best constant prediction is the quantile of the labels", () => {
    const labels = Array.from({ length: 11 }, (_, i) => i);
    const costs = labels.map((at) =>
      new Quantile({ quantile: 0.8 })
        .call(
          labels,
          labels.map(() => at),
        )
        .itemSync(),
    );
    expect(costs.indexOf(Math.min(...costs))).toBe(8);
  });

  test("only shares between 0 and 1", () => {
    expect(() => new Quantile({ quantile: 1 })).toThrow(/^PL2009/);
    expect(() => new Quantile({ quantile: [] })).toThrow(/^PL2009/);
  });
});

describe("predicted variances", () => {
  test("means first, spreads after, one for each label", () => {
    // Variances log(1 + e^0) = log 2 and log(1 + e^1); residuals 1 and 2.
    const [v, w] = [Math.LN2 + 1e-6, Math.log1p(Math.E) + 1e-6];
    const want = (0.5 * (Math.log(v) + 1 / v) + 0.5 * (Math.log(w) + 4 / w)) / 2;
    const loss = new GaussianNLL();
    expect(loss.call([[1, 2]], [[0, 4, 0, 1]]).itemSync()).toBeCloseTo(want, 6);
    const full = new GaussianNLL({ full: true }).call([[1, 2]], [[0, 4, 0, 1]]).itemSync();
    expect(full - want).toBeCloseTo(0.5 * Math.log(2 * Math.PI), 6);
  });

  test("is lowest where the variance is the squared residual", () => {
    const costs = [0.5, 1, 4, 9, 16].map((variance) =>
      new GaussianNLL().call([[3]], [[0, Math.log(Math.expm1(variance))]]).itemSync(),
    );
    expect(costs.indexOf(Math.min(...costs))).toBe(3);
  });
});

test("posWeight counts a label of 1 as so many of them", () => {
  const [labels, logits] = [
    [[1], [0], [1]],
    [[-2], [3], [0.5]],
  ];
  for (const options of [{ fromLogits: true }, {}]) {
    const predictions = options.fromLogits ? logits : logits.map(([x]) => [1 / (1 + Math.exp(-x))]);
    const weighed = new BinaryCrossentropy({ ...options, posWeight: 3 }).call(labels, predictions).itemSync();
    const sampleWeight = [3, 1, 3];
    const repeated = new BinaryCrossentropy(options).call(labels, predictions, { sampleWeight }).itemSync();
    expect(weighed).toBeCloseTo(repeated, 5);
  }
  const perOutput = new BinaryCrossentropy({ fromLogits: true, posWeight: [1, 3] });
  expect(perOutput.call([[1, 1]], [[0, 0]]).itemSync()).toBeCloseTo(2 * Math.LN2, 6);
});

describe("focal losses of logits", () => {
  test("a row that is hopelessly wrong keeps its loss and its gradient; Keras's clip loses both", () => {
    const x = tensor([[-1e4, 1e4, 0]]);
    const slopeOf = (validate: boolean): number[] => {
      const loss = new CategoricalFocalCrossentropy({ fromLogits: true, validate });
      return [...gradients(loss.call([[1, 0, 0]], x), [x])[0].dataSync()];
    };
    expect(new CategoricalFocalCrossentropy({ fromLogits: true }).call([[1, 0, 0]], x).itemSync()).toBe(5000);
    expect(slopeOf(true)).toEqual([-0.25, 0.25, 0]);
    expect(slopeOf(false)).toEqual([0, 0, 0]);
    const binary = tensor([[-1e4]]);
    const value = new BinaryFocalCrossentropy({ fromLogits: true, gamma: 0.5 }).call([[1]], binary);
    expect(value.itemSync()).toBe(1e4);
  });

  test("a gamma below 1 has finite derivatives where the row is right by far", () => {
    for (const [loss, y, x] of [
      [new BinaryFocalCrossentropy({ fromLogits: true, gamma: 0.5 }), [[1, 0]], tensor([[60, -200]])],
      [new CategoricalFocalCrossentropy({ fromLogits: true, gamma: 0.5 }), [[1, 0]], tensor([[90, -90]])],
    ] as const) {
      const [first] = gradients(loss.call(y as unknown as number[][], x), [x]);
      const [second] = gradients(first.sum(), [x]);
      expect([...first.dataSync(), ...second.dataSync()].every(Number.isFinite)).toBe(true);
    }
  });

  test("gamma 0 is cross-entropy", () => {
    const [y, x] = [[[1, 0, 1]], [[2, -1, -3]]];
    const plain = new BinaryCrossentropy({ fromLogits: true }).call(y, x).itemSync();
    expect(new BinaryFocalCrossentropy({ fromLogits: true, gamma: 0 }).call(y, x).itemSync()).toBeCloseTo(
      plain,
      6,
    );
  });
});

test("log cosh keeps its digits near 0, where it is ½ r², and its second derivative there is 1", () => {
  for (const r of [1e-3, -1e-3, 1e-4]) {
    const value = new LogCosh().call([0], [r]).itemSync();
    expect(Math.abs(value / (0.5 * r * r) - 1)).toBeLessThan(1e-6);
  }
  const at = tensor([0]);
  const [slope] = gradients(new LogCosh().call([0], at), [at]);
  expect(gradients(slope, [at])[0].itemSync()).toBe(1);
});

describe("triplets", () => {
  // On a line: 0 and 2 belong together, 1, 4 and 10 are others. Squared distances from 0: 4 | 1, 16, 100; from 2: 4 | 1, 4, 64.
  const [groups, places] = [
    [0, 0, 1, 2, 3],
    [[0], [2], [1], [4], [10]],
  ];
  const rows = (mining: "hard" | "semi_hard" | "all", margin = 20): number[] => [
    ...new Triplet({ mining, margin, reduction: "none" }).call(groups, places).dataSync(),
  ];
  test("hard: the farthest partner and the nearest other", () => {
    expect(rows("hard")).toEqual([23, 23, 0, 0, 0]);
  });
  test("semi-hard: the nearest other beyond the partner, or else the farthest", () => {
    expect(rows("semi_hard")).toEqual([4 - 16 + 20, 0, 0, 0, 0]);
    // Nothing lies beyond a partner that is the farthest of all.
    expect([
      ...new Triplet({ margin: 1, reduction: "none" }).call([0, 0, 1], [[0], [9], [1]]).dataSync(),
    ]).toEqual([81 - 1 + 1, 81 - 64 + 1, 0]);
  });
  test("all: the mean over every pair of partner and other", () => {
    expect(rows("all").map((value) => Math.round(value * 1e4) / 1e4)).toEqual([
      Math.round(((23 + 8 + 0) / 3) * 1e4) / 1e4,
      Math.round(((23 + 20 + 0) / 3) * 1e4) / 1e4,
      0,
      0,
      0,
    ]);
  });
});

describe("labels of their own form", () => {
  test("a hinge reads 0 and 1 as −1 and 1, and refuses a mixture", () => {
    const scores = [0.3, -2, 1.5];
    const read = (labels: number[]): number => new Hinge().call(labels, scores).itemSync();
    expect(read([0, 0, 1])).toBe(read([-1, -1, 1]));
    const sampleWeight = [1, 0, 1];
    const without = (labels: number[]): number =>
      new Hinge().call(labels, scores, { sampleWeight }).itemSync();
    expect(without([0, 7, 1])).toBe(without([-1, 7, 1]));
    expect(() => read([-1, 0, 1])).toThrow(/^PL2004 .* 0 at \[1\]; 1 of 3/);
    expect(() => new Hinge().checkLabels(Float32Array.of(-1, 0, 1), [3], [3])).toThrow(/^PL2004/);
  });

  test("a margin that is just met still pulls; one that is exceeded does not", () => {
    const scores = tensor([1, 1.5]);
    const [slope] = gradients(new Hinge({ reduction: "sum" }).call([[1], [1]], scores.expandDims(-1)), [
      scores,
    ]);
    expect([...slope.dataSync()].map((value) => value + 0)).toEqual([-1, 0]);
  });

  test("sequences: no 0 before the end, no more classes than there are steps for", () => {
    const frames = tensor(new Float32Array(2 * 3 * 4), [2, 3, 4]);
    const call = (labels: number[][]) => new CTC().call(labels, frames).dataSync();
    expect(() =>
      call([
        [1, 2, 3],
        [1, 0, 0],
      ]),
    ).not.toThrow();
    expect(() =>
      call([
        [1, 2, 3],
        [1, 0, 2],
      ]),
    ).toThrow(/^PL2003 .*\[1, 1\]/);
    expect(() =>
      call([
        [1, 2, 3],
        [1, 1, 2],
      ]),
    ).toThrow(/^PL2002 .*row 1 .*4 steps/);
    expect(() =>
      call([
        [1, 2, 3],
        [1, 4, 0],
      ]),
    ).toThrow(/^PL2003 .*4 at \[1, 1\]/);
    expect(
      new CTC()
        .call(
          [
            [1, 0, 2],
            [1, 0, 0],
          ],
          frames,
          { sampleWeight: [0, 1] },
        )
        .itemSync(),
    ).toBeGreaterThan(0);
    expect(() => new CTC().checkLabels(Int32Array.of(1, 1, 2), [1, 3], [1, 3, 4])).toThrow(/^PL2002/);
  });

  test("embeddings that are not of length 1, and counts below 0", () => {
    expect(() =>
      new Circle()
        .call(
          [0, 0, 1],
          [
            [3, 0],
            [0.8, 0.6],
            [0, 1],
          ],
        )
        .itemSync(),
    ).toThrow(/^PL2001 .* 3 at \[0, 0\]/);
    expect(() => new Poisson().call([1, -1], [1, 1]).itemSync()).toThrow(/^PL2004/);
    expect(() => new Poisson().call([1, 2], [1, -0.5]).itemSync()).toThrow(/^PL2001/);
  });
});

test("rows without partners cost nothing, and rows that do not count are nobody's partner", () => {
  const places = [[0], [2], [1], [4]];
  for (const loss of [new Triplet({ reduction: "none" }), new Circle({ reduction: "none", validate: false })])
    expect([...loss.call([0, 1, 2, 3], places).dataSync()]).toEqual([0, 0, 0, 0]);
  const row = (loss: Triplet | Circle, groups: number[], weights?: number[]): number =>
    loss.call(groups, places, { sampleWeight: weights }).dataSync()[0];
  const weights = [1, 0, 1, 1];
  const options = { reduction: "none", validate: false } as const;
  for (const asKeras of [new Triplet({ ...options, mining: "hard" }), new Circle(options)]) {
    expect(row(asKeras, [5, 5, 7, 7])).toBeGreaterThan(0);
    expect(row(asKeras, [5, 5, 7, 7], weights)).toBe(row(asKeras, [5, 5, 7, 7]));
  }
  expect(row(new Triplet({ reduction: "none", mining: "hard" }), [5, 5, 7, 7], weights)).toBe(0);
});

test("a curve is drawn with the parameters of the loss that is asked", () => {
  const { against, x, slope } = losses.curve("huber", 7)!;
  expect(against).toBe("the residual p − y");
  expect([...x]).toEqual([-3, -2, -1, 0, 1, 2, 3]);
  expect([...slope]).toEqual([-1, -1, -1, 0, 1, 1, 1]);
  expect(losses.curve("dice")).toBeUndefined();
});
