import { describe, expect, it } from "vitest";
import { families } from "../ops/index.ts";
import * as plumb from "./index.ts";
import { elementwiseFunctions, Tensor, tensor, Variable } from "./index.ts";
import * as movement from "./movement.ts";
import * as reductions from "./reductions.ts";
import * as selection from "./selection.ts";

const exported = plumb as unknown as Record<string, unknown>;

describe("methods and functions", () => {
  const names = Object.keys({ ...elementwiseFunctions, ...movement, ...reductions, ...selection });

  it.each(names)("%s is a function, and a method of tensors and variables", (name) => {
    expect(exported[name]).toBeTypeOf("function");
    expect(Tensor.prototype).toHaveProperty(name);
    expect(Variable.prototype).toHaveProperty(name);
  });

  // Ops that a user reaches under another name, or not at all.
  const elsewhere: Record<string, string> = {
    broadcast: "broadcastTo",
    expNonPositive: "softmax",
    cumprod: "the gradient of prod",
    bitsToUnit: "random",
    randomBits: "random",
    scatterAddAlong: "the gradient of takeAlong",
    assign: "Variable.assign",
    check: "checked",
    contraction: "matmul",
    windows: "convolution",
    convolution: "the layers",
    convolutionTranspose: "the layers",
    maxPool: "the layers",
    sumPool: "the layers",
  };
  const { source: _source, ...reachable } = families;
  const ops = Object.values(reachable).flatMap((family) => Object.keys(family));

  it.each(ops.filter((name) => !(name in elsewhere)))("the op %s is reachable by its name", (name) => {
    expect(exported[name]).toBeTypeOf("function");
  });

  it("of a variable read its present value", () => {
    const w = new Variable([1, 2]);
    expect(w.add(1).arraySync()).toEqual([2, 3]);
    w.assign([5, 5]);
    expect(w.sum().itemSync()).toBe(10);
    expect(plumb.add(w, w).arraySync()).toEqual([10, 10]);
  });

  it("have types derived from the records", () => {
    const x: Tensor = tensor([1]).add(1).exp().greater(0).logicalNot();
    expect(x.dtype).toBe("bool");
    // @ts-expect-error exp takes no operand beside its own
    void (() => tensor([1]).exp(2));
    // @ts-expect-error add needs one
    void (() => tensor([1]).add());
  });
});

describe("dtypes that meet", () => {
  const float32 = tensor([1.5]);
  const int32 = tensor([3], [1], "int32");
  const bool = tensor([true]);
  const float64 = tensor([0.1], [1], "float64");

  it.each<[string, Tensor, string, number]>([
    ["float32 and int32", float32.add(int32), "float32", 4.5],
    ["int32 and bool", int32.add(bool), "int32", 4],
    ["bool and bool in arithmetic", bool.add(bool), "int32", 2],
    ["float64 and float32", float64.add(float32), "float64", 1.6],
    ["int32 and a whole number", int32.mul(2), "int32", 6],
    ["int32 and a fraction", int32.mul(0.5), "float32", 1.5],
    ["a number on the left", plumb.sub(1, int32), "int32", -2],
    ["float64 and a number", float64.mul(0.1), "float64", 0.1 * 0.1],
    ["bool and a number", bool.mul(3), "int32", 3],
    ["two numbers", plumb.add(1, 2), "float32", 3],
    ["a quotient of int32", int32.div(2), "float32", 1.5],
    ["a function of int32", int32.sqrt(), "float32", Math.fround(Math.sqrt(3))],
    ["truth of floats", float32.logicalAnd(0), "bool", 0],
    ["a sum of bools", tensor([true, true]).sum(), "int32", 2],
    ["a mean of int32", tensor([1, 2], [2], "int32").mean(), "float32", 1.5],
    ["a large whole number", int32.add(2 ** 40), "float32", 2 ** 40],
  ])("%s", (_what, result, dtype, value) => {
    expect([result.dtype, result.dataSync()[0]]).toEqual([dtype, value]);
  });

  it("are refused by an op that takes no wider one", () => {
    expect(() => float64.cos()).toThrow(/PL1004.*cos.*float64/s);
  });
});
