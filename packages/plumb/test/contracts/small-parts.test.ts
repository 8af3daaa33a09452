import { describe, expect, test } from "vitest";
import { constraintClasses, constraints, MaxNorm, type Constraint } from "../../src/constraints/index.ts";
import { Dense, Layer } from "../../src/layers/index.ts";
import { L2, regularizerClasses, regularizers, type Regularizer } from "../../src/regularizers/index.ts";
import { compile, gradients, tensor, zeros, type Tensor } from "../../src/tensor/index.ts";
import { Sequential } from "../../src/train/sequential.ts";

/** Promises that every regularizer and every constraint keeps. Keras's numbers are held in goldens.test.ts. */

type Options = Record<string, unknown>;
const values = (shape: readonly number[]): Tensor =>
  tensor(
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(i * 1.7 + 0.3)),
    shape,
  );
const flat = (x: Tensor): number[] => [...x.dataSync()];

/** The slope of a scalar function at each element, from two values a thousandth apart. */
const slopes = (fn: (x: Tensor) => Tensor, at: readonly number[], shape: readonly number[]): number[] =>
  at.map((_, i) => {
    const shifted = (by: number): number =>
      fn(
        tensor(
          Float32Array.from(at, (value, k) => value + (k === i ? by : 0)),
          shape,
        ),
      ).itemSync();
    return (shifted(1e-2) - shifted(-1e-2)) / 2e-2;
  });

/** Another value for each parameter. */
const moved: Options = {
  l1: 0.3,
  l2: 0.3,
  factor: 0.3,
  mode: "columns",
  maxValue: 0.2,
  minValue: 0.9,
  rate: 0.5,
  axis: 1,
};

describe.each(Object.entries(regularizerClasses))("regularizer %s", (name, Class) => {
  const make = (options: Options = {}): Regularizer =>
    new (Class as unknown as new (options: Options) => Regularizer)(options);
  const strong = (): Regularizer =>
    make({
      ...("l1" in Class.record.parameters ? { l1: 0.1 } : {}),
      ...("l2" in Class.record.parameters ? { l2: 0.1 } : {}),
    });

  test("gives a scalar that is 0 for zeros, and not negative", () => {
    expect(
      strong()
        .call(zeros([3, 4]))
        .itemSync(),
    ).toBe(0);
    const penalty = strong().call(values([3, 4]));
    expect(penalty.shape).toEqual([]);
    expect(penalty.itemSync()).toBeGreaterThan(0);
  });

  test("has the gradient of its value; at zeros it is 0, not NaN", () => {
    const x = values([3, 4]);
    const got = flat(gradients(strong().call(x), [x])[0]);
    const want = slopes((input) => strong().call(input), flat(x), x.shape);
    got.forEach((value, i) => expect(Math.abs(value - want[i])).toBeLessThan(5e-4));
    const zero = zeros([3, 4]);
    expect(flat(gradients(strong().call(zero), [zero])[0])).toEqual(Array(12).fill(0));
  });

  test.each(Object.keys(Class.record.parameters))("%s moves the penalty", (parameter) => {
    const x = values([3, 4]);
    expect(
      make({ [parameter]: moved[parameter] })
        .call(x)
        .itemSync(),
    ).not.toBe(make().call(x).itemSync());
  });

  test("is found by its names; what is none is an error", () => {
    for (const spelling of [
      name,
      name.toLowerCase() === "l1l2" ? "l1_l2" : name[0].toLowerCase() + name.slice(1),
    ])
      expect(regularizers.get(spelling as "l1")).toBeInstanceOf(Class);
    expect(() => regularizers.get(Class as never)).toThrow(/PL4012.*new/);
    expect(() => make({ strength: 1 })).toThrow(/PL4004/);
  });
});

test("regularizers: names that are none, functions, nothing", () => {
  expect(() => regularizers.get("l3" as "l1")).toThrow(/PL4012/);
  expect(regularizers.get((x) => x.sum())!.call(values([2])).shape).toEqual([]);
  expect([regularizers.get(null), regularizers.get(undefined)]).toEqual([undefined, undefined]);
  expect(() => new L2({ l2: -1 })).toThrow(/PL4004/);
  expect(() => regularizers.get("orthogonalRegularizer")!.call(values([3]))).toThrow(/PL4004.*\[3\]/);
});

describe.each(Object.entries(constraintClasses))("constraint %s", (name, Class) => {
  const make = (options: Options = {}): Constraint =>
    new (Class as unknown as new (options: Options) => Constraint)(options);

  test("keeps shape and dtype, and what it gave once it gives again", () => {
    for (const shape of [[4], [4, 3], [2, 2, 3, 2]]) {
      const once = make().call(values(shape).mul(5));
      expect([once.shape, once.dtype]).toEqual([shape, "float32"]);
      const [first, again] = [flat(once), flat(make().call(once))];
      first.forEach((value, i) => expect(again[i]).toBeCloseTo(value, 5));
    }
  });

  test("leaves zeros zeros", () => {
    expect(flat(make().call(zeros([3, 2])))).toEqual(Array(6).fill(0));
  });

  test.each(Object.keys(Class.record.parameters))("%s moves the weight", (parameter) => {
    // Short vectors and long ones: some bounds are for these, some for those.
    const moves = [0.4, 5].map((size) => {
      const w = values([4, 3]).mul(size);
      return String(flat(make({ [parameter]: moved[parameter] }).call(w))) !== String(flat(make().call(w)));
    });
    expect(moves).toContain(true);
  });

  test("is found by its names; what is none is an error", () => {
    for (const spelling of [name, name[0].toLowerCase() + name.slice(1)])
      expect(constraints.get(spelling as "nonNeg")).toBeInstanceOf(Class);
    expect(() => constraints.get(Class as never)).toThrow(/PL4013.*new/);
    expect(() => make({ strength: 1 })).toThrow(/PL4004/);
  });
});

