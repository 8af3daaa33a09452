/**
 * Gradients at the points that random samples never hit: kinks, ties, zeros and indices out of range. Where a function
 * has no derivative, TensorFlow's choice is what users know.
 */
import { describe, expect, it } from "vitest";
import { expectGradient, weighted } from "../../test/support/gradients.ts";
import { gradients } from "../autodiff/reverse.ts";
import type { DType, HostArray } from "../base/dtype.ts";
import type { Node } from "../graph/node.ts";
import type { Op } from "../graph/op.ts";
import { interpret } from "../interpret/interpret.ts";
import { g, makeNode } from "./builder.ts";
import { families } from "./index.ts";

const { source, elementwise, reduce, scan, gather, scatter } = families;

function leaf(shape: readonly number[], values: readonly number[], dtype: DType = "float32"): Node {
  const data: HostArray = dtype === "int32" ? Int32Array.from(values) : Float64Array.from(values);
  return makeNode(source.data, [], { shape, dtype }, { kind: "data", data });
}
const vector = (...values: number[]): Node => leaf([values.length], values);
const slopes = (op: Op, ...inputs: Node[]): number[][] =>
  gradients(makeNode(op, inputs), inputs, g).map((dx) => [...interpret([dx!])[0]]);

describe("at a kink", () => {
  it("abs has slope 0", () => expect(slopes(elementwise.abs, vector(-2, 0, 2))).toEqual([[-1, 0, 1]]));
  it("sqrt is infinitely steep at 0", () =>
    expect(slopes(elementwise.sqrt, vector(0))).toEqual([[Infinity]]));
  it("maximum gives ties to its first operand", () => {
    expect(slopes(elementwise.maximum, vector(1, 2, 3), vector(2, 2, 2))).toEqual([
      [0, 1, 1],
      [1, 0, 0],
    ]);
  });
  it("minimum gives ties to its first operand", () => {
    expect(slopes(elementwise.minimum, vector(1, 2, 3), vector(2, 2, 2))).toEqual([
      [1, 1, 0],
      [0, 0, 1],
    ]);
  });
  it.each([reduce.max, reduce.min])("$name shares evenly among ties", (op) => {
    const x = leaf([2, 3], op === reduce.max ? [5, 5, 1, 2, 2, 2] : [1, 1, 5, 2, 2, 2]);
    const y = makeNode(op, [x], { axes: [1], keepDims: false });
    const third = 1 / 3;
    expect([...interpret([gradients(y, [x], g)[0]!])[0]]).toEqual([0.5, 0.5, 0, third, third, third]);
  });
});

describe("pow at 0", () => {
  it("has the slopes of the polynomial, without NaN", () => {
    const exponents = vector(0, 1, 2, 3);
    expect(slopes(elementwise.pow, vector(0, 0, 0, 0), exponents)).toEqual([
      [0, 1, 0, 0],
      [0, 0, 0, 0],
    ]);
  });
  it("has the second derivatives of the polynomial, without NaN", () => {
    const x = vector(0, 0, 0, 0);
    const first = gradients(g.pow(x, vector(0, 1, 2, 3)), [x], g)[0]!;
    expect([...interpret([gradients(first, [x], g)[0]!])[0]]).toEqual([0, 0, 2, 0]);
  });
  it("has a mixed second derivative without NaN", () => {
    const [x, exponent] = [vector(0), vector(2)];
    const toExponent = gradients(g.pow(x, exponent), [exponent], g)[0]!;
    // d/da (a² ln a) = 2a ln a + a, which goes to 0 with a.
    expect([...interpret([gradients(toExponent, [x], g)[0]!])[0]]).toEqual([0]);
  });
  it("of a negative base has the slope in the base, and 0 in the exponent", () => {
    expect(slopes(elementwise.pow, vector(-2), vector(3))).toEqual([[12], [0]]);
  });
});

describe("products with zeros among the factors", () => {
  const factors = [
    ["no zero", [2, 3, -1, 0.5]],
    ["one zero", [2, 0, -1, 0.5]],
    ["two zeros", [0, 3, 0, 0.5]],
    ["zeros only", [0, 0, 0, 0]],
  ] as const;
  const products = [
    ["prod", (x: Node) => g.prod(x, [0])],
    ...[false, true].flatMap((exclusive) =>
      [false, true].map(
        (reverse) =>
          [
            `cumprod, exclusive ${exclusive}, reverse ${reverse}`,
            (x: Node) => makeNode(scan.cumprod, [x], { axis: 0, exclusive, reverse }),
          ] as const,
      ),
    ),
  ] as const;
  const cases = products.flatMap(([name, f]) =>
    factors.map(([what, x]) => [`${name}, ${what}`, f, x] as const),
  );

  it.each(cases)("%s: gradients of first and second order", (name, f, values) => {
    const x = vector(...values);
    const y = weighted([f(x)]);
    expectGradient(y, [x], name);
    expectGradient(weighted([gradients(y, [x], g)[0]!]), [x], `${name}, second order`);
  });
});

describe("indices out of range", () => {
  const indices = (shape: readonly number[], ...values: number[]): Node => leaf(shape, values, "int32");

  it("send no gradient to x, although they read NaN", () => {
    const x = vector(1, 2, 3);
    const picked = g.gather(x, indices([4], 2, -1, 3, 2), 0);
    expect([...interpret([gradients(picked, [x], g)[0]!])[0]]).toEqual([0, 0, 2]);
    const grid = leaf([2, 2], [1, 2, 3, 4]);
    for (const at of [indices([2, 1], 1, 2), indices([2, 2], 1, 5, -1, 2)]) {
      const [dx] = gradients(makeNode(gather.takeAlong, [grid, at], { axis: 1 }), [grid], g);
      expect([...interpret([dx!])[0]]).toEqual([0, 1, 0, 0]);
    }
  });

  it("give updates that went nowhere a gradient of 0", () => {
    const updates = vector(1, 2, 3);
    const spread = g.scatterAdd(updates, indices([3], 1, -1, 2), 0, [2]);
    expect([...interpret([gradients(spread, [updates], g)[0]!])[0]]).toEqual([1, 0, 0]);
    const lines = leaf([2, 2], [1, 2, 3, 4]);
    const along = makeNode(scatter.scatterAddAlong, [lines, indices([2, 2], 0, 9, -1, 2)], {
      axis: 1,
      shape: [2, 3],
    });
    expect([...interpret([gradients(along, [lines], g)[0]!])[0]]).toEqual([1, 0, 0, 1]);
  });
});

describe("where", () => {
  it("keeps the branch not taken free of NaN, even when what arrives is infinite", () => {
    const x = vector(0, 4);
    const safe = g.where(g.less(g.constant(0, x), x), g.div(g.constant(1, x), x), g.constant(0, x));
    const weights = vector(Infinity, 1);
    const [first, second] = gradients(safe, [safe.inputs[1], safe.inputs[2]], g, weights);
    expect([...interpret([first!])[0]]).toEqual([0, 1]);
    expect([...interpret([second!])[0]]).toEqual([Infinity, 0]);
  });
});
