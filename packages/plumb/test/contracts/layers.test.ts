import { describe, expect, test } from "vitest";
import type { HostArray } from "../../src/base/dtype.ts";
import { showValue } from "../../src/base/parameters.ts";
import type { Binding } from "../../src/graph/node.ts";
import { interpret } from "../../src/interpret/interpret.ts";
import {
  beforeHeadOf,
  Dense,
  Dropout,
  Input,
  input,
  layerClasses,
  makeLayer,
  type Inputs,
  type InputShape,
  type Layer,
  type LayerClass,
  type LayerSample,
  type Outputs,
} from "../../src/layers/index.ts";
import { compile, gradients, ones, scalar, seed, tensor, Tensor } from "../../src/tensor/index.ts";
import type { Storage } from "../../src/tensor/storage.ts";
import { Sequential } from "../../src/train/sequential.ts";
import { expectGradient } from "../support/gradients.ts";
import { drawWeights } from "../support/samples.ts";

/** Promises that every layer keeps. */

const classes = Object.entries(layerClasses) as [string, LayerClass][];

/** A layer of the sample, its weights numbers without a pattern that an error could hide behind. */
function layerFor(Class: LayerClass, sample: LayerSample, shapes: InputShape): Layer {
  const layer = makeLayer(Class, sample.options ?? {});
  layer.ensureBuilt(shapes);
  // What is not trained are statistics and states, of which some values make no sense.
  layer.trainableWeights.forEach((weight, i) => weight.assign(scattered(weight.shape, 10 + i)));
  return layer;
}

/** Values of both signs, none alike. */
const scattered = (shape: readonly number[], stream: number): Tensor =>
  tensor(Float32Array.from(drawWeights(shape, stream)), shape);

const isList = (inputs: LayerSample["inputs"]): inputs is readonly (readonly number[])[] =>
  Array.isArray(inputs[0]);

/** The inputs of a sample as the layer takes them, and all in a list. */
function inputsFor({ inputs: shapes, integersBelow }: LayerSample): {
  inputs: Inputs;
  all: readonly Tensor[];
} {
  const input = (shape: readonly number[], k: number): Tensor => {
    if (integersBelow === undefined) return scattered(shape, k);
    const size = shape.reduce((a, b) => a * b, 1);
    return tensor(
      Int32Array.from({ length: size }, (_, i) => (7 * i + k) % integersBelow),
      shape,
    );
  };
  if (!isList(shapes)) {
    const only = input(shapes as readonly number[], 0);
    return { inputs: only, all: [only] };
  }
  const all = shapes.map(input);
  return { inputs: all, all };
}

const listOf = (outputs: Outputs): readonly Tensor[] =>
  Array.isArray(outputs) ? outputs : [outputs as Tensor];
const shapesOf = (inputs: Inputs): InputShape =>
  Array.isArray(inputs) ? inputs.map(({ shape }) => shape) : (inputs as Tensor).shape;

/** One number that hangs on every element of every output. */
function weigh(outputs: readonly Tensor[]): Tensor {
  const floats = outputs.filter(({ dtype }) => dtype === "float32");
  return floats
    .map((output, i) => output.mul(scattered(output.shape, 100 + i)).sum())
    .reduce((sum, next) => sum.add(next), scalar(0));
}

/** Values of variables for the interpreter. */
const valueOf = (binding: Binding): HostArray => {
  switch (binding.kind) {
    case "resident":
      return new Tensor((binding.resident as Storage).leaf()).dataSync();
    case "scalar":
      return Float64Array.of(binding.value);
    case "data":
      return binding.data;
    default:
      throw new Error(`a layer's graph has a leaf bound to ${binding.kind}`);
  }
};

const largest = (values: ArrayLike<number>): number =>
  Math.max(0, ...Array.from(values, Math.abs).filter(Number.isFinite));

function expectClose(got: HostArray, want: ArrayLike<number>, what: string, least = 1e-3): void {
  const scale = Math.max(least, largest(want));
  expect(got.length, what).toBe(want.length);
  const worst = Math.max(0, ...Array.from(got, (value, i) => Math.abs(value - want[i])));
  expect(worst, `${what}: worst error of values up to ${scale}`).toBeLessThanOrEqual(2e-5 * scale);
}

const showSample = ({ options = {}, inputs }: LayerSample): string => {
  const plain = Object.entries(options).map(([key, value]) => `${key}: ${showValue(value)}`);
  return `${JSON.stringify(inputs)}${plain.length > 0 ? ` { ${plain.join(", ")} }` : ""}`;
};

