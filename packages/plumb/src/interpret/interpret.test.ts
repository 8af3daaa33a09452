import { describe, expect, it } from "vitest";
import type { DType, HostArray } from "../base/dtype.ts";
import type { Attrs, Node, Resident } from "../graph/node.ts";
import type { Op } from "../graph/op.ts";
import { g, makeNode } from "../ops/builder.ts";
import { families } from "../ops/index.ts";
import { interpret } from "./interpret.ts";

const { source, compare, reduce, scan, sort, view, place, contract, gather, scatter, random, effect } =
  families;
const hosts = { float32: Float64Array, float64: Float64Array, int32: Int32Array, bool: Uint8Array };

/** A leaf holding these numbers. */
function leaf(shape: readonly number[], values: readonly number[], dtype: DType = "float32"): Node {
  const data: HostArray = hosts[dtype].from(values);
  return makeNode(source.data, [], { shape, dtype }, { kind: "data", data });
}
const run = (op: Op, inputs: readonly Node[], attrs?: Attrs): number[] => [
  ...interpret([makeNode(op, inputs, attrs)])[0],
];

const grid = leaf([2, 3], [1, 2, 3, 4, 5, 6]);
const ints = (...values: number[]): Node => leaf([values.length], values, "int32");

describe("views, places and products, by hand", () => {
  it.each<[string, number[], number[]]>([
    ["reshape", run(view.reshape, [grid], { shape: [3, 2] }), [1, 2, 3, 4, 5, 6]],
    ["broadcast of rows", run(view.broadcast, [leaf([2, 1], [1, 2])], { shape: [2, 3] }), [1, 1, 1, 2, 2, 2]],
    ["broadcast to a new axis", run(view.broadcast, [leaf([2], [1, 2])], { shape: [2, 2] }), [1, 2, 1, 2]],
    ["transpose", run(view.transpose, [grid], { permutation: [1, 0] }), [1, 4, 2, 5, 3, 6]],
    [
      "transpose that is not its own inverse",
      // [1, 2, 3] to [2, 3, 1] keeps the order of 1 … 6; axis 0 of the result is axis 1 of the input.
      run(view.transpose, [leaf([2, 1, 3], [1, 2, 3, 4, 5, 6])], { permutation: [2, 0, 1] }),
      [1, 4, 2, 5, 3, 6],
    ],
    ["slice", run(view.slice, [grid], { start: [0, 1], size: [2, 2], step: [1, 1] }), [2, 3, 5, 6]],
    ["slice in steps", run(view.slice, [grid], { start: [1, 0], size: [1, 2], step: [1, 2] }), [4, 6]],
    ["flip", run(view.slice, [grid], { start: [1, 2], size: [2, 3], step: [-1, -1] }), [6, 5, 4, 3, 2, 1]],
    [
      "pad",
      run(place.pad, [leaf([2], [1, 2])], { low: [1], high: [2], gap: [1], value: 9 }),
      [9, 1, 9, 2, 9, 9],
    ],
    ["concat", run(place.concat, [grid, leaf([2, 1], [7, 8])], { axis: 1 }), [1, 2, 3, 7, 4, 5, 6, 8]],
    ["matmul", run(contract.matmul, [grid, leaf([3, 1], [1, 0, -1])]), [-2, -2]],
    [
      "matmul, batched",
      run(contract.matmul, [leaf([2, 1, 2], [1, 2, 3, 4]), leaf([2, 2, 1], [1, 1, 2, 0])]),
      [3, 6],
    ],
  ])("%s", (_name, actual, expected) => expect(actual).toEqual(expected));
});

