import { describe, expect, test } from "vitest";
import {
  compile,
  gradients,
  ones,
  stack,
  tensor,
  zeros,
  type Tensor,
  type Variable,
} from "../../tensor/index.ts";
import {
  BatchNormalization,
  beforeHeadOf,
  Bidirectional,
  collectLosses,
  Dense,
  Dropout,
  headOf,
  input,
  Layer,
  LSTM,
  maskOf,
  setMask,
  TimeDistributed,
  type CallOptions,
} from "../index.ts";

const values = (...shape: number[]): Tensor => {
  const size = shape.reduce((a, b) => a * b, 1);
  return tensor(
    Float32Array.from({ length: size }, (_, i) => Math.sin(1.7 * i + 0.3 + size)),
    shape,
  );
};

const only = (outputs: unknown): Tensor => outputs as Tensor;
const at = (x: Tensor, t: number): Tensor => x.slice([0, t], [x.shape[0], 1]).squeeze(1);

function expectSame(got: Tensor, want: Tensor, digits = 5): void {
  expect(got.shape).toEqual(want.shape);
  const wanted = want.dataSync();
  got.dataSync().forEach((value, i) => expect(value).toBeCloseTo(wanted[i], digits));
}

/** Each row less a mean that moves with every training call: it keeps something, and rows hang on each other. */
class Centred extends Layer {
  static override readonly className: string = "Centred";
  mean!: Variable;
  override build(): void {
    this.mean = this.addWeight({ name: "mean", shape: [2], initializer: "zeros", trainable: false });
  }
  override call(x: Tensor, { training = false }: CallOptions = {}): Tensor {
    if (!training) return x.sub(this.mean);
    const mean = x.mean(0);
    this.mean.assign(this.mean.mul(0.5).add(mean.mul(0.5)));
    return x.sub(mean);
  }
}

test.each([
  ["Dense", () => new Dense(3, { activation: "tanh" }), [2, 4, 2]],
  ["LSTM", () => new LSTM(3), [2, 3, 4, 2]],
  ["LSTM of sequences", () => new LSTM(3, { returnSequences: true }), [1, 1, 2, 2]],
] as const)("%s gives at each step what it gives for that step", (_name, make, shape) => {
  const layer = new TimeDistributed(make());
  const x = values(...shape);
  const output = only(layer.call(x));
  const want = stack(
    [...Array(shape[1]).keys()].map((t) => only(layer.layer.call(at(x, t)))),
    1,
  );
  const weigh = (y: Tensor): Tensor[] =>
    gradients(y.mul(values(...y.shape)).sum(), [x, ...layer.trainableWeights]);
  const [got, wanted] = [weigh(output), weigh(want)];
  expectSame(output, want);
  got.forEach((gradient, i) => expectSame(gradient, wanted[i]));
});

test("a layer of several outputs gives several", () => {
  const layer = new TimeDistributed(new LSTM(3, { returnState: true }));
  const x = values(2, 4, 5, 2);
  const outputs = layer.call(x) as readonly Tensor[];
  expect(outputs.map(({ shape }) => [...shape])).toEqual([
    [2, 4, 3],
    [2, 4, 3],
    [2, 4, 3],
  ]);
  const [, , carry] = layer.layer.call(at(x, 2)) as readonly Tensor[];
  expectSame(at(outputs[2], 2), carry);
});

