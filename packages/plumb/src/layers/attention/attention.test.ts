import { describe, expect, test } from "vitest";
import type { HostArray } from "../../base/dtype.ts";
import type { Binding } from "../../graph/node.ts";
import { interpret } from "../../interpret/interpret.ts";
import { drawWeights } from "../../../test/support/samples.ts";
import { concat, gradients, ones, scalar, seed, tensor, Tensor } from "../../tensor/index.ts";
import type { Storage } from "../../tensor/storage.ts";
import {
  AdditiveAttention,
  Attention,
  GroupQueryAttention,
  input,
  maskOf,
  Masking,
  MultiHeadAttention,
  PositionEmbedding,
  RotaryEmbedding,
  SinusoidalPositionEncoding,
  type Layer,
} from "../index.ts";

const scattered = (shape: readonly number[], stream: number): Tensor =>
  tensor(Float32Array.from(drawWeights(shape, stream)), shape);

/** The layer built for these shapes, its weights scattered. */
function built<L extends Layer>(layer: L, ...shapes: (readonly number[])[]): L {
  layer.ensureBuilt(shapes);
  layer.weights.forEach((weight, i) => weight.assign(scattered(weight.shape, 10 + i)));
  return layer;
}

function expectClose(got: Tensor, want: Tensor, what = "result"): void {
  expect(got.shape, what).toEqual(want.shape);
  const worst = got.sub(want).abs().max().itemSync();
  expect(worst, what).toBeLessThanOrEqual(1e-5);
}

const together = (tensors: readonly Tensor[]): Tensor => concat(tensors.map((x) => x.reshape([-1])));

const [x, y] = [scattered([2, 3, 4], 1), scattered([2, 5, 4], 2)];
const bool = (values: readonly (readonly number[])[]): Tensor => tensor(values).cast("bool");

