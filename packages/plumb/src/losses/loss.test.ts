import { describe, expect, test } from "vitest";
import { compile, gradients, tensor, Variable, type Tensor } from "../tensor/index.ts";
import {
  BinaryCrossentropy,
  CategoricalCrossentropy,
  Loss,
  losses,
  MeanAbsoluteError,
  MeanSquaredError,
  meanSquaredError,
  SparseCategoricalCrossentropy,
} from "./index.ts";

const oneHot = [[0, 1, 0]];
const logits = [[0.1, 0.8, 0.1]];

test("numbers worked out by hand", () => {
  // ((1 − 1.5)² + (2 − 2.5)² + (3 − 2)²) / 3 = 1.5 / 3
  expect(new MeanSquaredError().call([1, 2, 3], [1.5, 2.5, 2]).itemSync()).toBe(0.5);
  // ((2 − 1)² + (3 − 5)²) / 2
  expect(new MeanSquaredError().call([2, 3], [1, 5]).itemSync()).toBe(2.5);
  // (0.5 + 0.5 + 1) / 3
  expect(new MeanAbsoluteError().call([1, 2, 3], [1.5, 2.5, 2]).itemSync()).toBeCloseTo(2 / 3, 6);
  // −log 0.8, and log(2 e^0.1 + e^0.8) − 0.8
  expect(new CategoricalCrossentropy().call(oneHot, logits).itemSync()).toBeCloseTo(0.2231, 4);
  expect(new CategoricalCrossentropy({ fromLogits: true }).call(oneHot, logits).itemSync()).toBeCloseTo(
    0.6897,
    4,
  );
  expect(new SparseCategoricalCrossentropy().call([1], logits).itemSync()).toBeCloseTo(0.2231, 4);
  // (log(1 + e^−2) + log(1 + e^−3) + log(1 + e^−0.5)) / 3
  const binary = new BinaryCrossentropy({ fromLogits: true }).call([0, 1, 1], [-2, 3, 0.5]).itemSync();
  expect(binary).toBeCloseTo(
    (Math.log1p(Math.exp(-2)) + Math.log1p(Math.exp(-3)) + Math.log1p(Math.exp(-0.5))) / 3,
    6,
  );
});

test("the example of DESIGN: raw values given as probabilities", () => {
  const call = (options: object): number =>
    new BinaryCrossentropy(options).call([0, 1, 0], [0, 2, -1]).itemSync();
  expect(() => call({ fromLogits: false })).toThrow(
    /^PL2001 .* 2 at \[1\]; 2 of 3 .* -1 … 2.*fromLogits: true/,
  );
  // Keras clips 0, 2 and −1 to 1e-7, 1 − 1e-7 and 1e-7: a perfect score.
  expect(call({ validate: false })).toBeCloseTo(1.19e-7, 9);
  expect(call({ fromLogits: true })).toBeGreaterThan(0.3);
});

test("losses close to 0 between logits near 10⁴ keep their digits", () => {
  const near = [[1e4, 1e4 - 5]];
  const want = Math.log1p(Math.exp(-5));
  expect(new SparseCategoricalCrossentropy({ fromLogits: true }).call([0], near).itemSync()).toBeCloseTo(
    want,
    7,
  );
  expect(new CategoricalCrossentropy({ fromLogits: true }).call([[1, 0]], near).itemSync()).toBeCloseTo(
    want,
    7,
  );
});

test("reductions: Keras's default divides by the number of rows and ignores the weights there", () => {
  const call = (reduction: "sum" | "none" | "mean" | "mean_with_sample_weight" | null): number[] => [
    ...new MeanSquaredError({ reduction })
      .call([[0], [0], [0]], [[1], [2], [3]], { sampleWeight: [1, 0, 0.5] })
      .dataSync(),
  ];
  expect(call("none")).toEqual([1, 0, 4.5]);
  expect(call(null)).toEqual([1, 0, 4.5]);
  expect(call("sum")).toEqual([5.5]);
  expect(call("mean")[0]).toBeCloseTo(5.5 / 3, 6);
  expect(call("mean_with_sample_weight")[0]).toBeCloseTo(5.5 / 1.5, 6);
});