describe("a layer that keeps something from call to call", () => {
  test("is applied step by step while training, as one program or call by call", () => {
    const x = values(3, 4, 2);
    const byHand = new Centred();
    const want = stack(
      [0, 1, 2, 3].map((t) => byHand.call(at(x, t), { training: true })),
      1,
    );
    const kept = [...byHand.mean.dataSync()];
    const layers = [new TimeDistributed(new Centred()), new TimeDistributed(new Centred())];
    const compiled = compile((inputs: Tensor) => only(layers[1].call(inputs, { training: true })));
    expectSame(only(layers[0].call(x, { training: true })), want);
    expectSame(compiled(x), want);
    for (const { layer } of layers)
      [...(layer as Centred).mean.dataSync()].forEach((value, i) => expect(value).toBeCloseTo(kept[i], 6));
  });

  test("is called once otherwise", () => {
    let calls = 0;
    class Counting extends Centred {
      override call(x: Tensor, options?: CallOptions): Tensor {
        calls++;
        return super.call(x, options);
      }
    }
    const layer = new TimeDistributed(new TimeDistributed(new Counting()));
    layer.ensureBuilt([null, 3, 4, 2]);
    layer.call(values(2, 3, 4, 2));
    expect(calls).toBe(1);
    // A loop in a loop: the time to compile does not hang on the number of steps.
    layer.call(values(2, 3, 4, 2), { training: true });
    expect(calls).toBe(1 + 1);
  });

  test("may be inside one that makes its layers' weights when it is called", () => {
    class Around extends Layer {
      static override readonly className: string = "Around";
      readonly inner = new Centred();
      override call(x: Tensor, options?: CallOptions): Tensor {
        return this.inner.call(x, options);
      }
    }
    const x = values(3, 4, 2);
    const [around, inner] = [new Around(), new Centred()];
    const want = only(new TimeDistributed(inner).call(x, { training: true }));
    expectSame(only(new TimeDistributed(around).call(x, { training: true })), want);
    expectSame(around.inner.mean.read(), inner.mean.read());
  });

  test("has the gradients, the random draws and the added losses of each step", () => {
    class Noisy extends Centred {
      static override readonly className: string = "Noisy";
      readonly dropout = new Dropout(0.5);
      readonly scale = new Dense(2, { useBias: false, kernelInitializer: "ones" });
      override call(x: Tensor, options: CallOptions = {}): Tensor {
        this.addLoss(x.sum());
        const centred = super.call(x, options);
        return this.dropout.call(this.scale.call(x).sub(this.scale.call(x.sub(centred))), options);
      }
    }
    const x = values(40, 3, 2);
    const layer = new TimeDistributed(new Noisy());
    const { value: output, losses } = collectLosses(() => only(layer.call(x, { training: true })));
    const [gradient] = gradients(output.square().sum(), layer.trainableWeights);
    expect(losses.length).toBe(1);
    expectSame(losses[0], x.sum());
    const kept = output.notEqual(0);
    const rows = [0, 1, 2].map((t) => at(kept, t).dataSync().join());
    expect(new Set(rows).size).toBe(3);
    const mean = only(new TimeDistributed(new Centred()).call(x, { training: true }));
    const want = mean.sum(-1, { keepDims: true }).mul(kept.cast("float32")).mul(2);
    expectSame(output, want);
    const flat = (of: Tensor): Tensor => of.reshape([120, 2]);
    expectSame(
      gradient,
      flat(mean)
        .transpose()
        .matmul(flat(want.mul(4))),
      3,
    );
  });

  test("batch normalization has the statistics of each step, as it has called on them one by one", () => {
    const x = values(4, 3, 2);
    const [inner, byHand] = [
      new BatchNormalization({ momentum: 0.5 }),
      new BatchNormalization({ momentum: 0.5 }),
    ];
    const layer = new TimeDistributed(inner);
    const want = stack(
      [0, 1, 2].map((t) => byHand.call(at(x, t), { training: true })),
      1,
    );
    const output = only(layer.call(x, { training: true }));
    const weigh = (y: Tensor, weights: readonly Variable[]): Tensor[] =>
      gradients(y.mul(values(4, 3, 2)).sum(), [x, ...weights]);
    const gradientsWanted = weigh(want, byHand.trainableWeights);
    weigh(output, inner.trainableWeights).forEach((one, i) => expectSame(one, gradientsWanted[i]));
    expectSame(output, want);
    inner.weights.forEach((weight, i) => expectSame(weight.read(), byHand.weights[i].read()));
  });

  test("such as a stateful recurrent one, also within others, also when not training", () => {
    const x = values(2, 3, 4, 2);
    for (const inner of [
      new LSTM(3, { stateful: true }),
      new Bidirectional(new LSTM(3, { stateful: true })),
    ]) {
      const output = only(new TimeDistributed(inner).call(x));
      inner.resetState();
      expectSame(
        output,
        stack(
          [0, 1, 2].map((t) => only(inner.call(at(x, t)))),
          1,
        ),
      );
    }
  });
});