describe("MultiHeadAttention", () => {
  const make = (options: object = {}): MultiHeadAttention =>
    built(new MultiHeadAttention(2, 3, options), [2, 3, 4], [2, 5, 4]);
  const call = (layer: Layer, inputs: readonly Tensor[], options: object = {}): Tensor =>
    layer.call(inputs, options) as Tensor;
  const withWeights = (layer: Layer, inputs: readonly Tensor[], options: object = {}): readonly Tensor[] =>
    layer.call(inputs, { ...options, returnAttentionScores: true } as object) as readonly Tensor[];

  test("with biases and a gate, Wasm computes what the interpreter does", () => {
    const layer = make({ useGate: true });
    const output = call(layer, [x, y]);
    const everything = together([
      output,
      ...gradients(output.mul(scattered(output.shape, 5)).sum(), [x, y, ...layer.weights]),
    ]);
    const valueOf = (binding: Binding): HostArray =>
      binding.kind === "resident"
        ? new Tensor((binding.resident as Storage).leaf()).dataSync()
        : binding.kind === "scalar"
          ? Float64Array.of(binding.value)
          : (binding as Binding & { kind: "data" }).data;
    const [truth] = interpret([everything.node], valueOf);
    everything.dataSync().forEach((value, i) => expect(Math.abs(value - truth[i])).toBeLessThan(2e-5));
  });

  test("its weights have Keras's names and order", () => {
    expect(make({ useGate: true }).weights.map(({ name, shape }) => `${name} ${shape.join()}`)).toEqual([
      "multi_head_attention/query/kernel 4,2,3",
      "multi_head_attention/query/bias 2,3",
      "multi_head_attention/key/kernel 4,2,3",
      "multi_head_attention/key/bias 2,3",
      "multi_head_attention/gate/kernel 4,2,3",
      "multi_head_attention/gate/bias 2,3",
      "multi_head_attention/value/kernel 4,2,3",
      "multi_head_attention/value/bias 2,3",
      "multi_head_attention/attention_output/kernel 2,3,4",
      "multi_head_attention/attention_output/bias 4",
    ]);
  });

  test("the weights it gives are those it means with, and do not hang on being asked for", () => {
    const layer = make();
    const [output, weights] = withWeights(layer, [x, y]);
    expectClose(output, call(layer, [x, y]));
    expect(weights.shape).toEqual([2, 2, 3, 5]);
    for (const sum of weights.sum(-1).dataSync()) expect(sum).toBeCloseTo(1, 6);
  });

  test("an open gate changes nothing, a shut one leaves the bias of the output", () => {
    const plain = make();
    const gated = make({ useGate: true });
    const ofGate = gated.weights.filter(({ name }) => name.includes("gate"));
    const others = gated.weights.filter(({ name }) => !name.includes("gate"));
    others.forEach((weight, i) => weight.assign(plain.weights[i].read()));
    const bias = gated.weights[gated.weights.length - 1].read();
    const set = (value: number): void =>
      ofGate.forEach((weight, i) => weight.assign(ones(weight.shape).mul(i === 0 ? 0 : value)));
    set(50);
    expectClose(call(gated, [x, y]), call(plain, [x, y]));
    set(-200);
    expectClose(call(gated, [x, y]), bias.broadcastTo([2, 3, 4]));
  });

  test("a mask of values is as values that are not there, and that of keys too", () => {
    const layer = make();
    const mask = bool([
      [1, 1, 1, 0, 0],
      [1, 1, 1, 0, 0],
    ]);
    const want = call(layer, [x, y.slice([0, 0, 0], [2, 3, 4])]);
    expectClose(call(layer, [x, y], { valueMask: mask }), want);
    expectClose(call(layer, [x, y, y], { keyMask: mask }), want);
    expectClose(call(layer, [x, y, y.mul(1)], { mask: [undefined, undefined, mask] }), want);
    expectClose(call(layer, [x, y], { mask: [undefined, mask] }), want);
    expectClose(call(layer, [x, y], { attentionMask: mask.expandDims(1) }), want);
    expectClose(call(layer, [x, y], { attentionMask: mask.slice([0, 0], [1, 5]).squeeze() }), want);
  });

  test("attention masks of the batch, of one head, and of all that is seen are merged", () => {
    const layer = make();
    const causal = bool([
      [1, 0, 0],
      [1, 1, 0],
      [1, 1, 1],
    ]);
    const want = call(layer, [x, x], { useCausalMask: true });
    for (const attentionMask of [causal, causal.expandDims(0), causal.reshape([1, 1, 3, 3])])
      expectClose(call(layer, [x, x], { attentionMask }), want);
    const [, weights] = withWeights(layer, [x, x], {
      attentionMask: concat([causal.reshape([1, 1, 3, 3]), ones([1, 1, 3, 3], "bool")], 1),
    });
    const above = weights.mul(causal.logicalNot().cast("float32")).sum([0, 2, 3]).dataSync();
    expect(above[0]).toBe(0);
    expect(above[1]).toBeGreaterThan(0.1);
  });

  test("a sliding window is a band of places", () => {
    const band = bool([
      [1, 1, 0],
      [1, 1, 1],
      [0, 1, 1],
    ]);
    const windowed = make({ slidingWindow: 2 });
    expectClose(call(windowed, [x, x]), call(make(), [x, x], { attentionMask: band }));
  });

  test("a query that sees nothing gets the bias of the output", () => {
    const layer = make();
    const attentionMask = bool([[1], [0], [1]]);
    const bias = layer.weights[layer.weights.length - 1].read();
    const [output, weights] = withWeights(layer, [x, y], { attentionMask });
    expectClose(output.slice([0, 1, 0], [2, 1, 4]), bias.broadcastTo([2, 1, 4]));
    expect(weights.slice([0, 0, 1, 0], [2, 2, 1, 5]).sum().itemSync()).toBe(0);
  });

  test("masks come along from the layer before, and go on with the output", () => {
    const padded = new Masking().call(
      x.mul(
        tensor([
          [1, 1, 0],
          [1, 0, 0],
        ]).expandDims(2),
      ),
    );
    const mask = maskOf(padded) as Tensor;
    const layer = make();
    const [output, weights] = withWeights(layer, [padded, padded]);
    expect([...(maskOf(output)?.dataSync() ?? [])]).toEqual([1, 1, 0, 1, 0, 0]);
    const seen = mask.reshape([2, 1, 3, 1]).logicalAnd(mask.reshape([2, 1, 1, 3]));
    expect([...(maskOf(weights)?.dataSync() ?? [])]).toEqual([...seen.dataSync()]);
    expectClose(output, call(layer, [padded, padded], { mask: [], attentionMask: seen.reshape([2, 3, 3]) }));
    const given = call(layer, [x, y], { queryMask: mask });
    expect(maskOf(given)).toBe(mask);
    expectClose(given, call(layer, [x, y]));
  });

  test("attention along some axes is that of each place of the others by itself", () => {
    const images = scattered([2, 3, 5, 4], 3);
    const rows = built(new MultiHeadAttention(2, 3, { attentionAxes: 2 }), [2, 3, 5, 4], [2, 3, 5, 4]);
    const all = built(new MultiHeadAttention(2, 3), [2, 3, 5, 4], [2, 3, 5, 4]);
    const [flat, mask] = [make(), scattered([2, 3, 5], 4).greater(-0.7)];
    expectClose(
      call(rows, [images, images], { valueMask: mask }).reshape([6, 5, 4]),
      call(flat, [images.reshape([6, 5, 4]), images.reshape([6, 5, 4])], { valueMask: mask.reshape([6, 5]) }),
    );
    expectClose(
      call(all, [images, images], { useCausalMask: true }).reshape([2, 15, 4]),
      call(flat, [images.reshape([2, 15, 4]), images.reshape([2, 15, 4])], { useCausalMask: true }),
    );
    const attentionMask = scattered([3, 5, 3, 5], 6).greater(0);
    const [output, weights] = withWeights(all, [images, images], { attentionMask });
    expect(weights.shape).toEqual([2, 2, 3, 5, 3, 5]);
    const [wanted] = withWeights(flat, [images.reshape([2, 15, 4]), images.reshape([2, 15, 4])], {
      attentionMask: attentionMask.reshape([15, 15]),
    });
    expectClose(output.reshape([2, 15, 4]), wanted);
  });

  test("an output of several axes", () => {
    const layer = built(new MultiHeadAttention(2, 3, { outputShape: [2, 5] }), [2, 3, 4], [2, 5, 4]);
    expect(call(layer, [x, y]).shape).toEqual([2, 3, 2, 5]);
  });

  test("long sequences, which go in blocks, give what short ones do", () => {
    const layer = make();
    const long = scattered([1, 260, 4], 7);
    const [output] = withWeights(layer, [long, long], { useCausalMask: true });
    const got = call(layer, [long, long], { useCausalMask: true });
    expectClose(got, output);
  });

  test("dropout is there in training only", () => {
    const layer = make({ dropout: 0.5 });
    seed(1);
    expectClose(call(layer, [x, y]), call(make(), [x, y]));
    const [first, second] = [
      call(layer, [x, y], { training: true }),
      call(layer, [x, y], { training: true }),
    ];
    expect(first.equal(second).all().itemSync()).toBe(0);
  });

  test("drawn on symbolic tensors, its masks among them", () => {
    const [query, mask] = [input({ shape: [3, 4] }), input({ shape: [3, 3], dtype: "bool" })];
    const drawn = make().call([query, query], { attentionMask: mask, returnAttentionScores: true });
    expect((drawn as readonly Tensor[]).map(({ shape }) => shape)).toEqual([
      [null, 3, 4],
      [null, 2, 3, 3],
    ]);
    const open = new MultiHeadAttention(2, 3).call([input({ shape: [null, 4] }), input({ shape: [7, 4] })]);
    expect((open as Tensor).shape).toEqual([null, null, 4]);
  });

  test.each([
    ["one tensor", x, {}, /PL4006.*list of inputs/],
    ["one input", [x], {}, /PL4006.*list of inputs/],
    ["other ranks", [x, x.expandDims(1)], {}, /PL4006.*as many axes/],
    ["no steps", [ones([2, 4]), ones([2, 4])], {}, /PL4006.*\[batch, steps, features\]/],
    ["another batch", [x, ones([3, 5, 4])], {}, /PL4006.*one batch/],
    ["fewer keys than values", [x, y, x], {}, /PL4006.*key for each value/],
    ["other features", [x, ones([2, 5, 3])], {}, /PL4006.*4, 4, 4 features/],
    [
      "a mask of other keys",
      [x, y],
      { attentionMask: ones([2, 3, 3]) },
      /PL4006.*attentionMask.*\[2, 2, 3, 5\]/,
    ],
    ["a value mask of queries", [x, y], { valueMask: ones([2, 3]) }, /PL4006.*valueMask.*\[2, 5\]/],
    ["a query mask of values", [x, y], { queryMask: ones([2, 5]) }, /PL4006.*queryMask.*\[2, 3\]/],
    ["an unknown option", [x, y], { causal: true }, /PL4004.*causal/],
  ])("%s", (_, inputs, options, message) => {
    expect(() => (make() as Layer).call(inputs, options as object)).toThrow(message);
  });

  test.each([
    [() => new MultiHeadAttention(0, 3), /PL4004.*numHeads/],
    [() => new MultiHeadAttention(2, 1.5), /PL4004.*keyDim/],
    [() => new MultiHeadAttention(2, 3, { valueDim: 0 }), /PL4004.*valueDim/],
    [() => new MultiHeadAttention(2, 3, { dropout: 1 }), /PL4004.*dropout/],
    [() => new MultiHeadAttention(2, 3, { slidingWindow: 0 }), /PL4004.*slidingWindow/],
    [() => new MultiHeadAttention(2, 3, { attentionAxes: 0 }).call([x, x]), /PL4006.*axes 0/],
    [() => new MultiHeadAttention(2, 3, { attentionAxes: 2 }).call([x, x]), /PL4006.*axes 2/],
  ])("bad options: %s", (act, message) => {
    expect(act).toThrow(message);
  });
});

