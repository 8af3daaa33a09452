import { describe, expect, test } from "vitest";
import { topological } from "../../graph/order.ts";
import {
  compile,
  gradients,
  ones,
  random,
  seed,
  stack,
  tensor,
  zeros,
  type Tensor,
} from "../../tensor/index.ts";
import {
  Bidirectional,
  Dense,
  GRU,
  GRUCell,
  headOf,
  input,
  LSTM,
  LSTMCell,
  maskOf,
  RNN,
  RNNCell,
  SimpleRNN,
  SimpleRNNCell,
  StackedRNNCells,
  type CallOptions,
  type Layer,
  type RNNOptions,
} from "../index.ts";

/** Values of both signs, none alike. */
const values = (...shape: number[]): Tensor => {
  const size = shape.reduce((a, b) => a * b, 1);
  return tensor(
    Float32Array.from({ length: size }, (_, i) => Math.sin(1.7 * i + 0.3 + size)),
    shape,
  );
};

/** The layer, built, with weights that are no pattern. */
function withWeights<L extends Layer>(layer: L, ...shape: number[]): L {
  layer.ensureBuilt(shape);
  for (const weight of layer.trainableWeights) weight.assign(values(...weight.shape).mul(0.8));
  return layer;
}

const list = (outputs: unknown): readonly Tensor[] =>
  (Array.isArray(outputs) ? outputs : [outputs]) as readonly Tensor[];
const only = (outputs: unknown): Tensor => outputs as Tensor;
const at = (x: Tensor, t: number): Tensor => x.slice([0, t], [x.shape[0], 1]).squeeze(1);
const steps = (x: Tensor, from: number, count: number): Tensor => x.slice([0, from], [x.shape[0], count]);

function expectSame(got: Tensor, want: Tensor, digits = 5): void {
  expect(got.shape).toEqual(want.shape);
  const wanted = want.dataSync();
  got.dataSync().forEach((value, i) => expect(value).toBeCloseTo(wanted[i], digits));
}

/** Gradients by the input and the weights of something that hangs on every element. */
const gradientsOf = (outputs: readonly Tensor[], x: Tensor, layer: Layer): Tensor[] => {
  const targets = outputs.map((output) => output.mul(values(...output.shape)).sum());
  return gradients(
    targets.reduce((a, b) => a.add(b)),
    [x, ...layer.trainableWeights],
  );
};

/** Outputs, and their gradients. */
const all = (outputs: unknown, x: Tensor, layer: Layer): Tensor[] => [
  ...list(outputs),
  ...gradientsOf(list(outputs), x, layer),
];

function expectAllSame(got: readonly Tensor[], want: readonly Tensor[]): void {
  expect(got.length).toBe(want.length);
  got.forEach((one, i) => expectSame(one, want[i], 4));
}

const kinds: readonly (readonly [string, (options: RNNOptions) => RNN])[] = [
  ["SimpleRNN", (options) => new SimpleRNN(3, options)],
  ["LSTM", (options) => new LSTM(3, options)],
  ["GRU", (options) => new GRU(3, options)],
  ["GRU, reset before", (options) => new GRU(3, { ...options, resetAfter: false })],
  ["RNN of two cells", (options) => new RNN([new LSTMCell(2), new GRUCell(3)], options)],
];

/** An accumulator whose output is not its state: the state sums the inputs, the output is twice that. */
class Doubled extends RNNCell {
  static override readonly className: string = "Doubled";
  readonly stateSize = [2];
  override call([x, sum]: readonly Tensor[]): readonly Tensor[] {
    const next = sum.add(x);
    return [next.mul(2), next];
  }
}

