import { describe, expect, it } from "vitest";
import {
  checked,
  compile,
  engineStats,
  GradientTape,
  grad,
  gradients,
  loop,
  random,
  scalar,
  seed,
  split,
  tensor,
  trace,
  valueAndGrad,
  Variable,
  zeros,
  type LoopStep,
  type Tensor,
} from "./index.ts";

const values = (x: Tensor | Variable): number[] => Array.from(x.dataSync());

/** Sums along axis 0. */
const running = (x: Tensor, options = {}): { state: Tensor[]; outputs: Tensor[] } =>
  loop(
    ([sum], [xt]) => {
      const next = sum.add(xt);
      return { state: [next], outputs: [next] };
    },
    { initial: [zeros(x.shape.slice(1))], over: [x], ...options },
  );

describe("loop", () => {
  it("hands states on and stacks outputs", () => {
    const { state, outputs } = running(tensor([[1, 10], [2, 20], [3, 30]])); // prettier-ignore
    expect(values(state[0])).toEqual([6, 60]);
    expect(outputs[0].arraySync()).toEqual([[1, 10], [3, 30], [6, 60]]); // prettier-ignore
  });

  it("runs backwards, with outputs where their slices stood", () => {
    const { state, outputs } = running(tensor([1, 2, 3]), { reverse: true });
    expect([values(state[0]), values(outputs[0])]).toEqual([[6], [6, 5, 3]]);
  });

  it("calls its body once, and that with any number of steps", () => {
    let calls = 0;
    const body = ([n]: Tensor[]): LoopStep => (calls++, { state: [n.add(1)] });
    expect(loop(body, { initial: [scalar(0)], count: 100_000 }).state[0].itemSync()).toBe(100_000);
    expect(calls).toBe(1);
  });

  it.each([0, 1])("of %i steps", (steps) => {
    const { state, outputs } = running(zeros([steps, 2]).add(5));
    expect(values(state[0])).toEqual([5 * steps, 5 * steps]);
    expect([outputs[0].shape, values(outputs[0])]).toEqual([[steps, 2], new Array(2 * steps).fill(5)]);
  });

  it("keeps whole numbers and truth values as they are", () => {
    const { state, outputs } = loop(
      ([n, flag], [x]) => ({ state: [n.add(x), flag.logicalNot()], outputs: [flag, n] }),
      {
        initial: [tensor(Int32Array.of(2 ** 30), []), tensor(true)],
        over: [tensor(Int32Array.of(1, 2 ** 30, 5))],
      },
    );
    expect(state.map(({ dtype }) => dtype)).toEqual(["int32", "bool"]);
    expect(outputs.map(values)).toEqual([
      [1, 0, 1],
      [2 ** 30, 2 ** 30 + 1, 2 ** 31 + 1 - 2 ** 32],
    ]);
    expect(state.map(values)).toEqual([[2 ** 31 + 6 - 2 ** 32], [0]]);
  });

  it("reads variables, numbers and tensors from outside, the same in every step", () => {
    const w = new Variable([2, 3]);
    const body = ([s]: Tensor[]): LoopStep => ({
      state: [
        s
          .mul(w)
          .add(1)
          .sub(tensor([0, 1]).exp().log()),
      ],
    });
    expect(values(loop(body, { initial: [tensor([1, 1])], count: 2 }).state[0])).toEqual([7, 9]);
  });

  it("makes a random draw in its body once for all steps", () => {
    const once = (): number[][] => {
      seed(7);
      const { outputs } = loop(([s], [x]) => ({ state: [s], outputs: [random.uniform([2]).mul(x)] }), {
        initial: [scalar(0)],
        over: [tensor([1, 1, 1])],
      });
      return outputs[0].arraySync() as number[][];
    };
    const [first, second, third] = once();
    expect([second, third]).toEqual([first, first]);
    seed(7);
    expect(first).toEqual(values(random.uniform([2])));
  });

  it("is one program for any data", () => {
    const data = [[1, 2, 3], [4, 5, 6]].map((x) => tensor(x)); // prettier-ignore
    running(data[0]).state[0].itemSync();
    const { built } = engineStats();
    expect(running(data[1]).state[0].itemSync()).toBe(15);
    expect(engineStats().built).toBe(built);
  });

  it("is another program for another step, another length and another direction", () => {
    const x = tensor([1, 2, 3]);
    const by = (factor: (x: Tensor) => Tensor, over = x, reverse = false): number =>
      loop(([s], [xt]) => ({ state: [factor(s).add(xt)] }), {
        initial: [scalar(0)],
        over: [over],
        reverse,
      }).state[0].itemSync();
    expect([
      by((s) => s.mul(2)),
      by((s) => s.neg()),
      by((s) => s.mul(2), x.slice(1)),
      by((s) => s.mul(2), x, true),
    ]).toEqual([11, 2, 7, 17]);
  });
});

