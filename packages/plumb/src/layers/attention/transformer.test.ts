import { expect, test } from "vitest";
import { drawWeights } from "../../../test/support/samples.ts";
import { seed, tensor, type Tensor } from "../../tensor/index.ts";
import {
  Dense,
  LayerNormalization,
  maskOf,
  MultiHeadAttention,
  setMask,
  TransformerDecoder,
  TransformerEncoder,
  type Inputs,
  type Layer,
} from "../index.ts";

const scattered = (shape: readonly number[], stream: number): Tensor =>
  tensor(Float32Array.from(drawWeights(shape, stream)), shape);

function expectClose(got: Tensor, want: Tensor): void {
  expect(got.shape).toEqual(want.shape);
  expect(got.sub(want).abs().max().itemSync()).toBeLessThanOrEqual(2e-5);
}

const shapeOf = (inputs: Inputs): never =>
  (Array.isArray(inputs) ? inputs.map(({ shape }) => shape) : (inputs as Tensor).shape) as never;

/** The layer built for these inputs, its weights scattered. */
function built<L extends Layer>(layer: L, inputs: Inputs): L {
  layer.ensureBuilt(shapeOf(inputs));
  layer.weights.forEach((weight, i) => weight.assign(scattered(weight.shape, 10 + i)));
  return layer;
}

/** The parts of a block, made by hand and given its weights, as functions. */
function partsOf(block: Layer, encoded?: Tensor): Record<string, (...of: Tensor[]) => Tensor> {
  const part =
    (name: string, layer: Layer, options: object = {}) =>
    (...of: Tensor[]): Tensor => {
      const inputs = of.length === 1 ? of[0] : of;
      layer.ensureBuilt(shapeOf(inputs));
      const own = block.weights.filter((weight) => weight.name.split("/")[1] === name);
      expect(own.map(({ name: path }) => path.split("/").slice(2).join("/"))).toEqual(
        layer.weights.map(({ name: path }) => path.split("/").slice(1).join("/")),
      );
      layer.weights.forEach((weight, i) => weight.assign(own[i].read()));
      return layer.call(inputs, options) as Tensor;
    };
  const norm = (name: string): ((...of: Tensor[]) => Tensor) =>
    part(`${name}_layer_norm`, new LayerNormalization({ epsilon: 1e-5 }));
  return {
    self: part("self_attention", new MultiHeadAttention(2, 2), { useCausalMask: encoded !== undefined }),
    selfNorm: norm("self_attention"),
    cross: part("cross_attention", new MultiHeadAttention(2, 2)),
    crossNorm: norm("cross_attention"),
    networkNorm: norm("feedforward"),
    up: part("feedforward_intermediate_dense", new Dense(5, { activation: "relu" })),
    down: part("feedforward_output_dense", new Dense(4)),
  };
}

const [x, encoded] = [scattered([2, 3, 4], 1), scattered([2, 5, 6], 2)];

test("TransformerEncoder is attention and a network, each around a way past it", () => {
  const after = built(new TransformerEncoder(5, 2), x);
  const { self, selfNorm, up, down, networkNorm } = partsOf(after);
  const attended = selfNorm(x.add(self(x, x)));
  expectClose(after.call(x), networkNorm(attended.add(down(up(attended)))));

  const first = built(new TransformerEncoder(5, 2, { normalizeFirst: true }), x);
  const parts = partsOf(first);
  const normal = parts.selfNorm(x);
  const sum = x.add(parts.self(normal, normal));
  expectClose(first.call(x), sum.add(parts.down(parts.up(parts.networkNorm(sum)))));
});

test("TransformerDecoder attends to what came before, then to what was read", () => {
  const block = built(new TransformerDecoder(5, 2), [x, encoded]);
  const { self, selfNorm, cross, crossNorm, up, down, networkNorm } = partsOf(block, encoded);
  const alone = selfNorm(x.add(self(x, x)));
  const read = crossNorm(alone.add(cross(alone, encoded)));
  expectClose(block.call([x, encoded]), networkNorm(read.add(down(up(read)))));
});

test("TransformerDecoder by itself does not look ahead, unless told", () => {
  const block = built(new TransformerDecoder(5, 2), x);
  const other = x.add(tensor([0, 0, 1]).expandDims(1));
  const early = (y: Tensor): Tensor => y.slice([0, 0, 0], [2, 2, 4]);
  expectClose(early(block.call(other)), early(block.call(x)));
  const open = (y: Tensor): Tensor => early(block.call(y, { useCausalMask: false }));
  expect(open(other).sub(open(x)).abs().max().itemSync()).toBeGreaterThan(1e-3);
});

test("steps that a mask leaves out are seen by none, and the mask goes on", () => {
  const mask = tensor([
    [1, 1, 0],
    [1, 1, 0],
  ]).cast("bool");
  const early = (y: Tensor): Tensor => y.slice([0, 0, 0], [2, 2, 4]);
  const encoder = built(new TransformerEncoder(5, 2), x);
  const [full, short] = [encoder.call(x, { mask }), encoder.call(early(x))];
  expectClose(early(full), short);
  expect(maskOf(full)).toBe(mask);
  const padded = x.add(0);
  setMask(padded, mask);
  expectClose(encoder.call(padded), full);

  const decoder = built(new TransformerDecoder(5, 2), [encoded.slice([0, 0, 0], [2, 5, 4]), x]);
  const sequence = encoded.slice([0, 0, 0], [2, 5, 4]);
  const read = decoder.call([sequence, x], { mask: [undefined, mask] });
  expectClose(read, decoder.call([sequence, early(x)]));
  expect(maskOf(read)).toBeUndefined();
});

test("dropout is there in training only", () => {
  const block = built(new TransformerEncoder(5, 2, { dropout: 0.4 }), x);
  const plain = built(new TransformerEncoder(5, 2), x);
  seed(1);
  expectClose(block.call(x), plain.call(x));
  const draws = [1, 2].map(() => block.call(x, { training: true }));
  expect(draws[0].sub(draws[1]).abs().max().itemSync()).toBeGreaterThan(1e-3);
});

test.each<[string, () => unknown, RegExp]>([
  ["no network", () => new TransformerEncoder(0, 2), /PL4004.*intermediateDim/],
  ["half a head", () => new TransformerDecoder(4, 1.5), /PL4004.*numHeads/],
  ["heads that do not divide", () => new TransformerEncoder(4, 3).call(x), /PL4006.*3 heads divide/],
  ["no sequence", () => new TransformerEncoder(4, 2).call(x.reshape([6, 4])), /PL4006.*three axes/],
  ["a list to read", () => new TransformerEncoder(4, 2).call([x, x] as never), /PL4006.*one tensor/],
  ["three inputs", () => new TransformerDecoder(4, 2).call([x, x, x]), /PL4006.*\[sequence, encoded\]/],
  [
    "an option of others",
    () => new TransformerEncoder(4, 2).call(x, { useCausalMask: true } as object),
    /PL4004/,
  ],
  [
    "nothing to read, where there was",
    () => built(new TransformerDecoder(4, 2), [x, encoded]).call(x),
    /PL4006.*\[sequence, encoded\], for which/,
  ],
  [
    "something to read, where there was none",
    () => built(new TransformerDecoder(4, 2), x).call([x, encoded]),
    /PL4006.*sequence alone, for which/,
  ],
])("what does not fit: %s", (_, act, message) => {
  expect(act).toThrow(message);
});
