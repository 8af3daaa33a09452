import { describe, expect, it } from "vitest";
import type { Node } from "../graph/node.ts";
import { assign } from "../ops/effect.ts";
import { g } from "../ops/builder.ts";
import { parameterLike, resultOf, type LoopCall } from "../ops/loop.ts";
import { resident } from "../ops/source.ts";
import { numberNode } from "./operand.ts";
import { Storage } from "./storage.ts";
import { encode, layOut, templateOf } from "./structure.ts";
import { dataNode } from "./tensor.ts";

const data = (...values: number[]): Node => dataNode(Float32Array.from(values), [values.length], "float32");
const codeOf = (outputs: Node[], assigns: Node[] = []): string =>
  encode(layOut(outputs, assigns)).code.join();
const assigned = (storage: Storage, value: Node): Node =>
  g.node(assign, [value], {}, { kind: "resident", resident: storage });

describe("the structure of a graph", () => {
  it("is the same whatever the data, the scalars and the handles", () => {
    const make = (a: Node, rate: number): Node =>
      g.mul(g.exp(a), g.broadcast(numberNode(rate, "float32"), [2]));
    expect(codeOf([make(data(1, 2), 0.1)])).toBe(codeOf([make(data(3, 4), 7)]));
  });

  const x = data(1, 2);
  const y = data(1, 2);
  const [v, w] = [new Storage(data(1, 2), "v"), new Storage(data(1, 2), "w")];
  const leafOf = (storage: Storage): Node =>
    g.node(resident, [], { shape: [2], dtype: "float32" }, { kind: "resident", resident: storage });
  const double = dataNode(new Float64Array(2), [2], "float64");
  const integer = dataNode(new Int32Array(2), [2], "int32");
  const column = dataNode(new Float32Array(2), [2, 1], "float32");
  const e = g.exp(x);
  const negated = g.neg(e);

  const [state, slice] = [parameterLike(data(1)), parameterLike(g.reshape(data(1), []))];
  const spread = g.broadcast(slice, [1]);
  const looped = (next: Node, results: readonly (Node | number)[], options = {}, start = data(1)): string => {
    const call: LoopCall = {
      inputs: [start, x],
      attrs: { count: 2, scans: 1, reverse: false, recompute: false, ...options },
      recurrence: { parameters: [state, slice], states: [next] },
    };
    return codeOf(results.map((result) => resultOf(call, result)));
  };
  const moved = g.add(state, spread);

  it("is the same for loops of equal steps, whatever they start from", () => {
    const again = g.add(state, g.broadcast(slice, [1]));
    expect(looped(moved, [0, moved])).toBe(looped(again, [0, again], {}, data(5)));
  });

  it.each<[string, string, string]>([
    ["the step of a loop", looped(moved, [0]), looped(g.sub(state, spread), [0])],
    ["what a step reads", looped(moved, [0]), looped(g.add(state, state), [0])],
    ["which result of a loop is wanted", looped(moved, [moved]), looped(moved, [state])],
    ["a last value or all of them", looped(moved, [0]), looped(moved, [moved])],
    ["the order of results", looped(moved, [0, moved]), looped(moved, [moved, 0])],
    ["the direction of a loop", looped(moved, [0]), looped(moved, [0], { reverse: true })],
    ["the op", codeOf([g.add(x, y)]), codeOf([g.sub(x, y)])],
    ["one operand twice or two operands", codeOf([g.add(x, x)]), codeOf([g.add(x, y)])],
    ["the order of operands", codeOf([g.sub(e, x)]), codeOf([g.sub(x, e)])],
    ["a shared node or two equal ones", codeOf([g.add(e, e)]), codeOf([g.add(e, g.exp(x))])],
    ["the shape", codeOf([g.neg(x)]), codeOf([g.neg(data(1, 2, 3))])],
    ["the rank", codeOf([g.neg(x)]), codeOf([g.neg(column)])],
    ["the dtype of a leaf", codeOf([g.neg(double)]), codeOf([g.neg(x)])],
    ["the dtype of an int leaf", codeOf([g.neg(integer)]), codeOf([g.neg(x)])],
    ["an attribute", codeOf([g.sum(column, [0])]), codeOf([g.sum(column, [1])])],
    ["a flag", codeOf([g.sum(x, [0], true)]), codeOf([g.reshape(g.sum(x, [0]), [1])])],
    ["the value of a constant", codeOf([g.constant(0, x)]), codeOf([g.constant(-0, x)])],
    ["constants close to each other", codeOf([g.constant(0.1, x)]), codeOf([g.constant(0.1 + 1e-15, x)])],
    ["the kind of a leaf", codeOf([g.neg(v.leaf())]), codeOf([g.neg(x)])],
    ["one resident or two", codeOf([g.add(v.leaf(), leafOf(v))]), codeOf([g.add(v.leaf(), leafOf(w))])],
    ["which outputs are wanted", codeOf([negated]), codeOf([e, negated])],
    ["in which order", codeOf([negated, e]), codeOf([e, negated])],
    ["what is assigned", codeOf([e]), codeOf([e], [assigned(v, e)])],
    [
      "whether what is read is assigned",
      codeOf([g.neg(v.leaf())], [assigned(v, e)]),
      codeOf([g.neg(w.leaf())], [assigned(v, e)]),
    ],
  ])("tells %s", (_what, one, other) => {
    expect(one).not.toBe(other);
  });

  it("ends at evaluated nodes", () => {
    const evaluated = g.exp(data(1, 2));
    const before = codeOf([g.neg(evaluated)]);
    evaluated.value = new Float32Array(2);
    expect(codeOf([g.neg(evaluated)])).not.toBe(before);
    expect(codeOf([g.neg(evaluated)])).toBe(codeOf([g.neg(data(1, 2))]));
  });

  it("is found without recursion, however deep the graph", () => {
    let deep = x;
    for (let i = 0; i < 50_000; i++) deep = g.neg(deep);
    expect(layOut([deep]).order).toHaveLength(50_001);
    expect(encode(layOut([deep])).code.length).toBeGreaterThan(50_000);
  });
});

describe("a template", () => {
  it("holds no data, and names residents by number", () => {
    const storage = new Storage(data(1, 2), "v");
    const evaluated = g.exp(data(1, 2));
    evaluated.value = Float32Array.of(5, 6);
    const sum = g.add(g.add(data(1, 2), storage.leaf()), evaluated);
    const layout = layOut([sum], [assigned(storage, sum)]);
    const { graph, inputs } = templateOf(layout);
    expect(inputs.map((leaf) => leaf.op.name)).toEqual(["data", "resident", "data"]);
    for (const leaf of inputs) {
      expect(leaf.value).toBeUndefined();
      if (leaf.binding!.kind === "data") expect(leaf.binding!.data).toHaveLength(0);
    }
    const named = [inputs[1], graph.effects[0]].map(
      (node) => (node.binding as { resident: unknown }).resident,
    );
    expect(named[0]).toBe(named[1]);
    expect(named[0]).toEqual({ id: 0, shape: [2], dtype: "float32" });
    expect(encode(layOut(graph.outputs, graph.effects)).code.join()).toBe(encode(layout).code.join());
  });
});