test("rows that are single numbers can be weighed and left unreduced", () => {
  const loss = new MeanSquaredError({ reduction: "none" });
  expect([...loss.call([0, 0], [1, 2], { sampleWeight: [2, 1] }).dataSync()]).toEqual([2, 4]);
});

test("[batch] weights weigh rows of sequences; with validate: false they weigh what Keras weighs", () => {
  const [y, p] = [
    [
      [0, 0],
      [0, 0],
    ],
    [
      [1, 2],
      [3, 4],
    ],
  ].map((rows) => tensor(rows).expandDims(-1));
  const call = (validate: boolean): number[] => [
    ...new MeanSquaredError({ reduction: "none", validate }).call(y, p, { sampleWeight: [1, 10] }).dataSync(),
  ];
  expect(call(true)).toEqual([1, 4, 90, 160]);
  expect(call(false)).toEqual([1, 40, 9, 160]);
});

describe("value checks", () => {
  test("run inside a compiled function, which then writes nothing", () => {
    const w = new Variable(tensor([1]));
    const loss = new BinaryCrossentropy({ fromLogits: false });
    const step = compile((x: Tensor) => {
      const value = loss.call([[1], [0]], x.mul(w.read()));
      w.assign(w.read().add(1));
      return value;
    });
    expect(step(tensor([[0.5], [0.25]])).itemSync()).toBeGreaterThan(0);
    expect([...w.dataSync()]).toEqual([2]);
    expect(() => step(tensor([[0.25], [0.75]])).itemSync()).toThrow(/^PL2001 .*1\.5 at \[1, 0\]; 1 of 2/);
    expect([...w.dataSync()]).toEqual([2]);
  });

  test("class indices: out of range is an error with and without validation, as in Keras", () => {
    const call = (labels: number[], options = {}): number =>
      new SparseCategoricalCrossentropy({ fromLogits: true, ...options })
        .call(labels, [
          [0, 1, 2],
          [0, 1, 2],
        ])
        .itemSync();
    expect(() => call([0, 3])).toThrow(/^PL2003 .*0 … 2.*3 at \[1\]; 1 of 2.*4 units/);
    expect(() => call([1, 3])).toThrow(/counted from 1.*Subtract 1/);
    expect(() => call([-1, 0])).toThrow(/ignoreClass: -1/);
    expect(() => call([0.5, 0])).toThrow(/^PL2003 .*0\.5 at \[0\]/);
    expect(() => call([0, 3], { validate: false })).toThrow(/^PL2003/);
    expect(call([0.5, 0], { validate: false })).toBe(call([0, 0]));
    expect(call([-1, 0], { ignoreClass: -1 })).toBe(call([0, 0]));
  });

  test("labels −1 and 1, and one-hot rows that do not sum to 1", () => {
    expect(() => new BinaryCrossentropy().call([-1, 1], [0.5, 0.5]).itemSync()).toThrow(
      /^PL2004 .*\(y \+ 1\) \/ 2/,
    );
    const rows = [
      [1, 0],
      [1, 1],
    ];
    const even = [
      [0.5, 0.5],
      [0.5, 0.5],
    ];
    expect(() => new CategoricalCrossentropy().call(rows, even).itemSync()).toThrow(
      /^PL2005 .*row \[1, 0\] of the labels sums to 2; so 1 of 2/,
    );
  });

  test("labels can be checked on the host, once, with the same words; NaN only there", () => {
    const loss = new SparseCategoricalCrossentropy();
    expect(() => loss.checkLabels(Int32Array.of(0, 3), [2], [2, 3])).toThrow(/^PL2003 .*3 at \[1\]/);
    expect(() => loss.checkLabels(Int32Array.of(0, 3), [2], [2, 3], [1, 0])).not.toThrow();
    const mse = new MeanSquaredError();
    expect(() => mse.checkLabels(Float32Array.of(1, NaN, 2), [3, 1], [3, 1])).toThrow(
      /^PL2012 .*\[1, 0\] is NaN; 1 of 3/,
    );
    // What was checked once is not checked again in every step.
    expect(new BinaryCrossentropy().call([2], [0.5], { labelsChecked: true }).itemSync()).toBeLessThan(1);
  });

  test("a probability that a softmax rounded to just above 1 passes", () => {
    expect(() => new BinaryCrossentropy().call([1], [1.0000001]).itemSync()).not.toThrow();
  });
});