test("constraints: names that are none, functions, nothing", () => {
  expect(() => constraints.get("maxnrm" as "nonNeg")).toThrow(/PL4013.*maxNorm/i);
  expect(flat(constraints.get((w) => w.neg())!.call(tensor([1])))).toEqual([-1]);
  expect([constraints.get(null), constraints.get(undefined)]).toEqual([undefined, undefined]);
});

test("norms end where they were asked to", () => {
  const norms = (w: Tensor, axis: number): number[] => flat(w.square().sum(axis).sqrt());
  const w = values([4, 3]).mul(5);
  for (const norm of norms(new MaxNorm({ maxValue: 0.7 }).call(w), 0)) expect(norm).toBeCloseTo(0.7, 5);
  for (const norm of norms(constraints.get("unitNorm")!.call(w), 0)) expect(norm).toBeCloseTo(1, 5);
  const bounded = new constraintClasses.MinMaxNorm({ minValue: 0.5, maxValue: 0.8, rate: 0.5 });
  const [before, after] = [norms(w, 0), norms(bounded.call(w), 0)];
  after.forEach((norm, i) => expect(norm).toBeCloseTo((before[i] + 0.8) / 2, 4));
});

describe("in a layer", () => {
  const x = values([8, 3]);
  const y = values([8, 2]);
  const model = (options: Options): Sequential => {
    const built = new Sequential([new Dense(2, { kernelInitializer: "ones", ...options })]);
    built.build([null, 3]);
    built.compile({ optimizer: "sgd", loss: "mse", warn: () => {} });
    return built;
  };
  const lossOf = async (options: Options): Promise<number> => (await model(options).evaluate(x, y)).loss;

  test("penalties on weights are part of the loss, trained or only measured", async () => {
    const plain = await lossOf({});
    expect(await lossOf({ kernelRegularizer: new L2({ l2: 0.5 }) })).toBeCloseTo(plain + 0.5 * 6, 5);
    const both = { kernelRegularizer: "l2", biasRegularizer: "l1", biasInitializer: "ones" };
    expect(await lossOf(both)).toBeCloseTo((await lossOf({ biasInitializer: "ones" })) + 0.01 * (6 + 2), 5);
    const trained = model({ kernelRegularizer: new L2({ l2: 0.5 }) });
    const { history } = await trained.fit(x, y, { batchSize: 8, validationData: [x, y] });
    expect(history.loss[0]).toBeCloseTo(plain + 3, 5);
    expect(history.val_loss[0]).toBeLessThan(history.loss[0]);
  });

  test("a penalty on the output is a mean over rows, whatever the size of batches", async () => {
    const options = { activityRegularizer: (output: Tensor) => output.square().sum() };
    const output = flat(model({}).call(x));
    const want = (await lossOf({})) + output.reduce((sum, value) => sum + value * value, 0) / 8;
    for (const batchSize of [8, 4, 3]) {
      expect((await model(options).evaluate(x, y, { batchSize })).loss).toBeCloseTo(want, 4);
    }
  });

  test("penalties reach the weights: with nothing else to learn they pull them to 0", async () => {
    const shrinking = model({ useBias: false, kernelRegularizer: new L2({ l2: 0.5 }) });
    await shrinking.fit(zeros([8, 3]), zeros([8, 2]), { batchSize: 8, epochs: 1, shuffle: false });
    // w − η 2 l₂ w with η = 0.01.
    for (const weight of shrinking.getWeights()[0]) expect(weight).toBeCloseTo(0.99, 6);
  });

  test("weights that are not trained cost nothing", async () => {
    const frozen = { trainable: false, kernelRegularizer: "l2" };
    expect(await lossOf(frozen)).toBeCloseTo(await lossOf({}), 6);
  });

  test("constraints hold after every step, and biases have their own", async () => {
    const constrained = model({ kernelConstraint: new MaxNorm({ maxValue: 0.5 }), biasConstraint: "nonNeg" });
    await constrained.fit(x, y, { batchSize: 4 });
    const [kernel, bias] = constrained.getWeights();
    for (const unit of [0, 1]) {
      const norm = Math.hypot(...[0, 1, 2].map((row) => kernel[2 * row + unit]));
      expect(norm).toBeLessThanOrEqual(0.5 + 1e-6);
    }
    expect(Math.min(...bias)).toBeGreaterThanOrEqual(0);
  });

  test("a layer of one's own adds to the loss what it finds", async () => {
    class Costly extends Layer {
      static override readonly className: string = "Costly";
      override call(input: Tensor): Tensor {
        this.addLoss(tensor(7).reshape([]));
        return input;
      }
    }
    const costly = new Sequential([new Dense(2, { kernelInitializer: "ones" }), new Costly()]);
    costly.build([null, 3]);
    costly.compile({ optimizer: "sgd", loss: "mse", warn: () => {} });
    expect((await costly.evaluate(x, y)).loss).toBeCloseTo((await lossOf({})) + 7, 5);
    // Outside of a collection it goes nowhere, compiled or not.
    expect(flat(compile((input: Tensor) => costly.call(input))(x))).toEqual(flat(costly.call(x)));
  });
});
