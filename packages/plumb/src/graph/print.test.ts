import { describe, expect, it } from "vitest";
import { g, makeNode } from "../ops/builder.ts";
import { families } from "../ops/index.ts";
import { parameterLike, resultOf, type LoopCall } from "../ops/loop.ts";
import { checkGraph } from "./check.ts";
import type { Node } from "./node.ts";
import { topological } from "./order.ts";
import { printGraph } from "./print.ts";

const { source } = families;
const x = makeNode(
  source.data,
  [],
  { shape: [32, 10], dtype: "float32" },
  { kind: "data", data: new Float32Array(320) },
);
const rate = makeNode(source.scalar, [], { dtype: "float32" }, { kind: "scalar", value: 0.5 });

it("prints one node per line, inputs before users", () => {
  const total = g.sum(g.mul(x, x), [0, 1]);
  expect(printGraph([g.mul(total, rate), total])).toBe(
    [
      "%0 = data : float32 [32, 10]",
      "%1 = mul(%0, %0) : float32 [32, 10]",
      "%2 = sum(%1) axes=[0, 1] keepDims=false : float32 []",
      "%3 = scalar 0.5 : float32 []",
      "%4 = mul(%2, %3) : float32 []",
      "return %4, %2",
    ].join("\n"),
  );
});

it("shows an evaluated node as a value and looks no further", () => {
  const known = g.neg(x);
  known.value = new Float32Array(320);
  expect(printGraph([g.exp(known)])).toBe(
    "%0 = value : float32 [32, 10]\n%1 = exp(%0) : float32 [32, 10]\nreturn %1",
  );
});

it("orders a graph of 100,000 nodes, each once", () => {
  let y: Node = x;
  for (let i = 0; i < 100_000; i++) y = g.add(y, y);
  expect(topological([y, x]).length).toBe(100_001);
});

it("checks that a node is what its record says", () => {
  const sum = g.add(x, x);
  expect(() => checkGraph([sum])).not.toThrow();
  expect(() => checkGraph([g.neg({ ...sum, shape: [5] })])).toThrow("claims float32 [5]");
  expect(() => checkGraph([{ ...sum, dtype: "int32" }])).toThrow("claims int32");
  expect(() => checkGraph([{ ...sum, inputs: [x] }])).toThrow("1 inputs where the record says 2");
  expect(() => checkGraph([{ ...x, binding: undefined }])).toThrow("bound to nothing");
});

it("lists the step of a loop behind what uses it", () => {
  const [state, slice] = [x, g.sum(x, [0])].map(parameterLike);
  const next = g.add(state, g.broadcast(slice, [32, 10]));
  const call: LoopCall = {
    inputs: [x, x],
    attrs: { count: 32, scans: 1 },
    recurrence: { parameters: [state, slice], states: [next] },
  };
  expect(printGraph([resultOf(call, 0), resultOf(call, slice)])).toBe(
    [
      "%0 = data : float32 [32, 10]",
      "%1 = loop #0[0](%0, %0) count=32 scans=1 : float32 [32, 10]",
      "%2 = loop #0[1](%0, %0) count=32 scans=1 : float32 [32, 10]",
      "return %1, %2",
      "step #0:",
      "    %0 = parameter : float32 [32, 10]",
      "    %1 = parameter : float32 [10]",
      "    %2 = broadcast(%1) : float32 [32, 10]",
      "    %3 = add(%0, %2) : float32 [32, 10]",
      "    return %3, %1",
    ].join("\n"),
  );
});

describe("a loop is checked", () => {
  const [state, stranger] = [x, x].map(parameterLike);
  const call = (next: Node, inputs: Node[]): LoopCall => ({
    inputs,
    attrs: { count: 2, scans: 0, reverse: false },
    recurrence: { parameters: [state], states: [next] },
  });

  it("inside its step too", () => {
    const wrong = { ...g.neg(state), op: families.elementwise.exp, inputs: [state, state] };
    expect(() => checkGraph([resultOf(call(wrong, [x]), 0)])).toThrow(/exp node: 2 inputs/);
    expect(() => checkGraph([resultOf(call(g.neg(state), [x]), 0)])).not.toThrow();
  });

  it("for leaves that are no parameters of it", () => {
    expect(() => checkGraph([resultOf(call(g.add(state, stranger), [x]), 0)])).toThrow(/no parameter/);
  });

  it("for inputs that are not what its parameters stand for", () => {
    expect(() => resultOf(call(state, [g.sum(x, [0])]), 0)).toThrow(/input 0 of a loop/);
  });
});