test("shapes that would broadcast are PL2002", () => {
  expect(() =>
    new MeanSquaredError().call(
      [[1], [2]],
      [
        [1, 2],
        [3, 4],
      ],
    ),
  ).toThrow(/^PL2002/);
  expect(() =>
    new CategoricalCrossentropy().call(
      [0, 1],
      [
        [0.5, 0.5],
        [0.5, 0.5],
      ],
    ),
  ).toThrow(/^PL2002/);
});

test("label smoothing moves labels towards the even distribution", () => {
  const loss = new CategoricalCrossentropy({ labelSmoothing: 0.3, fromLogits: true });
  const hand = new CategoricalCrossentropy({ fromLogits: true })
    .call([[0.1, 0.8, 0.1]], [[1, 2, 3]])
    .itemSync();
  expect(loss.call([[0, 1, 0]], [[1, 2, 3]]).itemSync()).toBeCloseTo(hand, 6);
});

describe("losses.get", () => {
  test("takes names, instances and functions", () => {
    const own = new MeanSquaredError();
    expect(losses.get(own)).toBe(own);
    expect(losses.get("mse")).toBeInstanceOf(MeanSquaredError);
    const fn = losses.get((yTrue, yPred) => yTrue.sub(yPred).abs());
    expect(fn.call([1, 2], [2, 4]).itemSync()).toBe(1.5);
    expect(fn.call([1, 2], [2, 4], { sampleWeight: [1, 0] }).itemSync()).toBe(0.5);
  });

  test("a class in place of an instance is PL2008 with what to write", () => {
    expect(() => losses.get(MeanSquaredError as never)).toThrow(
      /^PL2008 .*new MeanSquaredError\(\) or "meanSquaredError"/,
    );
  });

  test("a bad parameter is PL2009", () => {
    expect(() => new BinaryCrossentropy({ labelSmoothing: 2 })).toThrow(/^PL2009/);
    expect(() => new MeanSquaredError({ reduction: "average" as never })).toThrow(/^PL2009/);
  });
});

test("copies keep what a subclass adds, and differ in what was asked", () => {
  class Doubled extends BinaryCrossentropy {
    override call(...args: Parameters<BinaryCrossentropy["call"]>): Tensor {
      return super.call(...args).mul(2);
    }
  }
  const copy = new Doubled({ name: "twice" }).withFromLogits(true);
  expect(copy).toBeInstanceOf(Doubled);
  expect([copy.fromLogits, copy.name]).toEqual([true, "twice"]);
  expect(copy.call([1], [0]).itemSync()).toBeCloseTo(2 * Math.LN2, 6);
});

test("the functional form gives the losses of the rows", () => {
  expect([
    ...meanSquaredError(
      [
        [0, 0],
        [0, 0],
      ],
      [
        [1, 1],
        [2, 0],
      ],
    ).dataSync(),
  ]).toEqual([1, 2]);
});

test("second derivatives: that of squared error is 2 / n", () => {
  const x = tensor([[1], [2]]);
  const [slope] = gradients(new MeanSquaredError().call([[0], [0]], x), [x]);
  expect([...gradients(slope.sum(), [x])[0].dataSync()]).toEqual([1, 1]);
});

test("double precision where it was asked for", () => {
  const loss = new MeanSquaredError({ dtype: "float64" });
  expect(loss.call(Float64Array.of(0), Float64Array.of(1e-8 + 1)).itemSync()).toBe((1e-8 + 1) ** 2);
  expect(loss).toBeInstanceOf(Loss);
});

test("labels that are no numbers are refused in a direct call too, unless their rows count for nothing", () => {
  for (const bad of [NaN, Infinity]) {
    expect(() => new MeanSquaredError().call([[1], [bad]], [[1], [1]]).itemSync()).toThrow(
      /PL2012.*\[1, 0\]/,
    );
    expect(() => new BinaryCrossentropy().call([[bad]], [[0.5]]).itemSync()).toThrow(/PL2012/);
  }
  const weighted = new MeanSquaredError().call([[1], [NaN]], [[3], [1]], { sampleWeight: [1, 0] });
  expect(weighted.itemSync()).toBe(2);
});