test("dropout is drawn for each step by itself", () => {
  const x = ones([1, 2, 200]);
  const output = only(new TimeDistributed(new Dropout(0.5)).call(x, { training: true }));
  expect([...at(output, 0).dataSync()]).not.toEqual([...at(output, 1).dataSync()]);
});

describe("masks", () => {
  const steps = tensor([
    [true, true, false],
    [true, false, false],
  ]);

  test("of steps go on; those of the steps inside go to the layer", () => {
    expect(
      maskOf(only(new TimeDistributed(new Dense(2)).call(values(2, 3, 4), { mask: steps })))?.dataSync(),
    ).toEqual(steps.dataSync());
    const x = values(2, 3, 2, 2);
    const mask = stack([ones([2, 3]), steps.cast("float32")], 2).cast("bool");
    const layer = new TimeDistributed(new LSTM(3));
    const want = stack(
      [0, 1, 2].map((t) => only(layer.layer.call(at(x, t), { mask: at(mask, t) }))),
      1,
    );
    expectSame(only(layer.call(x, { mask })), want);
    expect(want.dataSync()).not.toEqual(only(layer.call(x)).dataSync());
  });

  test("that the layer makes are those of the output", () => {
    class NonZero extends Layer {
      static override readonly className: string = "NonZero";
      override call(x: Tensor): Tensor {
        const output = x.mul(2);
        setMask(output, x.notEqual(0).any(-1));
        return output;
      }
    }
    const x = tensor([
      [
        [
          [1, 1],
          [0, 0],
        ],
        [
          [0, 0],
          [2, 0],
        ],
      ],
    ]);
    expect(maskOf(only(new TimeDistributed(new NonZero()).call(x)))?.arraySync()).toEqual([
      [
        [true, false],
        [false, true],
      ],
    ]);
  });
});

test("the head of the layer is that of its output, with the logits behind it", () => {
  class Moving extends Dense {
    static override readonly className: string = "Moving";
    override build(inputShape: readonly (number | null)[]): void {
      super.build(inputShape);
      this.addWeight({ name: "moving", shape: [], initializer: "zeros", trainable: false });
    }
  }
  // At once, and step by step.
  for (const Class of [Dense, Moving]) {
    const layer = new TimeDistributed(new Class(3, { activation: "softmax" }));
    const output = only(layer.call(values(2, 4, 2), { training: true }));
    expect(headOf(output)).toBe("softmax");
    const logits = beforeHeadOf(output);
    expect(logits).not.toBe(output);
    expectSame(logits.exp().div(logits.exp().sum(-1, { keepDims: true })), output);
  }
});

test("draws on symbolic tensors of any number of steps", () => {
  const output = new TimeDistributed(new Dense(3)).call(input({ shape: [null, 2] }));
  expect(only(output).shape).toEqual([null, null, 3]);
});

test("what does not fit says so", () => {
  expect(() => new TimeDistributed(Dense as never)).toThrow(/PL4004.*applies one layer/);
  const layer = new TimeDistributed(new Dense(2), { name: "each" });
  expect(() => layer.call(zeros([2, 3]))).toThrow(/PL4006.*"each".*\[batch, steps, …\]/);
  expect(() => layer.call(zeros([2, 0, 3]))).toThrow(/PL4006.*at least one step/);
});
