import { describe, expect, it } from "vitest";
import { arange, eye, scalar, tensor, Variable, zeros } from "./index.ts";

describe("a tensor as text", () => {
  it.each<[string, string]>([
    [scalar(1.5).toString(), "float32 []\n1.5"],
    [eye(2).toString(), "float32 [2, 2]\n[[1, 0],\n [0, 1]]"],
    [tensor([[1, -22.25], [3.5, 4]]).toString(), "float32 [2, 2]\n[[  1.00, -22.25],\n [  3.50,   4.00]]"], // prettier-ignore
    [tensor([1e-10, 1]).toString(), "float32 [2]\n[1.0000e-10,  1.0000e+0]"],
    [tensor([1e9, 2.5]).toString(), "float32 [2]\n[1.0000e+9, 2.5000e+0]"],
    [tensor([NaN, 1, -Infinity]).toString(), "float32 [3]\n[NaN,   1,  -∞]"],
    [tensor([true, false]).toString(), "bool [2]\n[ true, false]"],
    [arange(3).toString(), "int32 [3]\n[0, 1, 2]"],
    [zeros([2, 0]).toString(), "float32 [2, 0]\n[[]]"],
    [zeros([2, 1, 2]).toString(), "float32 [2, 1, 2]\n[[[0, 0]],\n\n [[0, 0]]]"],
    [new Variable([1], { name: "bias" }).toString(), "bias: float32 [1]\n[1]"],
  ])("%s", (shown, expected) => {
    expect(shown).toBe(expected);
  });

  it("shows the ends of what is long", () => {
    expect(arange(2000).toString()).toBe("int32 [2000]\n[   0,    1,    2, ..., 1997, 1998, 1999]");
    const lines = zeros([500, 4]).toString().split("\n");
    expect(lines).toHaveLength(8);
    expect(lines[4].trim()).toBe("...,");
  });

  it("breaks long rows", () => {
    const lines = arange(100).toString().split("\n");
    expect(lines.length).toBeGreaterThan(3);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(88);
  });
});