describe("loops and derivatives", () => {
  it("differentiate by all that the step reads", () => {
    const w = new Variable([0.5]);
    const { value, grads } = valueAndGrad((x: Tensor, start: Tensor) => {
      const { state } = loop(([s], [xt]) => ({ state: [s.mul(w).add(xt)] }), { initial: [start], over: [x] });
      return state[0].sum();
    })([[1], [2], [4]], [8]);
    expect(value.itemSync()).toBe(6.25);
    expect(grads.map(values)).toEqual([[0.25, 0.5, 1], [0.125]]);
    const tape = new GradientTape(() =>
      loop(([s], [xt]) => ({ state: [s.mul(w).add(xt)] }), {
        initial: [tensor([8])],
        over: [tensor([[1], [2], [4]])],
      }).state[0].sum(),
    );
    // s₃ = 8w³ + w² + 2w + 4
    expect(values(tape.gradient(tape.value, [w])[0])).toEqual([24 * 0.25 + 1 + 2]);
  });

  it("after a value on the way was read, in a tape", () => {
    const x = tensor([1, 2, 3]);
    const tape = new GradientTape(() => {
      const { outputs } = running(x);
      expect(values(outputs[0])).toEqual([1, 3, 6]);
      return outputs[0].square().sum();
    });
    expect(values(tape.gradient(tape.value, [x])[0])).toEqual([20, 18, 12]);
  });

  it("and again: the second derivative of s₀^(2^n) is 2^n (2^n − 1) s₀^(2^n − 2)", () => {
    const power = (x: Tensor): Tensor =>
      loop(([s]) => ({ state: [s.square()] }), { initial: [x], count: 3 }).state[0];
    expect(grad(power)(2).itemSync()).toBe(8 * 2 ** 7);
    expect(grad(grad(power))(2).itemSync()).toBe(56 * 2 ** 6);
    expect(grad(grad(grad(power)))(2).itemSync()).toBe(336 * 2 ** 5);
  });

  it("stop where the step reads whole numbers only", () => {
    const x = tensor([1, 2, 3]);
    const { state } = loop(([n], [xt]) => ({ state: [n.add(xt.cast("int32"))] }), {
      initial: [tensor(Int32Array.of(0), [])],
      over: [x],
    });
    expect(values(gradients(state[0].cast("float32"), [x])[0])).toEqual([0, 0, 0]);
  });

  it("say that a path is gone, when a value that the loop started from was read", () => {
    const x = tensor([1, 2]);
    const start = x.mul(2);
    start.dataSync();
    const { state } = loop(([s]) => ({ state: [s.mul(2)] }), { initial: [start], count: 2 });
    expect(() => gradients(state[0].sum(), [x])).toThrow(/PL1008/);
  });
});