describe.each(kinds)("%s", (_name, make) => {
  test.each([
    [1, 2],
    [5, 2],
    [5, 1],
  ])("over %i steps of %i rows is its cell, called step by step", (count, batch) => {
    const layer = withWeights(make({ returnSequences: true, returnState: true }), batch, count, 2);
    const x = values(batch, count, 2);
    const outputs: Tensor[] = [];
    let states = layer.cell.getInitialState(batch);
    for (let t = 0; t < count; t++) {
      const [output, ...after] = layer.cell.call([at(x, t), ...states]);
      outputs.push(output);
      states = after;
    }
    const want = [stack(outputs, 1), ...states];
    expectAllSame(all(layer.call(x), x, layer), all(want, x, layer));
  });

  test("the last output is that of the sequence's last step", () => {
    const x = values(2, 4, 2);
    const layer = withWeights(make({}), 2, 4, 2);
    const whole = withWeights(make({ returnSequences: true }), 2, 4, 2);
    expectSame(only(layer.call(x)), at(only(whole.call(x)), 3));
  });

  test("backwards it is the reversed sequence forwards, its outputs in the order they came", () => {
    const x = values(2, 4, 2);
    const options = { returnSequences: true, returnState: true };
    const backwards = withWeights(make({ ...options, goBackwards: true }), 2, 4, 2);
    const forwards = withWeights(make(options), 2, 4, 2);
    const want = list(forwards.call(x.flip(1)));
    list(backwards.call(x)).forEach((output, i) => expectSame(output, want[i]));
  });

  test("unrolled, it computes the same", () => {
    const x = values(2, 4, 2);
    const mask = tensor([
      [true, false, true, true],
      [false, true, true, false],
    ]);
    const cases: readonly (readonly [RNNOptions, CallOptions])[] = [
      [{ returnSequences: true, returnState: true }, { mask }],
      [{ goBackwards: true }, {}],
    ];
    for (const [options, call] of cases) {
      const looped = withWeights(make(options), 2, 4, 2);
      const unrolled = withWeights(make({ ...options, unroll: true }), 2, 4, 2);
      expectAllSame(all(unrolled.call(x, call), x, unrolled), all(looped.call(x, call), x, looped));
    }
  });

  test("steps that the mask leaves out at the end change nothing, and have no gradient", () => {
    const layer = withWeights(make({ returnState: true }), 2, 4, 2);
    const x = values(2, 4, 2);
    const mask = tensor([
      [true, true, true, false],
      [true, true, true, false],
    ]);
    const count = layer.cell.stateSize.length + 1;
    const got = all(layer.call(x, { mask }), x, layer);
    const want = all(layer.call(steps(x, 0, 3)), x, layer);
    expectAllSame(got, want);
    expect([...at(got[count], 3).dataSync()].every((value) => value === 0)).toBe(true);
  });

  test("a step left out in the middle is as if it were not there, whatever stands in it", () => {
    const layer = withWeights(make({ returnSequences: true, returnState: true }), 1, 4, 2);
    const x = values(1, 4, 2);
    const without = tensor([[...x.dataSync().slice(0, 2), ...x.dataSync().slice(4)]]).reshape([1, 3, 2]);
    const mask = tensor([[true, false, true, true]]);
    const [want, ...wanted] = list(layer.call(without));
    const [got, ...states] = list(layer.call(x, { mask }));
    states.forEach((state, i) => expectSame(state, wanted[i]));
    // The output of the step before is repeated.
    [0, 0, 1, 2].forEach((step, t) => expectSame(at(got, t), at(want, step)));
    const hole = tensor([
      [
        [1, 2],
        [Infinity, NaN],
        [3, 4],
        [5, 6],
      ],
    ]);
    const filled = tensor([
      [
        [1, 2],
        [0, 0],
        [3, 4],
        [5, 6],
      ],
    ]);
    expectSame(list(layer.call(hole, { mask }))[0], list(layer.call(filled, { mask }))[0]);
  });

  test("zeroOutputForMask gives 0 there, and the mask goes on to all steps or to none", () => {
    const x = values(2, 3, 2);
    const mask = tensor([
      [true, false, true],
      [false, true, false],
    ]);
    const layer = withWeights(make({ returnSequences: true, zeroOutputForMask: true }), 2, 3, 2);
    const output = only(layer.call(x, { mask }));
    const zero = output.equal(0).all(2).dataSync();
    expect([...zero]).toEqual([...mask.logicalNot().dataSync()]);
    expect(maskOf(output)?.dataSync()).toEqual(mask.dataSync());
    const [last, ...states] = list(withWeights(make({ returnState: true }), 2, 3, 2).call(x, { mask }));
    expect([last, ...states].map(maskOf).every((one) => one === undefined)).toBe(true);
  });

  test("initial states in the list, as an option, and of a run before are the same", () => {
    const layer = withWeights(make({ returnState: true }), 2, 5, 2);
    const x = values(2, 5, 2);
    const [whole, ...ends] = list(layer.call(x));
    const [, ...middle] = list(layer.call(steps(x, 0, 2)));
    for (const [output, ...states] of [
      list(layer.call([steps(x, 2, 3), ...middle])),
      list(layer.call(steps(x, 2, 3), { initialState: middle })),
    ]) {
      expectSame(output, whole);
      states.forEach((state, i) => expectSame(state, ends[i]));
    }
  });

  test("stateful, calls on the parts of a sequence are one call on all of it, until the state is reset", () => {
    const x = values(2, 5, 2);
    const whole = withWeights(make({}), 2, 5, 2).call(x);
    const layer = withWeights(make({ stateful: true }), 2, 5, 2);
    const run = compile((part: Tensor) => only(layer.call(part)));
    for (const call of [(part: Tensor) => only(layer.call(part)), run]) {
      const first = call(steps(x, 0, 2));
      const again = [...first.dataSync()];
      expectSame(call(steps(x, 2, 3)), only(whole));
      layer.resetState();
      expect([...call(steps(x, 0, 2)).dataSync()]).toEqual(again);
      layer.resetState();
    }
  });

  test("the program does not grow with the steps, and neither does that of its gradients", () => {
    const size = (count: number): number => {
      const layer = withWeights(make({ returnSequences: true }), 2, count, 2);
      const x = values(2, count, 2);
      const output = only(layer.call(x, { mask: ones([2, count], "bool") }));
      return topological([output, ...gradientsOf([output], x, layer)].map(({ node }) => node)).length;
    };
    expect(size(300)).toBe(size(3));
  });

  test("draws on symbolic tensors of any number of steps", () => {
    const x = input({ shape: [null, 2] });
    const [output, ...states] = list(make({ returnSequences: true, returnState: true }).call(x));
    expect(output.shape).toEqual([null, null, 3]);
    for (const state of states) expect(state.shape[0]).toBe(null);
  });
});

