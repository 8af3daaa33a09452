import { describe, expect, test } from "vitest";
import { gradients, ones, tensor, type Tensor } from "../../tensor/index.ts";
import {
  AveragePooling1D,
  Conv1D,
  Conv1DTranspose,
  Conv2D,
  Conv2DTranspose,
  Conv3D,
  Cropping1D,
  Cropping2D,
  DepthwiseConv1D,
  DepthwiseConv2D,
  GlobalAveragePooling1D,
  input,
  MaxPooling1D,
  MaxPooling2D,
  SeparableConv1D,
  SeparableConv2D,
  UpSampling2D,
  ZeroPadding1D,
  ZeroPadding2D,
  type Layer,
} from "../index.ts";

const values = (shape: readonly number[]): Tensor =>
  tensor(
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(i * 1.7 + 0.3)),
    shape,
  );

describe("an input that cannot be taken is PL4006, and the words say what is needed", () => {
  test.each<[string, Layer, number[], RegExp]>([
    ["axes", new Conv2D(2, 3), [1, 5, 3], /4 axes: \[batch, height, width, channels\]/],
    [
      "axes, channels first",
      new Conv1D(2, 3, { dataFormat: "channelsFirst" }),
      [5, 3],
      /3 axes: \[batch, channels, steps\]/,
    ],
    [
      "a kernel larger than the input",
      new Conv2D(2, [2, 4], { name: "narrow" }),
      [1, 5, 3, 1],
      /"narrow".*width of at least 4: a kernel of \[2, 4\].*"same"/,
    ],
    [
      "a dilated kernel larger than the input",
      new DepthwiseConv1D(3, { dilationRate: 2 }),
      [1, 4, 1],
      /steps of at least 5.*dilated by \[2\]/,
    ],
    [
      "channels that do not fall into groups",
      new Conv1D(4, 1, { groups: 2 }),
      [1, 3, 3],
      /multiple of its 2 groups/,
    ],
    ["a window larger than the input", new MaxPooling1D(3), [1, 2, 1], /steps of at least 3/],
    [
      "nothing left after cutting",
      new Cropping2D([
        [1, 1],
        [0, 0],
      ]),
      [1, 2, 5, 1],
      /height of at least 3/,
    ],
  ])("%s", (_title, layer, shape, words) => {
    expect(() => layer.call(ones(shape))).toThrow(/PL4006/);
    expect(() => layer.call(ones(shape))).toThrow(words);
  });

  test("other channels than it was built for", () => {
    const layer = new Conv1D(2, 1);
    layer.call(ones([1, 3, 4]));
    expect(() => layer.call(ones([1, 3, 5]))).toThrow(/PL4006.*4 channels, for which it was built/);
  });
});

describe("options that cannot be are PL4004", () => {
  test.each<[string, () => Layer, RegExp]>([
    ["filters", () => new Conv2D(0, 3), /filters/],
    ["no kernel size", () => new Conv2D(1, undefined as never), /kernelSize/],
    ["a kernel of other axes", () => new Conv2D(1, [3]), /kernelSize.*list of 2/],
    ["filters not divisible by groups", () => new Conv1D(3, 1, { groups: 2 }), /3 filters in 2 groups/],
    [
      "strides with dilation",
      () => new Conv2D(1, 3, { strides: 2, dilationRate: [1, 2] }),
      /strides \[2, 2\]/,
    ],
    ["causal over two axes", () => new Conv2D(1, 3, { padding: "causal" as never }), /padding/],
    [
      "an output padding of a whole stride",
      () => new Conv2DTranspose(1, 3, { strides: 2, outputPadding: 2 }),
      /outputPadding 2.*from 0 to 1/s,
    ],
    [
      "an output padding that does not lead back",
      () => new Conv1DTranspose(1, 2, { strides: 2, outputPadding: 0, padding: "same" }),
      /from 1 to 2/,
    ],
    ["a pool size", () => new MaxPooling2D([2, 0]), /poolSize/],
    ["a pair over two axes", () => new ZeroPadding2D([[1, 2, 3], 1] as never), /padding/],
    ["negative zeros", () => new ZeroPadding1D(-1), /padding/],
    ["an interpolation", () => new UpSampling2D(2, { interpolation: "trilinear" as never }), /interpolation/],
  ])("%s", (_title, make, words) => {
    expect(make).toThrow(/PL4004/);
    expect(make).toThrow(words);
  });
});

