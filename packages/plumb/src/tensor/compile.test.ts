import { describe, expect, it } from "vitest";
import { PlumbError } from "../base/errors.ts";
import { generatorState, setGeneratorState } from "../base/seed.ts";
import {
  arange,
  checked,
  compile,
  engineStats,
  GradientTape,
  random,
  scalar,
  seed,
  tensor,
  trace,
  valueAndGrad,
  Variable,
  zeros,
} from "./index.ts";
import type { Tensor } from "./index.ts";

const values = (x: Tensor | Variable): number[] => Array.from(x.dataSync());

/** A function and how often it was traced. */
function counted<A extends unknown[], R>(
  fn: (...args: A) => R,
): { fn: (...args: A) => R; traces: () => number } {
  let traces = 0;
  return { fn: compile((...args: A) => (traces++, fn(...args))), traces: () => traces };
}

describe("compile", () => {
  it("traces once per shapes and dtypes, and builds one program for each", () => {
    const { fn, traces } = counted((x: Tensor) => x.mul(2).sum());
    const before = engineStats().built;
    for (const data of [[1, 2], [3, 4], [5, 6]]) fn(tensor(data)); // prettier-ignore
    expect(fn(tensor([1, 2, 3])).itemSync()).toBe(12);
    expect(fn(tensor([1, 2])).itemSync()).toBe(6);
    expect(fn(tensor([1, 2], [2], "int32")).itemSync()).toBe(6);
    expect([traces(), engineStats().built - before]).toEqual([3, 3]);
  });

  it("takes typed arrays, nested arrays and objects, and gives back the same nesting", () => {
    const fn = compile((batch: { x: Tensor; extra: (Tensor | Float32Array)[] }, name: string) => ({
      name,
      sums: batch.extra.map((part) => (part as Tensor).sum()),
      x: [batch.x, batch.x.neg()],
    }));
    const out = fn({ x: tensor([1, 2]), extra: [Float32Array.of(3, 4), tensor([5])] }, "a");
    expect(out.name).toBe("a");
    expect(out.sums.map((sum) => sum.itemSync())).toEqual([7, 5]);
    expect(out.x.map(values)).toEqual([[1, 2], [-1, -2]]); // prettier-ignore
  });

  it("is traced for each number, and once for a scalar that varies", () => {
    const byNumber = counted((x: Tensor, n: number) => x.mul(n));
    expect([2, 3, 2].map((n) => byNumber.fn(tensor([1]), n).itemSync())).toEqual([2, 3, 2]);
    expect(byNumber.traces()).toBe(2);
    const byScalar = counted((x: Tensor, n: Tensor) => x.mul(n));
    expect([2, 3, 2].map((n) => byScalar.fn(tensor([1]), scalar(n)).itemSync())).toEqual([2, 3, 2]);
    expect(byScalar.traces()).toBe(1);
  });

  it("keeps 64 signatures, and forgets the one that was not used for longest", () => {
    const { fn, traces } = counted((x: Tensor, n: number) => x.add(n));
    const call = (n: number): void => expect(fn(tensor([1]), n).itemSync()).toBe(1 + n);
    for (let n = 0; n < 64; n++) {
      call(n);
      call(0);
    }
    call(1);
    expect(traces()).toBe(64);
    call(64); // 2 goes
    call(0);
    call(1);
    call(3);
    expect(traces()).toBe(65);
    call(2);
    expect(traces()).toBe(66);
  });

  it("takes pending tensors", () => {
    expect(compile((x: Tensor) => x.add(1))(tensor([1]).mul(4)).itemSync()).toBe(5);
  });

  it("reads and assigns variables in the order of the function", () => {
    const w = new Variable([1]);
    const step = compile((x: Tensor) => {
      const before = w.add(0);
      w.assign(w.mul(x));
      w.assignAdd(1);
      return [before, w.read()];
    });
    expect(step(tensor([3])).map(values)).toEqual([[1], [4]]);
    expect(values(w)).toEqual([4]);
    expect(step(tensor([3])).map(values)).toEqual([[4], [13]]);
  });

  it("swaps variables", () => {
    const [a, b] = [new Variable([1, 2, 3]), new Variable([4, 5, 6])];
    const swap = compile(() => {
      const kept = a.read();
      a.assign(b);
      b.assign(kept);
    });
    swap();
    expect([values(a), values(b)]).toEqual([[4, 5, 6], [1, 2, 3]]); // prettier-ignore
  });

  it("assigns a reversed self: what is read is what stood there before", () => {
    const w = new Variable([1, 2, 3, 4, 5]);
    const turn = compile(() => void w.assign(w.flip().add(w)));
    turn();
    expect(values(w)).toEqual([6, 6, 6, 6, 6]);
  });

  it("leaves pending readers of what it assigns the value from before", () => {
    const w = new Variable([1]);
    const double = compile(() => void w.assign(w.mul(2)));
    double();
    const pending = w.add(0);
    double();
    double();
    expect([values(pending), values(w)]).toEqual([[2], [8]]);
  });

  it("holds tensors from outside at the value they had", () => {
    const w = new Variable([1, 2]);
    const fixed = w.mul(10);
    const view = w.read();
    const data = arange(2).cast("float32");
    const fn = compile(() => fixed.add(w).add(data).add(view));
    expect(values(fn())).toEqual([12, 25]);
    w.assign([5, 5]);
    expect(values(fn())).toEqual([16, 28]);
  });

  it("makes variables inside at the first call", () => {
    let state: Variable | undefined;
    const fn = compile((x: Tensor) => {
      state ??= new Variable(zeros(x.shape).add(1));
      state.assignAdd(x);
      return state.read();
    });
    expect(values(fn(tensor([1, 2])))).toEqual([2, 3]);
    expect(values(fn(tensor([1, 2])))).toEqual([3, 5]);
    expect(values(state!)).toEqual([3, 5]);
  });

  it("trains", () => {
    const [x, y] = [tensor([[1, 2], [3, 4], [5, 6]]), tensor([[1], [2], [3]])]; // prettier-ignore
    const make = (): { w: Variable; step: (x: Tensor, y: Tensor) => Tensor } => {
      const w = new Variable(zeros([2, 1]));
      const step = (xs: Tensor, ys: Tensor): Tensor => {
        const { value, grads } = valueAndGrad((v: Variable) => xs.matmul(v).sub(ys).square().mean())(w);
        w.assignSub(grads[0].mul(0.01));
        return value;
      };
      return { w, step };
    };
    const [eager, compiled] = [make(), make()];
    const step = compile(compiled.step);
    for (let i = 0; i < 10; i++) expect(step(x, y).itemSync()).toBeCloseTo(eager.step(x, y).itemSync(), 5);
    values(eager.w).forEach((w, i) => expect(values(compiled.w)[i]).toBeCloseTo(w, 5));
  });

  it("runs uncompiled, as a part of it, under a tape and inside another compiled function", () => {
    const square = compile((x: Tensor) => x.square());
    const x = tensor([3]);
    const tape = new GradientTape(() => square(x).sum());
    expect(values(tape.gradient(tape.value, [x])[0])).toEqual([6]);
    expect(compile((y: Tensor) => square(y).add(1))(x).itemSync()).toBe(10);
  });
});