test("the cells of Keras's formulas, written out in numbers", () => {
  const sigma = (v: number): number => 1 / (1 + Math.exp(-v));
  // One unit, one input: every weight of a gate is a number.
  const [x, h, c] = [0.7, -0.4, 0.9];
  const state = (v: number): Tensor => tensor([[v]]);
  const call = (
    cell: RNNCell,
    weights: readonly (number[] | number[][])[],
    states: readonly Tensor[],
  ): number[] => {
    cell.ensureBuilt([[1, 1], ...states.map(() => [1, 1])]);
    cell.weights.forEach((weight, i) => weight.assign(tensor(weights[i])));
    return cell.call([state(x), ...states]).map((one) => one.itemSync());
  };

  const lstm = call(
    new LSTMCell(1),
    [[[0.1, 0.2, 0.3, 0.4]], [[0.5, -0.6, 0.7, -0.8]], [0.01, 0.02, 0.03, 0.04]],
    [state(h), state(c)],
  );
  const [i, f, g, o] = [0.1, 0.2, 0.3, 0.4].map(
    (w, k) => w * x + [0.5, -0.6, 0.7, -0.8][k] * h + [0.01, 0.02, 0.03, 0.04][k],
  );
  const carry = sigma(f) * c + sigma(i) * Math.tanh(g);
  expect(lstm[2]).toBeCloseTo(carry, 6);
  expect(lstm[1]).toBeCloseTo(sigma(o) * Math.tanh(carry), 6);
  expect(lstm[0]).toBe(lstm[1]);

  const [kernel, recurrent] = [[[0.1, 0.2, 0.3]], [[0.5, -0.6, 0.7]]];
  const [inner, outer] = [
    [0.01, 0.02, 0.03],
    [0.04, -0.05, 0.06],
  ];
  const z = sigma(0.1 * x + 0.01 + 0.5 * h + 0.04);
  const r = sigma(0.2 * x + 0.02 - 0.6 * h - 0.05);
  const after = Math.tanh(0.3 * x + 0.03 + r * (0.7 * h + 0.06));
  const [gru] = call(new GRUCell(1), [kernel, recurrent, [inner, outer]], [state(h)]);
  expect(gru).toBeCloseTo(z * h + (1 - z) * after, 6);

  const zBefore = sigma(0.1 * x + 0.01 + 0.5 * h);
  const rBefore = sigma(0.2 * x + 0.02 - 0.6 * h);
  const before = Math.tanh(0.3 * x + 0.03 + 0.7 * (rBefore * h));
  const [gruBefore] = call(new GRUCell(1, { resetAfter: false }), [kernel, recurrent, inner], [state(h)]);
  expect(gruBefore).toBeCloseTo(zBefore * h + (1 - zBefore) * before, 6);

  // Where the reset gate comes before the product, it weighs each unit on its own way into the sum.
  const mixing = new GRUCell(2, { resetAfter: false, useBias: false });
  mixing.ensureBuilt([
    [1, 1],
    [1, 2],
  ]);
  const [toGates, toCandidate] = [
    [-9, -9, 3, -3],
    [1, 2],
  ];
  mixing.weights[1].assign(
    tensor([
      [...toGates, ...toCandidate],
      [0, 0, 0, 0, 3, 4],
    ]),
  );
  const [mixed] = mixing.call([tensor([[0]]), tensor([[1, 0.5]])]);
  const resets = [sigma(3), sigma(-3)];
  [1, 2].forEach((weight, unit) => {
    const candidate = Math.tanh(resets[0] * weight + resets[1] * 0.5 * [3, 4][unit]);
    expect(mixed.dataSync()[unit]).toBeCloseTo(sigma(-9) * [1, 0.5][unit] + (1 - sigma(-9)) * candidate, 6);
  });

  const [simple] = call(new SimpleRNNCell(1), [[[0.1]], [[0.5]], [0.2]], [state(h)]);
  expect(simple).toBeCloseTo(Math.tanh(0.1 * x + 0.5 * h + 0.2), 6);
});