describe.each(classes)("%s", (name, Class) => {
  const { samples } = Class;

  test("has samples, and the name it is listed under", () => {
    expect(samples.length).toBeGreaterThan(0);
    expect(Class.className).toBe(name);
  });

  describe.each(samples.map((sample) => [showSample(sample), sample] as const))("%s", (_title, sample) => {
    const { inputs, all } = inputsFor(sample);
    const make = (): Layer => layerFor(Class, sample, shapesOf(inputs));

    test("says what shapes it will give", () => {
      const layer = make();
      const outputs = layer.call(inputs, sample.call);
      const shapes = layer.computeOutputShape(shapesOf(inputs));
      expect(shapes).toEqual(shapesOf(outputs as Inputs));
    });

    test("drawn on symbolic tensors, it announces what it gives", () => {
      const layer = make();
      const symbols = all.map(({ shape, dtype }) =>
        input({ shape: shape.slice(1), dtype, batchSize: shape[0] }),
      );
      const drawn = layer.call(Array.isArray(inputs) ? symbols : symbols[0], sample.call);
      const given = layer.call(inputs, sample.call);
      const specs = (outputs: Outputs): object[] =>
        listOf(outputs).map(({ shape, dtype }) => ({ shape: [...shape], dtype }));
      expect(specs(drawn)).toEqual(specs(given));
      expect(Array.isArray(drawn)).toBe(Array.isArray(given));
    });

    test("computes what the interpreter does, and so do its gradients", () => {
      const layer = make();
      const weights = layer.trainableWeights;
      const outputs = listOf(layer.call(inputs, sample.call));
      const sources = [...all.filter(({ dtype }) => dtype === "float32"), ...weights];
      const found = outputs.some(({ dtype }) => dtype === "float32")
        ? gradients(weigh(outputs), sources)
        : [];
      const everything = [...outputs, ...found];
      const truth = interpret(
        everything.map(({ node }) => node),
        valueOf,
      );
      outputs.forEach((value, i) => expectClose(value.dataSync(), truth[i], `output ${i}`));
      const slopes = truth.slice(outputs.length);
      const steepest = Math.max(0, ...slopes.map(largest));
      found.forEach((value, i) => {
        // Of one that is 0 in theory, such as that of the bias of attention's keys, rounding is all there is.
        const vanishes = largest(slopes[i]) < 1e-12 * steepest;
        expectClose(value.dataSync(), slopes[i], `gradient ${i}`, vanishes ? steepest : undefined);
      });
    });

    test.runIf(sample.differentiable !== false)("has the gradients of central differences", () => {
      const layer = make();
      const weights = layer.trainableWeights.map((weight) => weight.read().node);
      const leaves = [...all.filter(({ dtype }) => dtype === "float32").map(({ node }) => node), ...weights];
      const outputs = listOf(layer.call(inputs, sample.call));
      const smooth = outputs.filter(({ dtype }) => dtype === "float32");
      expectGradient(weigh(smooth).node, smooth.length > 0 ? leaves : [], name, valueOf);
      expect(outputs.length).toBeGreaterThan(0);
    });

    test("computes the same inside a compiled function, and makes its weights outside of it", () => {
      seed(3);
      const eager = makeLayer(Class, sample.options ?? {});
      const plain = listOf(eager.call(inputs, sample.call)).map((output) => [...output.dataSync()]);
      seed(3);
      const layer = makeLayer(Class, sample.options ?? {});
      const compiled = compile((...given: Tensor[]) =>
        listOf(layer.call(Array.isArray(inputs) ? given : given[0], sample.call)),
      );
      const values = compiled(...all).map((output) => [...output.dataSync()]);
      values.forEach((got, i) => expectClose(Float32Array.from(got), plain[i], `output ${i}`));
      expect(layer.weights.map((weight) => [...weight.dataSync()])).toEqual(
        eager.weights.map((weight) => [...weight.dataSync()]),
      );
    });

    test("what stands behind its head, through its activation, is its output", () => {
      const layer = make();
      if (layer.beforeHead === undefined || layer.activation === undefined) return;
      const output = layer.call(inputs, sample.call) as Tensor;
      const beforeHead = beforeHeadOf(output);
      expect([...layer.activation.call(beforeHead).dataSync()]).toEqual([...output.dataSync()]);
      expect([...output.dataSync()]).toEqual([...(layer.call(inputs, sample.call) as Tensor).dataSync()]);
    });

    test("not trainable, it has no trainable weights", () => {
      const layer = makeLayer(Class, { ...sample.options, trainable: false });
      layer.ensureBuilt(shapesOf(inputs));
      expect(layer.trainableWeights).toEqual([]);
    });

    test("has weights of names of their own", () => {
      const names = make().weights.map((weight) => weight.name);
      expect(new Set(names).size).toBe(names.length);
    });
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
    const features = new Dense(4, { name: "features" });
    expect(() => layer.call(features.call(ones([1, 5])))).toThrow(
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
