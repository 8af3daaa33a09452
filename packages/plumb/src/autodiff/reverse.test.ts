import { describe, expect, it } from "vitest";
import type { DType } from "../base/dtype.ts";
import type { Node } from "../graph/node.ts";
import { printGraph } from "../graph/print.ts";
import { topological } from "../graph/order.ts";
import { g, makeNode } from "../ops/builder.ts";
import { families } from "../ops/index.ts";
import { interpret } from "../interpret/interpret.ts";
import { gradients } from "./reverse.ts";

const leaf = (values: readonly number[], dtype: DType = "float32"): Node =>
  makeNode(
    families.source.data,
    [],
    { shape: [values.length], dtype },
    { kind: "data", data: Float64Array.from(values) },
  );
const valueOf = (node: Node | null): number[] | null => (node === null ? null : [...interpret([node])[0]]);

describe("gradients", () => {
  it("add up over every use of a value", () => {
    const x = leaf([3]);
    const y = g.add(g.mul(x, x), g.add(x, x)); // x² + 2x
    expect(valueOf(gradients(y, [x], g)[0])).toEqual([8]);
  });

  it("of a target of several elements are those of its sum", () => {
    const x = leaf([1, 2, 3]);
    expect(valueOf(gradients(g.mul(x, x), [x], g)[0])).toEqual([2, 4, 6]);
  });

  it("start from the seed that is given", () => {
    const x = leaf([1, 2, 3]);
    expect(valueOf(gradients(g.mul(x, x), [x], g, leaf([1, 0, -1]))[0])).toEqual([2, 0, -6]);
  });

  it("reach a source that is itself computed, and what lies below it", () => {
    const x = leaf([3]);
    const y = g.mul(x, x);
    const z = g.mul(y, y);
    expect(gradients(z, [y, x], g).map(valueOf)).toEqual([[18], [108]]);
  });

  it("of the target itself are the seed", () => {
    const x = leaf([3]);
    expect(valueOf(gradients(x, [x], g)[0])).toEqual([1]);
  });

  it("are null where nothing flows: another graph, a comparison, a floor, an index", () => {
    const [x, other] = [leaf([0.5, 2]), leaf([1, 1])];
    const { floor } = families.elementwise;
    const blocked = g.add(g.cast(g.less(x, other), "float32"), makeNode(floor, [x]));
    expect(gradients(blocked, [x, leaf([0])], g)).toEqual([null, null]);
  });

  it("build nothing for operands that lead to no source", () => {
    const [x, fixed] = [leaf([2]), leaf([5])];
    const y = g.mul(g.exp(fixed), x);
    const [dx] = gradients(y, [x], g);
    expect(topological([dx!]).filter((node) => node.op.name === "exp").length).toBe(1);
  });

  it("differentiate again: the third derivative of x⁴ is 24x", () => {
    const x = leaf([2]);
    const square = g.mul(x, x);
    let y: Node = g.mul(square, square);
    for (let order = 0; order < 3; order++) y = gradients(y, [x], g)[0]!;
    expect(valueOf(y)).toEqual([48]);
  });

  describe("of parts of a value", () => {
    const x = leaf([1, 2, 3, 4, 5, 6]);
    const part = (start: number, size: number, step = 1): Node => {
      const cut = g.slice(x, [start], [size], [step]);
      return g.sum(g.mul(cut, cut), [0]);
    };
    const namesOf = (dx: Node): string[] => topological([dx]).map(({ op }) => op.name);
    const gradientOf = (...parts: Node[]): Node => gradients(parts.reduce(g.add), [x], g)[0] as Node;

    it("are joined where the parts fill it side by side, in any order", () => {
      const dx = gradientOf(part(4, 2), part(0, 1), part(1, 3));
      expect(valueOf(dx)).toEqual([2, 4, 6, 8, 10, 12]);
      expect(namesOf(dx).filter((name) => name === "concat" || name === "pad")).toEqual(["concat"]);
    });

    it.each<[string, Node[], number[]]>([
      ["leave a gap", [part(0, 2), part(3, 3)], [2, 4, 0, 8, 10, 12]],
      ["stop before its end", [part(0, 2), part(2, 2)], [2, 4, 6, 8, 0, 0]],
      ["overlap", [part(0, 4), part(3, 3)], [2, 4, 6, 16, 10, 12]],
      ["take every other element", [part(0, 3, 2), part(1, 3, 2)], [2, 4, 6, 8, 10, 12]],
      ["fill it twice", [part(0, 3), part(3, 3), part(0, 5), part(5, 1)], [4, 8, 12, 16, 20, 24]],
    ])("add up where they %s", (_how, parts, expected) => {
      expect(valueOf(gradientOf(...parts))).toEqual(expected);
    });
  });

  it("come out as the same graph each time", () => {
    const x = leaf([2, 3]);
    const y = g.sum(g.mul(g.exp(x), g.sin(g.mul(x, x))), [0]);
    expect(printGraph([gradients(y, [x], g)[0]!])).toBe(printGraph([gradients(y, [x], g)[0]!]));
  });

  it("go through 10,000 steps without overflowing the stack", () => {
    const x = leaf([1]);
    let y = x;
    for (let step = 0; step < 10_000; step++) y = g.add(y, x);
    expect(valueOf(gradients(y, [x], g)[0])).toEqual([10_001]);
  });

  it("of whole numbers are an error", () => {
    const i = makeNode(
      families.source.data,
      [],
      { shape: [1], dtype: "int32" },
      { kind: "data", data: Int32Array.of(1) },
    );
    expect(() => gradients(i, [i], g)).toThrow("PL1008");
  });
});