test("an LSTM over 1,000 steps trains, with gradients that are numbers", () => {
  seed(5);
  const layer = new LSTM(4);
  const head = new Dense(1);
  const [x, y] = [random.normal([2, 1000, 3]), tensor([[1], [-1]])];
  layer.call(x);
  head.call(ones([2, 4]));
  const variables = [...layer.trainableWeights, ...head.trainableWeights];
  const step = compile((inputs: Tensor, labels: Tensor) => {
    const loss = only(head.call(only(layer.call(inputs))))
      .sub(labels)
      .square()
      .mean();
    const found = gradients(loss, variables);
    variables.forEach((variable, i) => variable.assignSub(found[i].mul(0.1)));
    return { loss, found };
  });
  const losses = [1, 2, 3].map(() => {
    const { loss, found } = step(x, y);
    for (const gradient of found) expect([...gradient.dataSync()].every(Number.isFinite)).toBe(true);
    expect(found.every((gradient) => gradient.abs().max().itemSync() > 0)).toBe(true);
    return loss.itemSync();
  });
  expect(losses[2]).toBeLessThan(losses[0]);
});

describe("weights and their first values", () => {
  test("the forget gate of an LSTM begins with a bias of 1, unless told", () => {
    const biasOf = (options: object): number[] => {
      const layer = new LSTM(2, { biasInitializer: "zeros", ...options });
      layer.ensureBuilt([1, 1, 3]);
      return [...layer.weights[2].dataSync()];
    };
    expect(biasOf({})).toEqual([0, 0, 1, 1, 0, 0, 0, 0]);
    expect(biasOf({ unitForgetBias: false })).toEqual(Array(8).fill(0));
  });

  test("penalties and constraints of a layer's options are those of its weights", () => {
    const layer = new GRU(2, {
      kernelRegularizer: "l2",
      recurrentRegularizer: "l2",
      biasConstraint: "nonNeg",
      dropout: 0.1,
    });
    layer.ensureBuilt([1, 1, 3]);
    expect(layer.penalties().length).toBe(2);
    expect(layer.weights.map(({ constraint }) => constraint !== undefined)).toEqual([false, false, true]);
    layer.trainable = false;
    expect(layer.penalties()).toEqual([]);
  });
});

test("the states of a stateful layer are kept from where the rows are known, and are no weights", () => {
  const make = (): LSTM => new LSTM(3, { stateful: true });
  const [fresh, seen] = [make(), make()];
  fresh.ensureBuilt([null, 4, 2]);
  expect(fresh.states).toEqual([]);
  seen.ensureBuilt([5, 4, 2]);
  expect(seen.states.map(({ shape }) => shape)).toEqual([
    [5, 3],
    [5, 3],
  ]);
  const [output] = [seen.call(ones([5, 4, 2]))];
  expectSame(seen.states[0].read(), only(output));
  expect(seen.weights.map(({ shape }) => shape)).toEqual(fresh.weights.map(({ shape }) => shape));
});