describe("random draws in a compiled function", () => {
  it("are made afresh at each call, and are those of eager code", () => {
    const noise = (): Tensor[] => [random.uniform([2]), random.normal([2])];
    seed(3);
    const eager = [noise(), noise()].flat().map(values);
    const end = generatorState();
    seed(3);
    const compiled = compile(noise);
    expect([compiled(), compiled()].flat().map(values)).toEqual(eager);
    expect(generatorState()).toEqual(end);
    expect(new Set(eager.map(String)).size).toBe(4);
  });

  it("go on where a saved state left off", () => {
    const draw = compile(() => random.uniform([3]));
    seed(5);
    draw();
    const saved = generatorState();
    const next = values(draw());
    draw();
    setGeneratorState(saved);
    expect(values(draw())).toEqual(next);
  });
});

describe("what a compiled function cannot do", () => {
  it("read a value", () => {
    expect(() => compile((x: Tensor) => (x.sum().itemSync() > 0 ? x : x.neg()))(tensor([1]))).toThrow(
      /PL1007.*where\(condition/s,
    );
    expect(() => compile((x: Tensor) => x.add(1).toString())(tensor([1]))).toThrow(/PL1007/);
  });

  it("read a known value is no harm", () => {
    const constant = tensor([2]);
    expect(compile((x: Tensor) => x.mul(constant.itemSync()))(tensor([3])).itemSync()).toBe(6);
  });

  it("leak what it recorded into another compiled function, or into a later trace of the same", () => {
    let leaked: Tensor | undefined;
    compile((x: Tensor) => (leaked = x.add(1)).sum())(tensor([1]));
    const other = compile((x: Tensor, y: Tensor) => x.add(y).add(leaked!));
    expect(() => other(tensor([10]), tensor([20]))).toThrow(/PL1007.*return it/s);
    const same = compile((x: Tensor) => x.add((leaked ??= x.mul(2))));
    leaked = undefined;
    expect(values(same(tensor([1])))).toEqual([3]);
    expect(() => same(tensor([1, 2]))).toThrow(/PL1007/);
  });

  it("leak an argument, or a variable's value at some point of it", () => {
    let leaked: Tensor | undefined;
    const w = new Variable([1]);
    const leak = compile((x: Tensor, what: "argument" | "variable") => {
      w.assignAdd(x);
      leaked = what === "argument" ? x : w.read();
      return x;
    });
    for (const what of ["argument", "variable"] as const) {
      leak(tensor([1]), what);
      expect(() => compile((x: Tensor) => x.add(leaked!))(tensor([1]))).toThrow(/PL1007/);
      expect(() => leaked!.add(1)).toThrow(/PL1007/);
    }
  });

  it("leak what could be computed elsewhere, but would be something else there", () => {
    const w = new Variable([1]);
    const leaked: Tensor[] = [];
    compile((x: Tensor) => {
      leaked.push(random.uniform([1]), w.mul(2));
      return x;
    })(tensor([1]));
    for (const tensor of leaked) expect(() => tensor.add(1)).toThrow(/PL1007/);
  });

  it("leak a tape that recorded in it", () => {
    let tape: GradientTape<Tensor> | undefined;
    let source: Tensor | undefined;
    compile((x: Tensor) => {
      tape = new GradientTape(() => (source = x).square().sum());
      return x;
    })(tensor([1]));
    const slope = compile((x: Tensor) => tape!.gradient(tape!.value, [source!])[0].add(x));
    expect(() => slope(tensor([5]))).toThrow(/PL1007/);
  });

  it("be harmed by constants that it made: they are the same everywhere", () => {
    let made: Tensor[] = [];
    const fn = compile((x: Tensor) => {
      if (made.length === 0) made = [tensor([5]), zeros([1]), scalar(2)];
      return made.reduce((sum, part) => sum.add(part), x);
    });
    expect([fn(tensor([1])), fn(tensor([1, 2]))].map(values)).toEqual([[8], [8, 9]]);
    expect(made.map((part) => values(part.add(1)))).toEqual([[6], [1], [3]]);
    expect(made.map(values)).toEqual([[5], [0], [2]]);
  });

  it("leak what it recorded", () => {
    let leaked: Tensor | undefined;
    compile((x: Tensor) => (leaked = x.add(1)).sum())(tensor([1, 2]));
    expect(() => leaked!.dataSync()).toThrow(/PL1007.*return it/s);
    expect(() => leaked!.mul(2).dataSync()).toThrow(/PL1007/);
  });

  it("be async", () => {
    expect(() => compile(async (x: Tensor) => Promise.resolve(x))(tensor([1]))).toThrow(/PL1007.*async/s);
  });

  it("be traced again because it threw", () => {
    let fail = true;
    const fn = compile((x: Tensor) => {
      if (fail) throw new Error("not yet");
      return x;
    });
    expect(() => fn(tensor([1]))).toThrow("not yet");
    fail = false;
    expect(fn(tensor([1])).itemSync()).toBe(1);
  });
});

describe("checks", () => {
  const explain = ([found]: readonly ArrayLike<number>[]): PlumbError =>
    new PlumbError("PL2003", { asked: `found ${Array.from(found).join()}`, why: "w", fix: "f" });
  const positive = (x: Tensor): Tensor => checked(x, x.greater(0), [x.mul(10)], explain);

  it("throw at the read of a lazy tensor, with the values of their operands, every time", () => {
    const bad = positive(tensor([1, -2])).add(1);
    expect(() => bad.dataSync()).toThrow(/PL2003.*found 10,-20/s);
    expect(() => bad.dataSync()).toThrow(/found 10,-20/);
    expect(values(positive(tensor([1, 2])).add(1))).toEqual([2, 3]);
  });

  it("name the first that fails", () => {
    const first = positive(tensor([1]));
    const second = checked(first, false, [tensor([7])], explain);
    expect(() => second.mul(positive(tensor([-1]))).dataSync()).toThrow(/found 7/);
  });

  it("throw at the call of a compiled function, which then wrote nothing and can go on", () => {
    const w = new Variable([1]);
    const step = compile((x: Tensor) => {
      w.assignAdd(1);
      return positive(x.add(w)).sum();
    });
    expect(step(tensor([1])).itemSync()).toBe(3);
    expect(() => step(tensor([-9]))).toThrow(/found -60/);
    expect(values(w)).toEqual([2]);
    expect(step(tensor([1])).itemSync()).toBe(4);
  });

  it("see the same random numbers when they explain", () => {
    seed(11);
    const expected = values(random.uniform([2]).mul(10)).join();
    seed(11);
    const fn = compile(() => {
      const noise = random.uniform([2]);
      return checked(noise, noise.greater(2), [noise.mul(10)], explain);
    });
    expect(() => fn()).toThrow(`found ${expected}`);
  });

  it("see variables as they are at the run that fails, though an older value is kept for somebody", () => {
    const w = new Variable([1]);
    const kept = w.add(0); // holds the leaf of the value from before
    const fn = compile((x: Tensor) => checked(x, x.less(w), [w.mul(1)], explain));
    expect(values(fn(tensor([0])))).toEqual([0]);
    w.assign([2]);
    expect(() => fn(tensor([5]))).toThrow(/found 2/);
    expect(values(kept)).toEqual([1]);
  });

  it("run in a compiled function even where nothing uses what they pass on", () => {
    const fn = compile((x: Tensor) => (positive(x), x.sum()));
    expect(() => fn(tensor([-1]))).toThrow(/found -10/);
  });

  it("guard an eager update through the loss whose gradient it uses, and nothing is written", () => {
    const w = new Variable([1]);
    const { grads } = valueAndGrad((v: Variable) => positive(v.mul(-1)).sum())(w);
    expect(() => w.assignSub(grads[0])).toThrow(/found -10/);
    expect(values(w)).toEqual([1]);
  });
});

describe("trace", () => {
  it("gives a program that copies out only what is asked for", () => {
    const w = new Variable([[1, 2], [3, 4], [5, 6]], { trainable: false }); // prettier-ignore
    const program = trace(
      (indices, rate) => {
        const batch = w.gather(indices).mul(rate);
        return { sum: batch.sum(), batch };
      },
      [
        { shape: [2], dtype: "int32" },
        { shape: [], dtype: "float32" },
      ],
    );
    program.prepare();
    const { built } = engineStats();
    program.run(Int32Array.of(2, 0), 10);
    expect(Array.from(program.output(0))).toEqual([140]);
    expect(Array.from(program.output(1))).toEqual([50, 60, 10, 20]);
    program.run(Int32Array.of(1, 1), 1);
    expect(program.result().batch.arraySync()).toEqual([[3, 4], [3, 4]]); // prettier-ignore
    expect(engineStats().built).toBe(built);
    program.dispose();
    program.run(Int32Array.of(1, 1), 1);
    expect(Array.from(program.output(0))).toEqual([14]);
  });
});