describe("GroupQueryAttention", () => {
  test("is multi-head attention whose heads share keys and values", () => {
    const few = built(new GroupQueryAttention(3, 4, 2), [2, 3, 4], [2, 5, 4]);
    const many = built(new MultiHeadAttention(4, 3), [2, 3, 4], [2, 5, 4]);
    many.weights.forEach((weight, i) => {
      const given = few.weights[i].read();
      const shared = given.shape.length > 1 && given.shape[given.rank - 2] === 2 && i > 1 && i < 6;
      weight.assign(shared ? given.gather([0, 0, 1, 1], given.rank - 2) : given);
    });
    const options = { useCausalMask: true, returnAttentionScores: true };
    const [got, want] = [few, many].map((layer) => layer.call([x, y], options) as readonly Tensor[]);
    got.forEach((one, i) => expectClose(one, want[i], `output ${i}`));
  });

  test.each([
    [() => new GroupQueryAttention(3, 4, 3), /PL4004.*multiple/],
    [() => new GroupQueryAttention(3, 0, 1), /PL4004.*numQueryHeads/],
    [() => new GroupQueryAttention(3, 4, 2).call([x.expandDims(1), x.expandDims(1)]), /PL4006.*three axes/],
  ])("bad options: %s", (act, message) => {
    expect(act).toThrow(message);
  });
});