describe("dropout", () => {
  /** Every output is the input, or the state, as the sums see it. */
  const identity = (
    options: object,
    kernel: "identity" | "zeros",
    recurrent: "identity" | "zeros",
  ): SimpleRNN =>
    new SimpleRNN(200, {
      activation: "linear",
      useBias: false,
      kernelInitializer: kernel,
      recurrentInitializer: recurrent,
      returnSequences: true,
      ...options,
    });

  test("leaves out the same inputs at every step, and scales the others", () => {
    seed(7);
    const layer = identity({ dropout: 0.25 }, "identity", "zeros");
    const x = ones([1, 3, 200]);
    const output = only(layer.call(x, { training: true }));
    const first = [...at(output, 0).dataSync()];
    expect(new Set(first)).toEqual(new Set([0, Math.fround(1 / 0.75)]));
    expect([...at(output, 2).dataSync()]).toEqual(first);
    expect([...only(layer.call(x, { training: true })).dataSync()].slice(0, 200)).not.toEqual(first);
    expectSame(only(layer.call(x)), x);
  });

  test("of the state leaves out the same part at every step, by seed, and only while training", () => {
    const layer = identity({ recurrentDropout: 0.5 }, "zeros", "identity");
    const x = zeros([1, 3, 200]);
    const initialState = ones([1, 200]);
    const run = (training: boolean): Tensor => {
      seed(8);
      return only(layer.call(x, { training, initialState }));
    };
    const kept = at(run(true), 0).notEqual(0);
    expect(new Set(at(run(true), 0).dataSync())).toEqual(new Set([0, 2]));
    expectSame(at(run(true), 2), kept.cast("float32").mul(8));
    expectSame(run(false), ones([1, 3, 200]));
  });

  test("with a seed is the same whatever else is drawn, in both directions too", () => {
    const x = ones([1, 3, 20]);
    const draw = (layer: Layer): number[] => {
      random.uniform([2]);
      return [...only(layer.call(x, { training: true })).dataSync()];
    };
    const rnn = (): Layer =>
      new LSTM(4, {
        dropout: 0.5,
        recurrentDropout: 0.5,
        kernelInitializer: "ones",
        recurrentInitializer: "ones",
        seed: 4,
      });
    for (const make of [rnn, () => new Bidirectional(rnn() as LSTM)]) {
      const [one, other] = [make(), make()];
      expect(draw(other)).toEqual(draw(one));
      expect(draw(other)).toEqual(draw(one));
    }
  });

  test("of the state of a GRU spares what is carried on", () => {
    // With an update gate that is open, the state stays as it is, however often part of it is not seen.
    const layer = new GRU(50, {
      recurrentDropout: 0.5,
      kernelInitializer: "zeros",
      recurrentInitializer: "zeros",
    });
    layer.ensureBuilt([1, 3, 1]);
    const open = [...Array(150).keys()].map((i) => (i < 50 ? 100 : 0));
    layer.weights[2].assign(tensor([open, Array<number>(150).fill(0)]));
    const initialState = values(1, 50);
    expectSame(only(layer.call(zeros([1, 3, 1]), { training: true, initialState })), initialState);
  });
});

describe("a cell of one's own", () => {
  const x = values(2, 4, 2);
  const sums = (): Tensor => x.cumsum(1).mul(2);

  test("whose output is not its state", () => {
    expectSame(only(new RNN(new Doubled(), { returnSequences: true }).call(x)), sums());
    const [last, state] = list(new RNN(new Doubled(), { returnState: true }).call(x));
    expectSame(last, at(sums(), 3));
    expectSame(state, last.div(2));
    expectSame(only(new RNN(new Doubled(), { goBackwards: true }).call(x)), at(sums(), 3));
  });

  test("may stand on others", () => {
    const stacked = new RNN([new Doubled(), new Doubled()], { returnSequences: true });
    expectSame(only(stacked.call(x)), sums().cumsum(1).mul(2));
    expect(new Set(stacked.cell.layers.map(({ name }) => name)).size).toBe(2);
  });

  test("of which nothing is known gives no head; the cells here give that of their activation", () => {
    const headFor = (layer: RNN): string => headOf(only(layer.call(x)));
    expect(headFor(new RNN(new Doubled()))).toBe("custom");
    expect(headFor(new SimpleRNN(1, { activation: "sigmoid" }))).toBe("sigmoid");
    expect(headFor(new LSTM(1))).toBe("tanh");
    expect(headFor(new GRU(1, { activation: "softmax" }))).toBe("hidden");
  });

  test("that adds a loss in its steps is PL4004", () => {
    class Penalising extends Doubled {
      override call(inputs: readonly Tensor[]): readonly Tensor[] {
        this.addLoss(inputs[0].sum());
        return super.call(inputs);
      }
    }
    expect(() => new RNN(new Penalising()).call(x)).toThrow(/PL4004.*within a step/);
    expect(() => new RNN([new LSTMCell(2, { activityRegularizer: "l2" })])).toThrow(
      /PL4004.*activityRegularizer/,
    );
  });
});