test.each<[string, (dataFormat: "channelsLast" | "channelsFirst") => Layer, number]>([
  ["Conv2D", (dataFormat) => new Conv2D(3, 2, { padding: "same", strides: 2, dataFormat }), 2],
  ["Conv2DTranspose", (dataFormat) => new Conv2DTranspose(3, 2, { strides: 2, dataFormat }), 2],
  ["DepthwiseConv2D", (dataFormat) => new DepthwiseConv2D(2, { depthMultiplier: 2, dataFormat }), 2],
  ["SeparableConv1D", (dataFormat) => new SeparableConv1D(3, 2, { dataFormat }), 1],
  ["AveragePooling1D", (dataFormat) => new AveragePooling1D(3, { padding: "same", dataFormat }), 1],
  [
    "Cropping2D",
    (dataFormat) =>
      new Cropping2D(
        [
          [1, 0],
          [0, 1],
        ],
        { dataFormat },
      ),
    2,
  ],
  ["UpSampling2D", (dataFormat) => new UpSampling2D([2, 3], { interpolation: "bilinear", dataFormat }), 2],
])("%s: channels first is channels last, transposed", (_name, make, rank) => {
  const x = values(rank === 1 ? [2, 5, 3] : [2, 4, 5, 3]);
  const places = Array.from({ length: rank }, (_, i) => 1 + i);
  const [last, first] = [make("channelsLast"), make("channelsFirst")];
  const moved = x.transpose([0, rank + 1, ...places]);
  const wanted = last.call(x) as Tensor;
  first.ensureBuilt(moved.shape);
  first.weights.forEach((weight, i) => weight.assign(last.weights[i].read()));
  const got = (first.call(moved) as Tensor).transpose([0, ...places.map((axis) => axis + 1), 1]);
  expect(got.shape).toEqual(wanted.shape);
  expect([...got.dataSync()]).toEqual([...wanted.dataSync()]);
});

test("weights have Keras's names, shapes and order", () => {
  const described = (layer: Layer, shape: number[]): string[] => {
    layer.ensureBuilt(shape);
    return layer.weights.map(({ name, shape: extents }) => `${name.split("/")[1]} ${extents.join("×")}`);
  };
  expect(described(new Conv3D(4, [1, 2, 3], { groups: 2 }), [1, 3, 3, 3, 6])).toEqual([
    "kernel 1×2×3×3×4",
    "bias 4",
  ]);
  expect(described(new Conv2DTranspose(4, 2), [1, 3, 3, 6])).toEqual(["kernel 2×2×4×6", "bias 4"]);
  expect(described(new DepthwiseConv2D(2, { depthMultiplier: 3 }), [1, 3, 3, 6])).toEqual([
    "kernel 2×2×6×3",
    "bias 18",
  ]);
  expect(described(new SeparableConv2D(4, 2, { depthMultiplier: 3 }), [1, 3, 3, 6])).toEqual([
    "depthwise_kernel 2×2×6×3",
    "pointwise_kernel 1×1×18×4",
    "bias 4",
  ]);
});

test("over extents that are not known yet, what can be known of the output is", () => {
  const image = input({ shape: [null, null, 3] });
  const drawn = new MaxPooling2D(2).call(
    new Conv2D(8, 3, { padding: "same" }).call(image) as never,
  ) as Tensor;
  expect([...drawn.shape]).toEqual([null, null, null, 8]);
});

test("the steps that a mask leaves out do not count in a global mean, and get no gradient", () => {
  const x = tensor([1, 2, 30, 4, NaN, 6], [2, 3, 1]);
  const mask = tensor([true, true, false, true, false, true], [2, 3]);
  const mean = new GlobalAveragePooling1D().call(x, { mask }) as Tensor;
  const [dx] = gradients(mean.sum(), [x]);
  expect([...mean.dataSync()]).toEqual([1.5, 5]);
  expect([...dx.dataSync()]).toEqual([0.5, 0.5, 0, 0.5, 0, 0.5]);
});

test("a global mean of no steps is 0 and passes no gradient on", () => {
  const x = tensor([1, 2, NaN, 4], [2, 2, 1]);
  const mask = tensor([true, true, false, false], [2, 2]);
  const mean = new GlobalAveragePooling1D().call(x, { mask });
  const [dx] = gradients(mean.sum(), [x]);
  expect([...mean.dataSync()]).toEqual([1.5, 0]);
  expect([...dx.dataSync()]).toEqual([0.5, 0.5, 0, 0]);
});

test("borders are for all sides, per axis, or per side", () => {
  const shape = (layer: Layer): readonly number[] => (layer.call(ones([1, 5, 5, 1])) as Tensor).shape;
  expect(shape(new ZeroPadding2D(2))).toEqual([1, 9, 9, 1]);
  expect(shape(new ZeroPadding2D([1, 2]))).toEqual([1, 7, 9, 1]);
  expect(shape(new ZeroPadding2D([[1, 0], 2]))).toEqual([1, 6, 9, 1]);
  expect((new Cropping1D([0, 2]).call(tensor([1, 2, 3, 4], [1, 4, 1])) as Tensor).arraySync()).toEqual([
    [[1], [2]],
  ]);
  expect((new ZeroPadding1D([1, 0]).call(tensor([3], [1, 1, 1])) as Tensor).arraySync()).toEqual([
    [[0], [3]],
  ]);
});
