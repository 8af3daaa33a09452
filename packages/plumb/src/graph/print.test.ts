import { expect, it } from "vitest";
import { g, makeNode } from "../ops/builder.ts";
import { families } from "../ops/index.ts";
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