describe("Attention and AdditiveAttention", () => {
  const scores = (layer: Layer): Tensor =>
    (layer.call([x, y], { returnAttentionScores: true } as object) as readonly Tensor[])[1];
  /** Weights from a score for each pair of a query and a key. */
  const weightsBy = (score: (q: readonly number[], k: readonly number[]) => number): number[] => {
    const [queries, keys] = [x.arraySync(), y.arraySync()] as unknown as number[][][][];
    return queries.flatMap((ofBatch, b) =>
      ofBatch.flatMap((q) => {
        const powers = keys[b].map((k) => Math.exp(score(q, k)));
        const sum = powers.reduce((total, power) => total + power);
        return powers.map((power) => power / sum);
      }),
    );
  };
  const total = (q: readonly number[], term: (i: number) => number): number =>
    q.reduce((sum, _, i) => sum + term(i), 0);

  test.each<[string, Layer, (w: readonly number[], q: readonly number[], k: readonly number[]) => number]>([
    ["dot", new Attention(), (_, q, k) => total(q, (i) => q[i] * k[i])],
    ["dot, scaled", new Attention({ useScale: true }), ([s], q, k) => s * total(q, (i) => q[i] * k[i])],
    [
      "concat, scaled",
      new Attention({ scoreMode: "concat", useScale: true }),
      ([s, w], q, k) => w * total(q, (i) => Math.tanh(s * (q[i] + k[i]))),
    ],
    ["additive", new AdditiveAttention(), (w, q, k) => total(q, (i) => w[i] * Math.tanh(q[i] + k[i]))],
    [
      "additive without scale",
      new AdditiveAttention({ useScale: false }),
      (_, q, k) => total(q, (i) => Math.tanh(q[i] + k[i])),
    ],
  ])("%s: weights are the softmax of the scores", (_, layer, score) => {
    built(layer, x.shape, y.shape);
    const values = layer.weights.flatMap((weight) => [...weight.dataSync()]);
    const want = weightsBy((q, k) => score(values, q, k));
    scores(layer)
      .dataSync()
      .forEach((weight, i) => expect(weight).toBeCloseTo(want[i], 5));
  });

  test("masks: values that are not there have weight 0, queries that are not there give 0", () => {
    const queryMask = bool([
      [1, 1, 0],
      [1, 1, 1],
    ]);
    const valueMask = bool([
      [1, 1, 0, 1, 1],
      [1, 1, 0, 1, 1],
    ]);
    const [output, weights] = new Attention().call([x, y], {
      mask: [queryMask, valueMask],
      returnAttentionScores: true,
    }) as readonly Tensor[];
    expect(weights.slice([0, 0, 2], [2, 3, 1]).sum().itemSync()).toBe(0);
    expect(output.slice([0, 2, 0], [1, 1, 4]).abs().sum().itemSync()).toBe(0);
    expect(maskOf(output)).toBe(queryMask);
    expect(maskOf(weights)).toBeUndefined();
  });

  test("queries and keys of other features are PL4006, as are masks of other steps", () => {
    expect(() => new Attention().call([x, ones([2, 5, 3])])).toThrow(/PL4006.*as many features/);
    expect(() => new Attention().call([x, y], { mask: [undefined, ones([2, 3])] })).toThrow(
      /PL4006.*mask of the value.*\[2, 5\]/,
    );
    expect(() => new Attention({ scoreMode: "sum" as never })).toThrow(/PL4004.*scoreMode/);
  });
});

