import { describe, expect, it } from "vitest";
import {
  grad,
  gradients,
  GradientTape,
  scalar,
  stopGradient,
  tensor,
  valueAndGrad,
  Variable,
  where,
} from "./index.ts";
import type { Tensor } from "./index.ts";

const values = (x: Tensor): number[] => Array.from(x.dataSync());

describe("gradients", () => {
  it("pass the branch of a where that is not taken as 0, which needs an operand inside the domain", () => {
    const x = tensor([0, -1, 4]);
    expect(values(grad((v: Tensor) => where(v.greater(0), v.sqrt(), 0).sum())(x))).toEqual([NaN, NaN, 0.25]);
    const root = (v: Tensor): Tensor => {
      const inside = v.greater(0);
      return where(inside, where(inside, v, 1).sqrt(), 0).sum();
    };
    expect(values(grad(root)(x))).toEqual([0, 0, 0.25]);
  });

  it("are those of calculus", () => {
    const x = tensor([1, 2, 3]);
    const [dx] = gradients(x.square().sum(), [x]);
    expect(values(dx)).toEqual([2, 4, 6]);
  });

  it("flow back through broadcasting and promotion to the shape of each source", () => {
    const [a, b, n] = [tensor([[1], [2]]), tensor([3, 4, 5]), scalar(2)];
    const [da, db, dn] = gradients(a.mul(b).mul(n).sum(), [a, b, n]);
    expect([da.shape, db.shape, dn.shape]).toEqual([[2, 1], [3], []]);
    expect([values(da), values(db), values(dn)]).toEqual([[24, 24], [6, 6, 6], [36]]);
  });

  it("of a target with several elements are those of their sum", () => {
    const x = tensor([1, 2]);
    expect(values(gradients(x.square(), [x])[0])).toEqual([2, 4]);
  });

  it("are zeros where there is no path", () => {
    const [x, y] = [tensor([1, 2]), tensor([[1, 2]])];
    const [dy] = gradients(x.sum(), [y]);
    expect([dy.shape, values(dy)]).toEqual([[1, 2], [0, 0]]); // prettier-ignore
  });

  it("refuse targets that are not float", () => {
    const x = tensor([1, 2]);
    expect(() => gradients(x.argmax(), [x])).toThrow(/PL1008/);
  });
});

describe("grad and valueAndGrad", () => {
  it("give derivatives of derivatives", () => {
    const cube = (x: Tensor): Tensor => x.mul(x).mul(x);
    const first = grad(cube);
    const second = grad(first);
    const third = grad(second);
    expect([first(2), second(2), third(2)].map((x) => x.itemSync())).toEqual([12, 12, 6]);
  });

  it("give the value with the gradient by every argument, variables among them", () => {
    const w = new Variable([3, 4]);
    const { value, grads } = valueAndGrad((x: Tensor, v: Variable) => x.mul(v).sum())([1, 2], w);
    expect([value.itemSync(), ...grads.map(values)]).toEqual([11, [3, 4], [1, 2]]);
  });
});

describe("GradientTape", () => {
  it("works after values on the way were read", () => {
    const x = tensor([1, 2]);
    const tape = new GradientTape(() => {
      const h = x.mul(3);
      expect(values(h)).toEqual([3, 6]);
      return h.square().sum();
    });
    expect(tape.value.itemSync()).toBe(45);
    expect(values(tape.gradient(tape.value, [x])[0])).toEqual([18, 36]);
  });

  it("works by tensors that were pending when it recorded and were read since", () => {
    const x = tensor([1, 2]).mul(2);
    const tape = new GradientTape(() => x.square().sum());
    x.dataSync();
    expect(values(tape.gradient(tape.value, [x])[0])).toEqual([4, 8]);
  });

  it("uses the values of variables from when it recorded, as often as it is asked", () => {
    const w = new Variable([1, 2]);
    const tape = new GradientTape(() => w.square().sum());
    const [before] = tape.gradient(tape.value, [w]);
    w.assign([10, 20]);
    const [after] = tape.gradient(tape.value, [w]);
    expect([values(before), values(after)]).toEqual([[2, 4], [2, 4]]); // prettier-ignore
    expect(tape.value.itemSync()).toBe(5);
  });

  it("keeps tapes inside tapes apart, and gives second derivatives through them", () => {
    const x = new Variable([3]);
    const outer = new GradientTape(() => {
      const inner = new GradientTape(() => x.mul(x).mul(x).sum());
      return inner.gradient(inner.value, [x])[0].sum();
    });
    expect(outer.value.itemSync()).toBe(27);
    expect(values(outer.gradient(outer.value, [x])[0])).toEqual([18]);
  });

  it("gives back what the function returned, whatever its form", () => {
    const x = tensor([2]);
    const tape = new GradientTape(() => ({ a: x.mul(2), b: [x.mul(3)] }));
    expect(values(tape.gradient(tape.value.a.add(tape.value.b[0]), [x])[0])).toEqual([5]);
  });
});

it("says so when the graph of the target is gone, rather than giving zeros", () => {
  const x = tensor([1, 2]);
  const y = x.mul(x).sum();
  expect(gradients(y, [x])[0].arraySync()).toEqual([2, 4]);
  y.itemSync();
  expect(() => gradients(y, [x])).toThrow(/PL1008.*let go.*GradientTape/s);
  expect(() => gradients(y.add(1), [x])).toThrow(/PL1008/);
  expect(gradients(x.sum(), [tensor([3])])[0].arraySync()).toEqual([0]);
});

it("says so when only a part of the way is gone", () => {
  const x = tensor([1, 2, 3]);
  const mean = x.mean();
  mean.itemSync();
  const spread = x.sub(mean).square().sum();
  expect(() => gradients(spread, [x])).toThrow(/PL1008/);
  const constant = x.sub(stopGradient(mean)).square().sum();
  expect(gradients(constant, [x])[0].arraySync()).toEqual([-2, 0, 2]);
  const w = tensor([1]);
  expect(gradients(w.mul(mean).sum(), [w])[0].arraySync()).toEqual([2]);
  let long = x;
  for (let i = 0; i < 3000; i++) long = long.mul(x).add(0.5).tanh();
  expect(() => gradients(long.sum(), [x])).toThrow(/PL1008/);
});