describe("what does not fit says so", () => {
  const layer = (): LSTM => withWeights(new LSTM(3, { name: "reader" }), 2, 4, 2);

  test.each([
    ["an input without steps", [2, 2], /PL4006.*"reader".*\[2, 2\].*\[batch, steps, features\]/],
    ["no steps", [2, 0, 2], /PL4006.*at least one step/],
    ["other features", [2, 4, 5], /PL4006.*2 features/],
  ] as const)("%s", (_what, shape, message) => {
    expect(() => layer().call(zeros([...shape]))).toThrow(message);
  });

  test("initial states of another number or shape, in a list or as an option", () => {
    const [x, one, other] = [zeros([2, 4, 2]), zeros([2, 3]), zeros([2, 5])];
    const message = /PL4006.*\[2, 3\] and \[2, 3\]/;
    expect(() => layer().call([x, one])).toThrow(message);
    expect(() => layer().call([x, one, other])).toThrow(message);
    expect(() => layer().call(x, { initialState: one })).toThrow(message);
    expect(() => layer().call(x, { initialState: [one, zeros([1, 3])] })).toThrow(message);
  });

  test("a mask of another shape", () => {
    expect(() => layer().call(zeros([2, 4, 2]), { mask: ones([2, 3], "bool") })).toThrow(/PL4006.*\[2, 4\]/);
  });

  test("another number of rows than a stateful layer keeps states for; learning shapes does not count", () => {
    const stateful = new GRU(3, { stateful: true });
    expect(stateful.computeOutputShape([null, 4, 2])).toEqual([null, 3]);
    stateful.call(zeros([5, 4, 2]));
    expect(() => stateful.call(zeros([4, 4, 2]))).toThrow(/PL4006.*batches of 5 rows/);
    expect(() => stateful.resetState([zeros([4, 3])])).toThrow(/PL4006.*\[5, 3\]/);
    expect(stateful.computeOutputShape([null, 4, 2])).toEqual([null, 3]);
  });

  test("states for a layer that keeps none", () => {
    expect(() => layer().resetState([zeros([2, 3]), zeros([2, 3])])).toThrow(
      /PL4004.*"reader".*not stateful.*stateful: true/,
    );
    const reader = layer();
    reader.resetState();
    expect(reader.states).toEqual([]);
  });

  test("units that are no count, shares that leave nothing, and options that are none, in the name of the layer", () => {
    expect(() => new LSTM(0)).toThrow(/PL4004.*LSTM was given units: 0/);
    expect(() => new GRUCell(1.5)).toThrow(/PL4004.*GRUCell was given units/);
    expect(() => new GRU(2, { dropout: 1 })).toThrow(/PL4004.*GRU was given dropout: 1/);
    expect(() => new SimpleRNN(2, { returnSequence: true } as object)).toThrow(/PL4004.*returnSequences/);
    expect(() => new SimpleRNN(2, { resetAfter: true } as object)).toThrow(/PL4004.*SimpleRNN.*resetAfter/);
  });

  test("cells that are none", () => {
    expect(() => new RNN(new Dense(2) as never)).toThrow(/PL4004.*extends RNNCell/);
    expect(() => new StackedRNNCells([])).toThrow(/PL4004/);
    expect(() => new LSTMCell(2).call([zeros([1, 3]), zeros([1, 2])])).toThrow(/PL4006.*\[batch, inputs\]/);
  });
});