describe("folds, scans and order, by hand", () => {
  const nan = leaf([4], [1, NaN, 3, NaN]);
  it.each<[string, number[], number[]]>([
    ["sum over rows", run(reduce.sum, [grid], { axes: [1], keepDims: false }), [6, 15]],
    ["sum over columns", run(reduce.sum, [grid], { axes: [0], keepDims: true }), [5, 7, 9]],
    ["sum over nothing", run(reduce.sum, [leaf([0], [])], { axes: [0], keepDims: false }), [0]],
    ["prod over nothing", run(reduce.prod, [leaf([2, 0], [])], { axes: [1], keepDims: false }), [1, 1]],
    ["max over nothing", run(reduce.max, [leaf([0], [])], { axes: [0], keepDims: false }), [-Infinity]],
    ["max over no axes", run(reduce.max, [leaf([2], [3, 4])], { axes: [], keepDims: false }), [3, 4]],
    ["max passes NaN on", run(reduce.max, [nan], { axes: [0], keepDims: false }), [NaN]],
    ["min passes NaN on", run(reduce.min, [nan], { axes: [0], keepDims: false }), [NaN]],
    ["any", run(reduce.max, [leaf([2, 2], [0, 0, 0, 1], "bool")], { axes: [1], keepDims: false }), [0, 1]],
    ["all", run(reduce.min, [leaf([2, 2], [1, 1, 0, 1], "bool")], { axes: [1], keepDims: false }), [1, 0]],
    [
      "argmax takes the first of equals",
      run(reduce.argmax, [leaf([4], [1, 5, 2, 5])], { axes: [0], keepDims: false }),
      [1],
    ],
    [
      "argmin takes the first of equals",
      run(reduce.argmin, [leaf([3], [2, 1, 1])], { axes: [0], keepDims: false }),
      [1],
    ],
    ["argmax takes the first NaN", run(reduce.argmax, [nan], { axes: [0], keepDims: false }), [1]],
    [
      "argmax over all axes counts in row-major order",
      run(reduce.argmax, [grid], { axes: [0, 1], keepDims: false }),
      [5],
    ],
    [
      "argmax over columns",
      run(reduce.argmax, [leaf([2, 2], [1, 9, 2, 3])], { axes: [0], keepDims: false }),
      [1, 0],
    ],
    ["max of negative ints", run(reduce.max, [ints(-5, -3)], { axes: [0], keepDims: false }), [-3]],
    ["min of positive ints", run(reduce.min, [ints(5, 3)], { axes: [0], keepDims: false }), [3]],
    [
      "int32 sums wrap",
      run(reduce.sum, [ints(2147483647, 1)], { axes: [0], keepDims: false }),
      [-2147483648],
    ],
    [
      "int32 products wrap",
      run(reduce.prod, [ints(1000003, 1000003, 7)], { axes: [0], keepDims: false }),
      [Math.imul(Math.imul(1000003, 1000003), 7)],
    ],
    ["cumsum", run(scan.cumsum, [grid], { axis: 1, exclusive: false, reverse: false }), [1, 3, 6, 4, 9, 15]],
    [
      "cumsum, exclusive",
      run(scan.cumsum, [grid], { axis: 1, exclusive: true, reverse: false }),
      [0, 1, 3, 0, 4, 9],
    ],
    [
      "cumsum, reverse",
      run(scan.cumsum, [grid], { axis: 0, exclusive: false, reverse: true }),
      [5, 7, 9, 4, 5, 6],
    ],
    [
      "cumprod, exclusive and reverse",
      run(scan.cumprod, [grid], { axis: 1, exclusive: true, reverse: true }),
      [6, 3, 1, 30, 6, 1],
    ],
    [
      "argsort is stable, NaN last",
      run(sort.argsort, [leaf([5], [2, NaN, 1, 2, 1])], { axis: 0, descending: false }),
      [2, 4, 0, 3, 1],
    ],
    [
      "argsort, descending",
      run(sort.argsort, [leaf([5], [2, NaN, 1, 2, 1])], { axis: 0, descending: true }),
      [0, 3, 2, 4, 1],
    ],
    [
      "argsort of columns",
      run(sort.argsort, [leaf([2, 2], [3, 1, 2, 5])], { axis: 0, descending: false }),
      [1, 0, 0, 1],
    ],
  ])("%s", (_name, actual, expected) => expect(actual).toEqual(expected));
});

describe("gathers and scatters, by hand", () => {
  it.each<[string, number[], number[]]>([
    ["gather of columns", run(gather.gather, [grid, ints(2, 0)], { axis: 1 }), [3, 1, 6, 4]],
    [
      "gather of rows out of range",
      run(gather.gather, [grid, ints(1, 2, -1)], { axis: 0 }),
      [4, 5, 6, NaN, NaN, NaN, NaN, NaN, NaN],
    ],
    ["gather of ints out of range", run(gather.gather, [ints(7, 8), ints(2, 1)], { axis: 0 }), [0, 8]],
    ["takeAlong", run(gather.takeAlong, [grid, leaf([2, 1], [2, 0], "int32")], { axis: 1 }), [3, 4]],
    [
      "scatterAdd adds where indices meet",
      run(scatter.scatterAdd, [leaf([3], [1, 2, 4]), ints(1, 3, 1)], { axis: 0, shape: [4] }),
      [0, 5, 0, 2],
    ],
    [
      "scatterAdd drops what is out of range",
      run(scatter.scatterAdd, [leaf([3], [1, 2, 4]), ints(-1, 0, 2)], { axis: 0, shape: [2] }),
      [2, 0],
    ],
    [
      "scatterAddAlong",
      run(scatter.scatterAddAlong, [leaf([2, 2], [1, 2, 3, 4]), leaf([2, 2], [0, 0, 2, 1], "int32")], {
        axis: 1,
        shape: [2, 3],
      }),
      [3, 0, 0, 0, 4, 3],
    ],
  ])("%s", (_name, actual, expected) => expect(actual).toEqual(expected));
});