describe("layers of positions", () => {
  test("rotation finds its axes, and begins where it is told", () => {
    const heads = scattered([2, 5, 3, 4], 1);
    const plain = new RotaryEmbedding().call(heads);
    const swapped = new RotaryEmbedding({ sequenceAxis: 2 }).call(heads.transpose([0, 2, 1, 3]));
    expectClose(swapped.transpose([0, 2, 1, 3]), plain);
    const late = new RotaryEmbedding().call(heads.slice([0, 2, 0, 0]), { startIndex: 2 });
    expectClose(late, plain.slice([0, 2, 0, 0]));
  });

  test("learned and computed positions begin where they are told, by number or by tensor", () => {
    const steps = ones([2, 3, 4]);
    const learned = new PositionEmbedding(8);
    learned.ensureBuilt([2, 3, 4]);
    const table = learned.weights[0].read();
    const computed = new SinusoidalPositionEncoding();
    const whole = computed.call(ones([2, 8, 4]));
    for (const startIndex of [0, 5, scalar(5, "int32")]) {
      const first = startIndex === 0 ? 0 : 5;
      expectClose(
        learned.call(steps, { startIndex }),
        table.slice([first, 0], [3, 4]).broadcastTo([2, 3, 4]),
      );
      expectClose(computed.call(steps, { startIndex }), whole.slice([0, first, 0], [2, 3, 4]));
    }
  });

  test.each([
    [() => new RotaryEmbedding().call(ones([2, 3, 5])), /PL4006.*even number/],
    [() => new RotaryEmbedding({ sequenceAxis: 4 }).call(ones([2, 3, 4])), /PL4006.*axis 4/],
    [() => new PositionEmbedding(2).call(ones([1, 3, 4])), /PL4006.*at most 2 steps/],
    [() => new PositionEmbedding(4).call(ones([1, 3, 4]), { startIndex: 2 }), /PL4004.*from position 2/],
    [() => new PositionEmbedding(0), /PL4004.*sequenceLength/],
    [() => new SinusoidalPositionEncoding().call(ones([3, 4])), /PL4006.*steps and features/],
  ])("what does not fit: %s", (act, message) => {
    expect(act).toThrow(message);
  });
});
