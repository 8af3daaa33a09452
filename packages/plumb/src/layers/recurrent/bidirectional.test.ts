import { describe, expect, test } from "vitest";
import { concat, ones, tensor, zeros, type Tensor } from "../../tensor/index.ts";
import {
  Bidirectional,
  Dense,
  GRU,
  LSTM,
  LSTMCell,
  maskOf,
  RNN,
  RNNCell,
  SimpleRNN,
  type Layer,
  type MergeMode,
} from "../index.ts";

const values = (...shape: number[]): Tensor => {
  const size = shape.reduce((a, b) => a * b, 1);
  return tensor(
    Float32Array.from({ length: size }, (_, i) => Math.sin(1.7 * i + 0.3 + size)),
    shape,
  );
};

const list = (outputs: unknown): readonly Tensor[] =>
  (Array.isArray(outputs) ? outputs : [outputs]) as readonly Tensor[];
const only = (outputs: unknown): Tensor => outputs as Tensor;

function expectSame(got: Tensor, want: Tensor): void {
  expect(got.shape).toEqual(want.shape);
  const wanted = want.dataSync();
  got.dataSync().forEach((value, i) => expect(value).toBeCloseTo(wanted[i], 5));
}

/** A layer with the weights of another, for comparison. */
function withWeightsOf<L extends Layer>(layer: L, other: Layer, ...shape: number[]): L {
  layer.ensureBuilt(shape);
  layer.trainableWeights.forEach((weight, i) => weight.assign(other.trainableWeights[i]));
  return layer;
}

const [batch, steps, units] = [2, 3, 2];
const x = values(batch, steps, 2);

/** What both layers give by themselves, the backward one on the reversed sequence. */
function parts(layer: Bidirectional, options: object): [readonly Tensor[], readonly Tensor[]] {
  const forward = withWeightsOf(new LSTM(units, options), layer.forwardLayer, ...x.shape);
  const backward = withWeightsOf(new LSTM(units, options), layer.backwardLayer, ...x.shape);
  return [list(forward.call(x)), list(backward.call(x.flip(1)))];
}

const merges: readonly (readonly [MergeMode, (a: Tensor, b: Tensor) => Tensor[]])[] = [
  ["concat", (a, b) => [concat([a, b], -1)]],
  ["sum", (a, b) => [a.add(b)]],
  ["mul", (a, b) => [a.mul(b)]],
  ["ave", (a, b) => [a.add(b).div(2)]],
  [null, (a, b) => [a, b]],
];

test.each(merges)(
  "%s merges what both directions give at the same step, then come the states",
  (mergeMode, merge) => {
    for (const returnSequences of [true, false]) {
      const options = { returnSequences, returnState: true };
      const layer = new Bidirectional(new LSTM(units, options), { mergeMode });
      const got = list(layer.call(x));
      const [[ahead, ...aheadStates], [behind, ...behindStates]] = parts(layer, options);
      const want = [
        ...merge(ahead, returnSequences ? behind.flip(1) : behind),
        ...aheadStates,
        ...behindStates,
      ];
      expect(got.length).toBe(want.length);
      got.forEach((output, i) => expectSame(output, want[i]));
    }
  },
);

test("both directions have weights of their own, named after them, the forward one's first", () => {
  const layer = new Bidirectional(new LSTM(units, { name: "reader" }), { name: "both" });
  layer.ensureBuilt(x.shape);
  expect(layer.weights.map(({ name }) => name)).toEqual(
    ["forward", "backward"].flatMap((direction) =>
      ["kernel", "recurrent_kernel", "bias"].map((weight) => `both/${direction}_reader/lstm_cell/${weight}`),
    ),
  );
  expect(layer.weights[0].dataSync()).not.toEqual(layer.weights[3].dataSync());
});

test("the options of the layer given are those of both: of its cell too, and of stacked cells", () => {
  const layer = new Bidirectional(new GRU(units, { resetAfter: false, useBias: false, trainable: false }));
  layer.ensureBuilt(x.shape);
  expect(layer.weights.map(({ shape }) => [...shape])).toEqual([
    [2, 6],
    [2, 6],
    [2, 6],
    [2, 6],
  ]);
  expect(layer.trainableWeights).toEqual([]);
  const stacked = new Bidirectional(new RNN([new LSTMCell(3), new LSTMCell(units, { useBias: false })]));
  stacked.ensureBuilt(x.shape);
  expect(stacked.weights.length).toBe(2 * (3 + 2));
});