describe("leaves", () => {
  it("counts along the axis of an iota", () => {
    expect([...interpret([g.iota([2, 3], 1)])[0]]).toEqual([0, 1, 2, 0, 1, 2]);
    expect([...interpret([g.iota([2, 3], 0)])[0]]).toEqual([0, 0, 0, 1, 1, 1]);
  });

  it("takes float32 constants and scalars for the float32 numbers that they are", () => {
    const scalar = makeNode(source.scalar, [], { dtype: "float32" }, { kind: "scalar", value: 0.1 });
    const whole = makeNode(source.scalar, [], { dtype: "int32" }, { kind: "scalar", value: 2147483647 });
    const [constant, given, int] = interpret([
      g.constant(0.1, { shape: [1], dtype: "float32" }),
      scalar,
      whole,
    ]);
    expect([constant[0], given[0], int[0]]).toEqual([Math.fround(0.1), Math.fround(0.1), 2147483647]);
  });

  it("does not round between float32 nodes", () => {
    const third = g.div(leaf([1], [1]), leaf([1], [3]));
    expect(interpret([third])[0][0]).toBe(1 / 3);
  });

  it("reads an evaluated node instead of computing it", () => {
    const node = g.add(grid, grid);
    node.value = Float32Array.of(9, 9, 9, 9, 9, 9);
    expect([...interpret([g.neg(node)])[0]]).toEqual([-9, -9, -9, -9, -9, -9]);
  });

  it("asks for what a variable or an argument holds", () => {
    const argument = makeNode(
      source.argument,
      [],
      { shape: [2], dtype: "float32" },
      { kind: "argument", index: 1 },
    );
    expect([...interpret([argument], () => Float32Array.of(4, 5))[0]]).toEqual([4, 5]);
    expect(() => interpret([argument])).toThrow("bound to argument");
  });
});

describe("random bits", () => {
  it("depend on key, counter and element, and on nothing else", () => {
    const bits = (key0: number, key1: number, counter: number, n: number): number[] =>
      run(
        random.randomBits,
        [key0, key1, counter].map((word) => g.constant(word, { shape: [], dtype: "int32" })),
        { shape: [n] },
      );
    expect(bits(1, 2, 3, 8).slice(0, 5)).toEqual(bits(1, 2, 3, 5));
    const streams = [bits(1, 2, 3, 8), bits(2, 2, 3, 8), bits(1, 3, 3, 8), bits(1, 2, 4, 8)].flat();
    expect(new Set(streams).size).toBe(32);
  });
});

describe("casts", () => {
  const cast = (dtype: DType, from: Node): number[] => run(compare.cast, [from], { dtype });
  it("to int32 truncate and saturate, with 0 for NaN", () => {
    expect(cast("int32", leaf([5], [1.9, -1.9, 3e9, -Infinity, NaN]))).toEqual([
      1, -1, 2147483647, -2147483648, 0,
    ]);
  });
  it("to bool ask whether it differs from 0", () => {
    expect(cast("bool", leaf([4], [0, -0, 0.1, NaN]))).toEqual([0, 0, 1, 1]);
  });
});

describe("effects", () => {
  const resident: Resident = { id: 1, shape: [2], dtype: "float32" };
  const value = leaf([2], [0.1, 2]);
  const assign = makeNode(effect.assign, [value], undefined, { kind: "resident", resident });
  const checkThat = (ok: number): Node =>
    makeNode(effect.check, [value, leaf([], [ok], "bool"), value], undefined, {
      kind: "check",
      explain: ([operand]) => new Error(`saw ${operand[1]}`),
    });

  it("hand what is assigned to the writer, as the host's float32", () => {
    const written: [number, HostArray][] = [];
    interpret([assign], undefined, { write: ({ id }, data) => written.push([id, data]) });
    expect(written).toEqual([[1, Float32Array.of(0.1, 2)]]);
  });

  it("pass the value through a check that holds", () => {
    expect([...interpret([checkThat(1)])[0]]).toEqual([0.1, 2]);
  });

  it("write nothing when a check fails, wherever it stands", () => {
    const written: number[] = [];
    const write = ({ id }: Resident): void => void written.push(id);
    expect(() => interpret([assign, checkThat(0)], undefined, { write })).toThrow("saw 2");
    expect(written).toEqual([]);
  });
});
