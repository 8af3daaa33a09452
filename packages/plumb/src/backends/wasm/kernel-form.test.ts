import { describe, expect, it } from "vitest";
import { dataNode, drawInput } from "../../../test/support/samples.ts";
import { compile } from "../../compile/compile.ts";
import type { Kernel, Loop, Program } from "../../compile/kernel.ts";
import type { Node } from "../../graph/node.ts";
import { topological } from "../../graph/order.ts";
import { isLeaf } from "../../compile/nodes.ts";
import { elementwise, g, makeNode, scan } from "../../ops/index.ts";
import { probe } from "./features.ts";
import { formOf } from "./kernel-form.ts";
import { packingFor } from "./product-layout.ts";
import { writeProgram } from "./program.ts";

const input = (shape: readonly number[], stream: number): Node =>
  dataNode({ shape, dtype: "float32" }, drawInput({ shape, dtype: "float32", range: [-1, 1] }, stream));

const programOf = (out: Node): Program =>
  compile({ outputs: [out], effects: [] }, topological([out]).filter(isLeaf), {
    packing: packingFor("narrow"),
  });

/** The forms of the kernels of a graph. */
function formsOf(out: Node): string[] {
  const { buffers, steps } = programOf(out);
  const kernels = steps.flatMap((step) => (step.kind === "kernel" ? [step.kernel] : []));
  return kernels.map((kernel) => formOf(kernel as Exclude<Kernel, Loop>, buffers).text);
}

const dense = (x: Node, stream: number, width = 24): Node =>
  makeNode(elementwise.tanh, [g.matmul(x, input([x.shape[1], width], stream))]);

function layers(count: number): Node {
  let x = input([8, 24], 0);
  for (let i = 1; i <= count; i++) x = dense(x, i);
  return x;
}

describe("kernels that differ in their buffers alone", () => {
  it("have one form", () => {
    const [first, ...others] = formsOf(layers(4));
    expect(new Set([first, ...others]).size).toBe(1);
    expect(others).toHaveLength(3);
  });

  it("are one function, however many they are", () => {
    const named = (count: number): number =>
      new TextDecoder()
        .decode(writeProgram(programOf(layers(count)), probe()).bytes)
        .split("matmul+tanh 8×24×24").length - 1;
    expect(named(1)).toBeGreaterThan(0);
    expect(named(12)).toBe(named(1));
  });
});

describe("kernels that differ in something else have other forms:", () => {
  const x = input([6, 10], 1);
  const y = input([6, 10], 2);
  const constant = (value: number): Node => g.add(x, g.constant(value, x));
  const pairs: Readonly<Record<string, readonly [Node, Node]>> = {
    "the op": [g.add(x, y), g.sub(x, y)],
    "a constant": [constant(2), constant(3)],
    "the sign of a zero": [constant(0), constant(-0)],
    "an extent": [g.exp(x), g.exp(input([6, 11], 3))],
    "the way through memory": [g.exp(x), g.exp(g.transpose(input([10, 6], 3), [1, 0]))],
    "a start": [g.exp(g.slice(x, [0, 0], [3, 10], [1, 1])), g.exp(g.slice(x, [3, 0], [3, 10], [1, 1]))],
    "one buffer read twice": [g.mul(x, y), g.mul(x, x)],
    "an attribute": [
      makeNode(scan.cumsum, [x], { axis: 1, exclusive: false, reverse: false }),
      makeNode(scan.cumsum, [x], { axis: 1, exclusive: false, reverse: true }),
    ],
    "a dtype": [g.cast(g.add(x, y), "int32"), g.cast(g.add(x, y), "bool")],
    "the rounds of a product": [dense(x, 4), dense(input([6, 9], 5), 6)],
  };
  it.each(Object.entries(pairs))("%s", (_what, [one, other]) => {
    expect(formsOf(one)).not.toEqual(formsOf(other));
  });
});