describe("loops in compiled functions", () => {
  it("train variables, and see their new values at the next call", () => {
    const u = new Variable([[0.1, 0.2], [0.3, -0.1]]); // prettier-ignore
    const total = new Variable(0);
    const x = tensor([[[1, 2]], [[3, 4]], [[-1, 1]]]);
    const step = compile((rate: Tensor) => {
      const { value, grads } = valueAndGrad((w: Variable) => {
        const { outputs } = loop(
          ([h], [xt]) => {
            const next = xt.add(h.matmul(w)).tanh();
            return { state: [next], outputs: [next] };
          },
          { initial: [zeros([1, 2])], over: [x] },
        );
        return outputs[0].square().mean();
      })(u);
      u.assignSub(grads[0].mul(rate));
      total.assignAdd(value);
      return value;
    });
    const losses = Array.from({ length: 5 }, () => step(scalar(0.5)).itemSync());
    expect([...losses].sort((a, b) => b - a)).toEqual(losses);
    expect(total.itemSync()).toBeCloseTo(
      losses.reduce((a, b) => a + b),
      5,
    );
  });

  it("assign the last state to the variable that it started from", () => {
    const h = new Variable([1, 2]);
    const seen = new Variable([0, 0]);
    const step = compile((x: Tensor) => {
      const { state } = loop(([s], [xt]) => ({ state: [s.mul(xt)] }), { initial: [h.read()], over: [x] });
      h.assign(state[0]);
      seen.assign(state[0]);
      return state[0];
    });
    for (const expected of [[6, 12], [36, 72]]) expect(values(step(tensor([2, 3])))).toEqual(expected); // prettier-ignore
    expect([values(h), values(seen)]).toEqual([[36, 72], [36, 72]]); // prettier-ignore
  });

  it("draw afresh at each call", () => {
    const draw = compile(
      () =>
        loop(([s]) => ({ state: [s.add(random.uniform([]))] }), { initial: [scalar(0)], count: 2 }).state[0],
    );
    const [one, other] = [draw().itemSync(), draw().itemSync()];
    expect(one).not.toBe(other);
  });

  it("write nothing when a check on a result of the loop fails", () => {
    const seen = new Variable(0);
    const step = compile((x: Tensor) => {
      const last = running(x).state[0];
      seen.assign(checked(last, last.less(10), [last], ([sum]) => new Error(`the sum is ${sum[0]}`)));
    });
    step(tensor([1, 2, 3]));
    expect(() => step(tensor([4, 5, 6]))).toThrow("the sum is 15");
    expect(seen.itemSync()).toBe(6);
  });

  it("train over a thousand steps: an LSTM learns whether its first input was positive", () => {
    const steps = 1000;
    seed(1);
    const units = 4;
    const w = new Variable(random.normal([1, 4 * units], { stddev: 0.5 }));
    const u = new Variable(random.normal([units, 4 * units], { stddev: 0.3 }));
    // The forget gate starts open, so that what was seen first lasts.
    const b = new Variable([...Array(units).fill(0), ...Array(units).fill(10), ...Array(2 * units).fill(0)]);
    const out = new Variable(random.normal([units, 1]));
    const variables = [w, u, b, out];
    const x = new Float32Array(steps * 8);
    for (let row = 0; row < 8; row++) x[row] = row % 2 === 0 ? 1 : -1;
    const y = tensor([1, -1, 1, -1, 1, -1, 1, -1]).reshape([8, 1]);
    const inputs = tensor(x, [steps, 8, 1]);
    const step = compile(() => {
      const { value, grads } = valueAndGrad((...[kernel, recurrent, bias, head]: Variable[]) => {
        const { state } = loop(
          ([h, c], [z]) => {
            const [i, f, g, o] = split(z.add(h.matmul(recurrent)).add(bias), 4, -1);
            const next = f.sigmoid().mul(c).add(i.sigmoid().mul(g.tanh()));
            return { state: [o.sigmoid().mul(next.tanh()), next] };
          },
          { initial: [zeros([8, units]), zeros([8, units])], over: [inputs.matmul(kernel)] },
        );
        return state[0].matmul(head).sub(y).square().mean();
      })(...variables);
      variables.forEach((variable, k) => variable.assignSub(grads[k].clip(-1, 1).mul(0.02)));
      return value;
    });
    const first = step().itemSync();
    let last = first;
    for (let k = 0; k < 150; k++) last = step().itemSync();
    expect(last).toBeLessThan(0.2 * first);
  });
});

describe("variables of a loop", () => {
  const x = tensor([1, 2, 3]);
  const run = (moving: Variable, idle: Variable): Tensor =>
    loop(
      (_, [xt]) => {
        moving.assign(moving.mul(0.5).add(xt));
        return { state: [], outputs: [moving.add(idle)] };
      },
      { initial: [], over: [x], variables: [idle, moving] },
    ).outputs[0];

  it("are read as the step before left them, and have the last value after it", () => {
    for (const around of [(fn: () => Tensor) => fn, (fn: () => Tensor) => compile(fn)]) {
      const [moving, idle] = [new Variable(2), new Variable(10)];
      const outputs = around(() => run(moving, idle))();
      expect(values(outputs)).toEqual([12, 13, 14.5]);
      expect([moving.itemSync(), idle.itemSync()]).toEqual([4.5, 10]);
    }
  });

  it("may be those of a loop in a loop", () => {
    const count = new Variable(0);
    const inner = (): Tensor =>
      loop(() => ({ state: [], outputs: [count.assignAdd(1).read()] }), {
        initial: [],
        count: 2,
        variables: [count],
      }).outputs[0];
    const { outputs } = loop(() => ({ state: [], outputs: [inner()] }), {
      initial: [],
      count: 3,
      variables: [count],
    });
    expect(values(outputs[0])).toEqual([1, 2, 3, 4, 5, 6]);
    expect(count.itemSync()).toBe(6);
  });

  it("random draws are those of each step where that is asked for, the same after the same seed", () => {
    const draw = (drawEachStep: boolean): number[] =>
      values(
        loop(() => ({ state: [], outputs: [random.uniform([])] }), { initial: [], count: 4, drawEachStep })
          .outputs[0],
      );
    seed(3);
    const drawn = draw(true);
    expect(new Set(drawn).size).toBe(4);
    expect(drawn.every((one) => one >= 0 && one < 1)).toBe(true);
    expect(draw(true)).not.toEqual(drawn);
    seed(3);
    expect(draw(true)).toEqual(drawn);
    expect(new Set(draw(false)).size).toBe(1);
  });
});

