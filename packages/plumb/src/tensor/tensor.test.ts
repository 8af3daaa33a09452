import { afterEach, describe, expect, it } from "vitest";
import { limits } from "./engine.ts";
import { retained } from "./operand.ts";
import {
  assignAll,
  engineStats,
  GradientTape,
  scalar,
  tensor,
  valueAndGrad,
  Variable,
  zeros,
} from "./index.ts";
import type { Tensor } from "./index.ts";

/** How many programs `fn` builds. */
function built(fn: () => void): number {
  const before = engineStats().built;
  fn();
  return engineStats().built - before;
}

const values = (x: Tensor | Variable): number[] => Array.from(x.dataSync());
const rates = Array.from({ length: 10 }, (_, i) => i / 10);

describe("reading", () => {
  it("compiles a loop once, though data and numbers change", () => {
    const programs = built(() => {
      for (const rate of rates)
        expect(tensor([1, rate]).mul(rate).sum().itemSync()).toBeCloseTo(rate + rate * rate);
    });
    expect(programs).toBe(1);
  });

  it("compiles anew for another shape", () => {
    const total = (n: number): number => zeros([n, 3]).add(1).sum().itemSync();
    total(4);
    expect(built(() => expect(total(5)).toBe(15))).toBe(1);
    expect(built(() => expect(total(4)).toBe(12))).toBe(0);
  });

  it("runs nothing for what is known", () => {
    const x = tensor([1, 2]).exp();
    x.dataSync();
    expect(built(() => x.dataSync())).toBe(0);
    expect(built(() => tensor([1, 2]).dataSync())).toBe(0);
  });

  it("hands out copies", () => {
    const x = tensor([1, 2]);
    x.dataSync()[0] = 9;
    const y = x.add(0);
    y.dataSync()[0] = 9;
    expect(values(y)).toEqual([1, 2]);
  });

  it("lets go of the graph once a value is known", () => {
    let h = tensor([1]);
    for (let i = 0; i < 5; i++) {
      h = h.mul(2);
      h.dataSync();
      expect(h.node.inputs).toEqual([]);
    }
    expect(h.itemSync()).toBe(32);
  });

  it("gives nested arrays, with booleans for bool", () => {
    expect(tensor([[1, 2], [3, 4]]).arraySync()).toEqual([[1, 2], [3, 4]]); // prettier-ignore
    expect(tensor([1, 2]).greater(1).arraySync()).toEqual([false, true]);
    expect(zeros([2, 0]).arraySync()).toEqual([[], []]);
    expect(scalar(3).arraySync()).toBe(3);
  });

  it("gives an item of size 1 only", () => {
    expect(tensor([[4]]).itemSync()).toBe(4);
    expect(() => tensor([1, 2]).itemSync()).toThrow(/PL1003.*2 elements/s);
  });

  it("lets the event loop turn when enough work is done", async () => {
    const usual = limits.busyMilliseconds;
    try {
      let turned = false;
      limits.busyMilliseconds = Infinity;
      setImmediate(() => (turned = true));
      await tensor([1, 2]).neg().data();
      expect(turned).toBe(false);
      limits.busyMilliseconds = 0;
      await tensor([1, 2]).neg().data();
      await tensor([1]).neg().item();
      expect(turned).toBe(true);
    } finally {
      limits.busyMilliseconds = usual;
    }
  });
});

describe("a pending graph that grows", () => {
  const usual = limits.pendingNodes;
  afterEach(() => {
    limits.pendingNodes = usual;
  });

  it("is run by itself beyond the limit", () => {
    limits.pendingNodes = 50;
    let h = tensor([0]);
    const programs = built(() => {
      for (let i = 0; i < 1000; i++) {
        h = h.add(1);
        expect(retained(h.node)).toBeLessThanOrEqual(limits.pendingNodes + 3);
      }
    });
    expect(programs).toBe(1);
    expect(h.itemSync()).toBe(1000);
  });

  it("is counted exactly: operands that share most of their graph do not count double", () => {
    limits.pendingNodes = 50;
    let h = tensor([1]);
    const programs = built(() => {
      for (let i = 0; i < 20; i++) h = h.add(h);
    });
    expect(programs).toBe(0);
    expect(h.itemSync()).toBe(2 ** 20);
  });
});

