import { describe, expect, test } from "vitest";
import {
  Dense,
  Dropout,
  Input,
  layerClasses,
  makeLayer,
  type Layer,
  type LayerClass,
} from "../../src/layers/index.ts";
import { compile, gradients, ones, seed, tensor, type Tensor } from "../../src/tensor/index.ts";
import { Sequential } from "../../src/train/sequential.ts";

/** Promises that every layer keeps. */

/** Options with which each layer is made here, and shapes of the inputs it is given, odd ones among them. */
const samples: Record<string, { options: Record<string, unknown>; inputs: readonly (readonly number[])[] }> =
  {
    Activation: {
      options: { activation: "tanh" },
      inputs: [
        [1, 3],
        [2, 3, 1],
      ],
    },
    Dense: {
      options: { units: 5, activation: "relu" },
      inputs: [
        [1, 3],
        [4, 3],
        [2, 2, 3],
      ],
    },
    Dropout: {
      options: { rate: 0.3 },
      inputs: [
        [1, 1],
        [2, 3, 4],
      ],
    },
    Flatten: { options: {}, inputs: [[1], [2, 3], [2, 3, 1, 4]] },
    InputLayer: {
      options: { shape: [3] },
      inputs: [
        [1, 3],
        [7, 3],
      ],
    },
  };

/** Values of any shape without a pattern that a layer could hide behind. */
const values = (shape: readonly number[]): Tensor => {
  const size = shape.reduce((a, b) => a * b, 1);
  return tensor(
    Float32Array.from({ length: size }, (_, i) => Math.sin(i * 1.7 + 0.3)),
    shape,
  );
};

describe.each(Object.entries(layerClasses) as [string, LayerClass][])("%s", (name, Class) => {
  const make = (): Layer => makeLayer(Class, samples[name].options);

  test("has a sample here, and the name it is listed under", () => {
    expect(samples[name]).toBeDefined();
    expect(Class.className).toBe(name);
  });

  test.each(samples[name]?.inputs ?? [])("says what shape it will give (input [%s …])", (...shape) => {
    for (const training of [false, true]) {
      const layer = make();
      const output = layer.call(values(shape), { training });
      expect(output.shape).toEqual(layer.computeOutputShape(shape));
      expect(layer.computeOutputShape([null, ...shape.slice(1)]).slice(1)).toEqual(output.shape.slice(1));
    }
  });

  test("computes the same inside a compiled function, and makes its weights outside of it", () => {
    const x = values(samples[name].inputs[0]);
    seed(3);
    const eager = make();
    const plain = eager.call(x).dataSync();
    seed(3);
    const layer = make();
    const compiled = compile((input: Tensor) => layer.call(input));
    expect([...compiled(x).dataSync()]).toEqual([...plain]);
    expect(layer.weights.map((weight) => [...weight.dataSync()])).toEqual(
      eager.weights.map((weight) => [...weight.dataSync()]),
    );
  });

  test("what stands behind its head, through its activation, is its output", () => {
    const layer = make();
    if (layer.beforeHead === undefined || layer.activation === undefined) return;
    const x = values(samples[name].inputs[0]);
    expect([...layer.activation.call(layer.beforeHead(x)).dataSync()]).toEqual([...layer.call(x).dataSync()]);
  });

  test("not trainable, it has no trainable weights", () => {
    const layer = makeLayer(Class, { ...samples[name].options, trainable: false });
    layer.ensureBuilt(samples[name].inputs[0]);
    expect(layer.trainableWeights).toEqual([]);
  });
});

describe("a wrong shape is PL4006 and names the layer, what it got, what it needs, and who gave it", () => {
  test("too few axes", () => {
    expect(() => new Dense(2, { name: "head" }).call(tensor([1, 2]))).toThrow(
      /PL4006.*"head".*\[2\].*\[batch, …, inputs\]/,
    );
  });

  test("another length than the layer was built for", () => {
    const layer = new Dense(2);
    layer.call(ones([1, 3]));
    layer.inputFrom = 'the layer "features"';
    expect(() => layer.call(ones([1, 4]))).toThrow(
      /PL4006.*\[1, 4\].*came from the layer "features".*last axis of 3/,
    );
  });

  test("rows that the model did not declare", () => {
    const layer = makeLayer(layerClasses.InputLayer, { shape: [3] });
    expect(() => layer.call(ones([1, 4]))).toThrow(/PL4006.*rows of shape \[3\]/);
  });
});

test("Dense refuses units that are no count", () => {
  for (const units of [0, -1, 2.5, NaN]) expect(() => new Dense(units)).toThrow(/PL4004.*units/);
});

describe("Dropout", () => {
  const drop = (rate: number, n = 20_000): number[] => [
    ...new Dropout(rate).call(ones([n]), { training: true }).dataSync(),
  ];

  test("drops its share, and scales the rest so that the mean stays", () => {
    seed(1);
    const kept = drop(0.25);
    const zeros = kept.filter((value) => value === 0).length;
    // The standard deviation of the count is √(20,000 · 0.25 · 0.75) = 61; five of them.
    expect(Math.abs(zeros - 5000)).toBeLessThan(306);
    expect(new Set(kept)).toEqual(new Set([0, Math.fround(1 / 0.75)]));
  });

  test("draws anew at each call, and the same after the same seed", () => {
    seed(2);
    const [first, second] = [drop(0.5, 100), drop(0.5, 100)];
    seed(2);
    expect(drop(0.5, 100)).toEqual(first);
    expect(second).not.toEqual(first);
  });

  test("passes gradients where it kept the input, scaled alike", () => {
    seed(4);
    const x = ones([50]);
    const y = new Dropout(0.5).call(x, { training: true });
    const [gradient] = gradients(y.sum(), [x]);
    expect([...gradient.dataSync()]).toEqual([...y.dataSync()]);
  });

  test.each([-0.1, 1, NaN])("a rate of %s is PL4004", (rate) => {
    expect(() => new Dropout(rate)).toThrow(/PL4004/);
  });
});

test("trainable is read when a fit begins, and at each step on a batch, without compiling anew", async () => {
  const [x, y] = [
    [[1], [2]],
    [[3], [1]],
  ];
  const first = new Dense(1);
  const model = new Sequential([Input({ shape: [1] }), first, new Dense(1)]);
  model.compile({ optimizer: "adam", loss: "mse" });
  const values = (): number[] => first.weights.flatMap((weight) => [...weight.dataSync()]);
  for (const train of [() => model.fit(x, y), () => model.trainOnBatch(x, y)])
    for (const trainable of [true, false, true]) {
      first.trainable = trainable;
      const before = values();
      await train();
      expect(JSON.stringify(values()) !== JSON.stringify(before)).toBe(trainable);
    }
});