test("initial states go to the forward layer first, in a list or as an option", () => {
  const layer = new Bidirectional(new GRU(units, { returnState: true }));
  const states = [values(batch, units), values(batch, units).neg()];
  const got = list(layer.call([x, ...states]));
  list(layer.call(x, { initialState: states })).forEach((output, i) => expectSame(output, got[i]));
  const alone = (one: RNN, state: Tensor): Tensor => list(one.call([x, state]))[1];
  expectSame(got[1], alone(layer.forwardLayer, states[0]));
  expectSame(got[2], alone(layer.backwardLayer, states[1]));
});

test("steps at the end that the mask leaves out change nothing; their outputs are 0, and the mask goes on", () => {
  const layer = new Bidirectional(new LSTM(units, { returnSequences: true }));
  const short = only(layer.call(x));
  const padded = concat([x, ones([batch, 2, 2])], 1);
  const mask = concat([ones([batch, steps]), zeros([batch, 2])], 1).cast("bool");
  const output = only(layer.call(padded, { mask }));
  expectSame(output, concat([short, zeros([batch, 2, 2 * units])], 1));
  expect(maskOf(output)?.dataSync()).toEqual(mask.dataSync());
  const both = list(
    new Bidirectional(new LSTM(1, { returnSequences: true }), { mergeMode: null }).call(padded, { mask }),
  );
  expect(both.map((one) => maskOf(one) !== undefined)).toEqual([true, true]);
  expect(maskOf(only(new Bidirectional(new LSTM(1)).call(padded, { mask })))).toBe(undefined);
});

test("stateful, it goes on where it was, until it is reset", () => {
  const layer = new Bidirectional(new SimpleRNN(units, { stateful: true }));
  const [first, second] = [layer.call(x), layer.call(x)].map((output) => [...only(output).dataSync()]);
  expect(second).not.toEqual(first);
  layer.resetState();
  expect([...only(layer.call(x)).dataSync()]).toEqual(first);
  layer.resetState([zeros([batch, units]), zeros([batch, units])]);
  expect([...only(layer.call(x)).dataSync()]).toEqual(first);
});

describe("a backward layer of one's own", () => {
  class Sum extends RNNCell {
    static override readonly className: string = "Sum";
    readonly stateSize = [2];
    override call([one, sum]: readonly Tensor[]): readonly Tensor[] {
      return [sum.add(one), sum.add(one)];
    }
  }

  test("may be another, and must be given for a cell of one's own", () => {
    const layer = new Bidirectional(new RNN(new Sum(), { returnSequences: true }), {
      backwardLayer: new RNN(new Sum(), { returnSequences: true, goBackwards: true }),
      mergeMode: "sum",
    });
    // What came so far and what is still to come: everything, and this step twice.
    expectSame(only(layer.call(x)), x.sum(1, { keepDims: true }).add(x));
    expect(() => new Bidirectional(new RNN(new Sum()))).toThrow(/PL4004.*Sum.*backwardLayer/);
  });

  test("must run the other way and give the same kinds of output", () => {
    const make = (options: object) => () =>
      new Bidirectional(new LSTM(2), { backwardLayer: new LSTM(2, options) });
    expect(make({ goBackwards: true })).not.toThrow();
    expect(make({})).toThrow(/PL4004.*goBackwards: false and false/);
    expect(make({ goBackwards: true, returnState: true })).toThrow(/PL4004.*returnState: false and true/);
  });
});

test("what does not fit says so", () => {
  expect(() => new Bidirectional(new Dense(2) as never)).toThrow(/PL4004.*recurrent layer/);
  expect(() => new Bidirectional(new LSTM(2), { backwardLayer: new Dense(2) as never })).toThrow(/PL4004/);
  expect(() => new Bidirectional(new LSTM(2), { mergeMode: "max" as never })).toThrow(/PL4004.*mergeMode/);
  const used = new LSTM(2, { name: "used" });
  used.call(x);
  expect(() => new Bidirectional(used)).toThrow(/PL4004.*"used".*weights already/);
  const [state, layer] = [zeros([2, 2]), new Bidirectional(new LSTM(2))];
  expect(() => layer.call([x, state, state])).toThrow(/PL4006.*4 initial states/);
  expect(() => layer.call(x, { initialState: [state, state] })).toThrow(/PL4006.*4 initial states/);
});