describe("misuse of loops", () => {
  const returning = (returned: unknown): unknown =>
    loop(() => returned as never, { initial: [scalar(1)], count: 2 });
  const one = scalar(1);
  const identity = (state: Tensor[]): LoopStep => ({ state });
  const variable = new Variable(1);

  it.each<[string, RegExp, () => unknown]>([
    [
      "a state that changes its shape",
      /PL1012.*state 0 is float32 \[\].*float32 \[1\]/s,
      () => loop(([s]) => ({ state: [s.reshape([1])] }), { initial: [one], count: 2 }),
    ],
    [
      "a state that changes its dtype",
      /PL1012.*cast/s,
      () => loop(([s]) => ({ state: [s.cast("int32")] }), { initial: [one], count: 2 }),
    ],
    [
      "a state that is lost",
      /PL1012.*2 states.*returns 1/s,
      () => loop(([s]) => ({ state: [s] }), { initial: [one, one], count: 2 }),
    ],
    [
      "a body that returns nothing",
      /PL1012.*returns no states.*state: \[next\]/s,
      () => returning(undefined),
    ],
    ["one that returns a list", /PL1012.*returns no states/s, () => returning([one])],
    ["one state that is no list", /PL1012.*returns no states/s, () => returning({ state: one })],
    [
      "outputs that are no list",
      /PL1012.*returns no states/s,
      () => returning({ state: [one], outputs: one }),
    ],
    ["a promise", /PL1012.*a promise.*waited for/s, () => returning(Promise.resolve({ state: [one] }))],
    [
      "what is no variable among the variables",
      /PL4004.*variables/s,
      () => loop(([s]) => ({ state: [s] }), { initial: [one], count: 2, variables: [one as never] }),
    ],
    ["no number of steps", /PL1012/, () => loop(identity, { initial: [one] })],
    ["half a step", /PL1012/, () => loop(identity, { initial: [one], count: 1.5 })],
    ["a scalar to run along", /PL1012.*scalar/s, () => loop(identity, { initial: [one], over: [one] })],
    [
      "two lengths",
      /PL1012.*\[2\] and \[3\]/s,
      () => loop(identity, { initial: [one], over: [zeros([2]), zeros([3])] }),
    ],
    [
      "a count that is not the length",
      /PL1012/,
      () => loop(identity, { initial: [one], over: [zeros([2])], count: 3 }),
    ],
    [
      "reading a value of a step",
      /PL1007/,
      () => loop(([s]) => ({ state: [s.itemSync() > 0 ? s : s.neg()] }), { initial: [one], count: 2 }),
    ],
    [
      "reading one in a compiled function",
      /PL1007/,
      () =>
        trace(
          (x) =>
            loop(([s]) => ({ state: [s.itemSync() > 0 ? s : s.neg()] }), { initial: [x], count: 2 }).state,
          [{ shape: [], dtype: "float32" }],
        ),
    ],
    [
      "a check of what changes",
      /PL1013.*check/s,
      () =>
        loop(([s]) => ({ state: [checked(s, s.less(1), [], () => new Error())] }), {
          initial: [one],
          count: 2,
        }),
    ],
    [
      "an assignment of what changes",
      /PL1013.*assigning/s,
      () => loop(([s]) => (variable.assign(s), { state: [s] }), { initial: [one], count: 2 }),
    ],
    [
      "an assignment in a compiled function",
      /PL1013.*assigning/s,
      () =>
        trace(
          (x) => loop(([s]) => (variable.assign(s), { state: [s] }), { initial: [x], count: 2 }).state,
          [{ shape: [], dtype: "float32" }],
        ),
    ],
  ])("%s", (_what, message, act) => {
    expect(act).toThrow(message);
  });

  it("a value of a step that got outside has none there", () => {
    let inside: Tensor | undefined;
    const { state } = loop(([s]) => ({ state: [(inside = s.add(1))] }), { initial: [one], count: 2 });
    expect(() => inside!.dataSync()).toThrow(/PL1007/);
    expect(state[0].itemSync()).toBe(3);
  });

  it("checks of what does not change are made once", () => {
    const fine = (limit: number): Tensor =>
      loop(([s]) => ({ state: [s.add(checked(one, one.less(limit), [], () => new Error("too large")))] }), {
        initial: [scalar(0)],
        count: 3,
      }).state[0];
    expect(fine(2).itemSync()).toBe(3);
    expect(() => fine(0).itemSync()).toThrow("too large");
  });
});