describe("variables", () => {
  it("give pending readers the value from when they were recorded", () => {
    const w = new Variable([1, 2]);
    const first = w.mul(10);
    w.assign([3, 4]);
    const second = w.mul(10);
    w.assign(w.add(1));
    expect(values(first)).toEqual([10, 20]);
    expect(values(second)).toEqual([30, 40]);
    expect(values(w)).toEqual([4, 5]);
  });

  it("keep the value of a plain read too, and of a chain that was begun before", () => {
    const w = new Variable([1]);
    const read = w.read();
    const chain = read.add(1).mul(w);
    w.assign([5]);
    w.assign([6]);
    expect(values(read)).toEqual([1]);
    expect(values(chain)).toEqual([2]);
  });

  it("are assigned together, each from what they held before, by one program", () => {
    const [a, b] = [new Variable([1, 1]), new Variable([2, 2])];
    values(a);
    values(b);
    const swap = (): void => assignAll([[a, b.read()], [b, a.add(0)]]); // prettier-ignore
    expect(built(swap)).toBe(1);
    expect([values(a), values(b)]).toEqual([[2, 2], [1, 1]]); // prettier-ignore
    expect(built(swap)).toBe(0);
    expect([values(a), values(b)]).toEqual([[1, 1], [2, 2]]); // prettier-ignore
  });

  it("need no program for values at hand", () => {
    const w = new Variable([1, 2]);
    const before = w.add(0);
    expect(built(() => w.assign([5, 6]))).toBe(0);
    expect([values(w), values(before)]).toEqual([[5, 6], [1, 2]]); // prettier-ignore
  });

  it("take pending initial values, and others' values", () => {
    const a = new Variable(tensor([1, 2]).mul(3));
    const b = new Variable(a);
    const pending = a.add(b);
    a.assign([0, 0]);
    expect([values(pending), values(b)]).toEqual([[6, 12], [3, 6]]); // prettier-ignore
  });

  it("convert the dtype and keep the shape", () => {
    const count = new Variable(0, { dtype: "int32", name: "count" });
    expect(count.trainable).toBe(false);
    count.assign(2.7);
    count.assignAdd(1);
    expect([count.dtype, values(count)]).toEqual(["int32", [3]]);
    expect(() => count.assign([1, 2])).toThrow(/PL1010.*\[2\] to count.*\[\]/s);
    const total = new Variable(0, { dtype: "float64" });
    total.assignAdd(0.1);
    total.assignAdd(0.2);
    expect(values(total)).toEqual([0.1 + 0.2]);
  });

  it("compile one program for a loop of updates", () => {
    const w = new Variable([1, 1]);
    const programs = built(() => {
      for (const rate of rates) w.assignSub(tensor([rate, 1]).mul(rate));
    });
    expect(programs).toBe(1);
  });

  it("say so when what an update read is kept beyond it", () => {
    const w = new Variable([1]);
    let leaked: Tensor | undefined;
    assignAll(() => {
      leaked = w.mul(2);
      return [[w, leaked]];
    });
    expect(() => leaked!.dataSync()).toThrow(/PL1007/);
    expect(values(w)).toEqual([2]);
  });

  it("are not usable once disposed of; pending readers keep the value", () => {
    const w = new Variable([1]);
    const read = w.add(1);
    w.dispose();
    expect(values(read)).toEqual([2]);
    expect(() => w.dataSync()).toThrow(/PL1007.*disposed/s);
  });
});

describe("an eager training loop", () => {
  const x = tensor([[1, 2], [3, 4], [5, 6]]); // prettier-ignore
  const y = tensor([[1], [2], [3]]);

  it("gives the loss out of the program that updates", () => {
    const w = new Variable(zeros([2, 1]));
    const losses: number[] = [];
    const step = (): void => {
      const tape = new GradientTape(() => x.matmul(w).sub(y).square().mean());
      const [gradient] = tape.gradient(tape.value, [w]);
      assignAll(() => [[w, w.sub(gradient.mul(0.01))]]);
      losses.push(tape.value.itemSync());
    };
    expect(built(step)).toBe(1);
    expect(built(() => rates.forEach(step))).toBe(0);
    expect(losses[0]).toBeCloseTo(14 / 3);
    expect(losses.at(-1)).toBeLessThan(losses[0] / 2);
    losses.reduce((before, after) => (expect(after).toBeLessThan(before), after));
  });

  it("lets go of the graph of a loss that nobody reads", () => {
    const w = new Variable(zeros([2, 1]));
    const { value, grads } = valueAndGrad((v: Variable) => x.matmul(v).sub(y).square().mean())(w);
    w.assignSub(grads[0].mul(0.01));
    expect(value.node.inputs).toEqual([]);
    expect(value.itemSync()).toBeCloseTo(14 / 3);
  });
});
