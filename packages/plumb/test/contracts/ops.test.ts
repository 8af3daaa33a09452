/**
 * What every op record promises, tested from the records themselves: a new op is tested the day it appears.
 *
 * Three oracles: the float64 meaning (the interpreter), central differences of it for gradients of first and second
 * order, and each backend against it, at ordinary values and at every edge value in every lane.
 */
import { describe, expect, it } from "vitest";
import { gradients } from "../../src/autodiff/reverse.ts";
import { hostArray, isFloat, type DType, type HostArray } from "../../src/base/dtype.ts";
import { sizeOf, stridesOf } from "../../src/base/shape.ts";
import { checkGraph } from "../../src/graph/check.ts";
import type { Node } from "../../src/graph/node.ts";
import type { ElementwiseOp, IndexAlgebra, Op, Sample, ViewOp } from "../../src/graph/op.ts";
import { interpret } from "../../src/interpret/interpret.ts";
import { g, makeNode } from "../../src/ops/builder.ts";
import { allOps, families } from "../../src/ops/index.ts";
import { ArrayLanes, type ArrayLane } from "../support/array-lanes.ts";
import { backends } from "../support/backends.ts";
import { expectClose, expectWithinUlp } from "../support/compare.ts";
import { expectGradient, weighted } from "../support/gradients.ts";
import { dataNode, describeSample, drawInputs, placedEdges, pointwiseEdges } from "../support/samples.ts";

// Loops are made of a step, and tested by loops.test.ts.
const sampled = allOps.filter((op) => op.kind !== "source" && op.kind !== "effect" && op.kind !== "loop");
const cases = sampled.flatMap((op) =>
  op.samples.map((sample) => [`${op.name}(${describeSample(sample)})`, { op, sample }] as const),
);
const smooth = cases.filter(
  ([, { op, sample }]) =>
    op.gradient !== undefined &&
    sample.differentiable !== false &&
    sample.inputs.some((input) => isFloat(input.dtype)) &&
    isFloat(op.infer(sample.inputs, sample.attrs ?? {}).dtype),
);

/** The op applied to leaves that hold `inputs`. */
function apply(
  op: Op,
  sample: Sample,
  inputs: readonly HostArray[],
  shape?: readonly number[],
): { leaves: Node[]; out: Node } {
  const leaves = inputs.map((values, k) =>
    dataNode({ dtype: sample.inputs[k].dtype, shape: shape ?? sample.inputs[k].shape }, values),
  );
  return { leaves, out: makeNode(op, leaves, sample.attrs) };
}

describe("records", () => {
  it("are listed under their own names, once each", () => {
    for (const family of Object.values(families)) {
      for (const [name, op] of Object.entries<Op>(family)) expect(op.name).toBe(name);
    }
    expect(new Set(allOps.map((op) => op.name)).size).toBe(allOps.length);
  });

  it.each(allOps.map((op) => [op.name, op] as const))("%s says what it computes", (_name, op) => {
    expect(op.doc).toMatch(/\S/);
  });

  it.each(sampled.map((op) => [op.name, op] as const))(
    "%s has samples, of the number of inputs it takes",
    (_name, op) => {
      expect(op.samples.length).toBeGreaterThan(0);
      for (const { inputs } of op.samples) {
        if (op.arity !== "many") expect(inputs.length).toBe(op.arity);
      }
    },
  );
});

describe("the shape rule agrees with the meaning", () => {
  it.each(cases)("%s", (_title, { op, sample }) => {
    const { out } = apply(op, sample, drawInputs(sample));
    checkGraph([out]);
    const [values] = interpret([out]);
    expect(values.length).toBe(sizeOf(out.shape));
    const expected = isFloat(out.dtype) ? Float64Array : out.dtype === "int32" ? Int32Array : Uint8Array;
    expect(values).toBeInstanceOf(expected);
  });
});

describe("views read inside their input", () => {
  const views = cases.filter(([, { op }]) => op.kind === "view");
  it.each(views)("%s", (_title, { op, sample }) => {
    const { out } = apply(op, sample, drawInputs(sample));
    const view = op as ViewOp;
    const input = sample.inputs[0].shape;
    for (let flat = 0; flat < sizeOf(out.shape); flat++) {
      const at = stridesOf(out.shape).map((stride, axis) => Math.floor(flat / stride) % out.shape[axis]);
      const read = view.read(numbers, at, out, input);
      expect(read.length).toBe(input.length);
      expect(read.every((i, axis) => Number.isInteger(i) && i >= 0 && i < input[axis])).toBe(true);
      if (view.keepsOrder) {
        const strides = stridesOf(input);
        expect(read.reduce((sum, i, axis) => sum + i * strides[axis], 0)).toBe(flat);
      }
    }
  });
});

const numbers: IndexAlgebra<number> = {
  constant: (value) => value,
  add: (a, b) => a + b,
  scale: (a, factor) => a * factor,
  divMod: (a, divisor) => [Math.floor(a / divisor), a % divisor],
};

describe("gradients agree with central differences", () => {
  it.each(smooth)("%s, first order", (_title, { op, sample }) => {
    const { leaves, out } = apply(op, sample, drawInputs(sample));
    const target = weighted([out]);
    expectGradient(target, leaves, `gradient of ${op.name}`);
  });

  it.each(smooth)("%s, second order", (_title, { op, sample }) => {
    const { leaves, out } = apply(op, sample, drawInputs(sample));
    const sources = leaves.filter((leaf) => isFloat(leaf.dtype));
    const first = gradients(weighted([out]), sources, g).filter((dx) => dx !== null);
    expectGradient(weighted(first), leaves, `second gradient of ${op.name}`);
  });
});

/** A Wasm line run on plain arrays: what it computes, whatever a backend makes of it. */
function evaluateLine(out: Node, inputs: readonly HostArray[], fused: boolean): HostArray {
  const w = new ArrayLanes(sizeOf(out.shape), fused);
  const { op } = out;
  const lanes = inputs.map((values, k): ArrayLane => toLane(values, out.inputs[k].dtype));
  if (op.kind === "random") {
    const [key0, key1, counter] = inputs.map((word) => w.constant(word[0], "int32"));
    const element: ArrayLane = {
      dtype: "int32",
      values: Int32Array.from({ length: sizeOf(out.shape) }, (_, i) => i),
    };
    return op.wasm(w, key0, key1, counter, element).values;
  }
  const { dtype, values } = (op as ElementwiseOp).wasm(w, lanes, out);
  expect(dtype).toBe(out.dtype);
  return dtype === "bool" ? Uint8Array.from(values, Math.abs) : values;
}

const toLane = (values: HostArray, dtype: DType): ArrayLane =>
  dtype === "bool"
    ? { dtype, values: Int32Array.from(values, (x) => -x) }
    : { dtype, values: values as ArrayLane["values"] };

describe.each([true, false])("Wasm lines agree with the meaning, multiply-adds fused: %s", (fused) => {
  const expectAgreement = (
    op: Op,
    sample: Sample,
    inputs: readonly HostArray[],
    shape?: readonly number[],
  ): void => {
    const { out } = apply(op, sample, inputs, shape);
    const subject = { what: op.name, shape: out.shape, dtype: out.dtype };
    expectWithinUlp(evaluateLine(out, inputs, fused), interpret([out])[0], subject, sample.ulp ?? 2);
  };

  const lines = cases.filter(([, { op }]) => op.kind === "elementwise" || op.kind === "random");
  it.each(lines)("%s", (_title, { op, sample }) => {
    expectAgreement(op, sample, drawInputs(sample));
    if (op.kind === "random") {
      for (const inputs of placedEdges(sample)) expectAgreement(op, sample, inputs);
    } else {
      for (const { shape, inputs } of pointwiseEdges(sample)) expectAgreement(op, sample, inputs, shape);
    }
  });

  const folds = cases.flatMap(([title, { op, sample }]) => {
    const fold =
      op.kind === "scan" ? op : op.kind === "reduce" && op.fold.form === "combine" ? op.fold : null;
    return fold === null ? [] : [[title, fold, sample.inputs[0]] as const];
  });
  it.each(folds)("%s: one step of the fold, for every pair of edges", (what, fold, { dtype, edges = [] }) => {
    const pairs = edges.flatMap((a) => edges.map((b) => [a, b] as const));
    const [left, right] = [0, 1].map((side) => {
      const values = hostArray(dtype, pairs.length);
      values.set(pairs.map((pair) => pair[side]));
      return values;
    });
    const meaning = (dtype === "int32" && fold.intMeaning) || fold.meaning;
    const expected = Float64Array.from(left, (a, i) => meaning(a, right[i]));
    if (dtype === "int32") expected.forEach((sum, i) => (expected[i] = sum | 0));
    const w = new ArrayLanes(pairs.length, fused);
    const { values } = fold.wasm(w, toLane(left, dtype), toLane(right, dtype));
    const actual = dtype === "bool" ? values.map(Math.abs) : values;
    expectWithinUlp(actual, expected, { what, shape: [pairs.length], dtype }, 1);
  });

  const inParts = folds.flatMap(([title, fold, input]) =>
    "parts" in fold && fold.parts !== undefined && input.dtype === "float32"
      ? [[title, fold, fold.parts, input] as const]
      : [],
  );
  it.each(inParts)("%s: in parts, for every three edges", (what, fold, parts, { edges = [] }) => {
    const triples = edges.flatMap((a) => edges.flatMap((b) => edges.map((c) => [a, b, c])));
    const lanes = [0, 1, 2].map((k) => Float32Array.from(triples, (triple) => triple[k]));
    // NaN of either sign.
    const bits = new Int32Array(lanes[0].buffer);
    bits.forEach((word, i) => Number.isNaN(lanes[0][i]) && i % 2 === 0 && (bits[i] = word | (1 << 31)));
    const w = new ArrayLanes(triples.length, fused);
    const found = lanes.map((values) => parts.of(w, { dtype: "float32", values }));
    const { values } = parts.result(
      w,
      found.reduce((a, b) => parts.join(w, a, b)),
    );
    const expected = Float64Array.from(triples, (triple) =>
      triple.map(Math.fround).reduce((a, b) => fold.meaning(a, b)),
    );
    expectWithinUlp(values, expected, { what, shape: [triples.length], dtype: "float32" }, 0);
  });
});

describe.each(backends.map((backend) => [backend.name, backend] as const))(
  "%s agrees with the meaning",
  (_name, backend) => {
    const expectAgreement = (
      op: Op,
      sample: Sample,
      inputs: readonly HostArray[],
      shape?: readonly number[],
    ): void => {
      const { leaves, out } = apply(op, sample, inputs, shape);
      const shown = leaves.some((leaf) => sizeOf(leaf.shape) > 20)
        ? ""
        : inputs.map((values) => ` [${values.join(", ")}]`);
      const subject = { what: `${op.name}${shown}`, shape: out.shape, dtype: out.dtype };
      expectWithinUlp(backend.evaluate([out])[0], interpret([out])[0], subject, sample.ulp ?? 2);
    };

    it.each(cases)("%s", (_title, { op, sample }) => {
      expectAgreement(op, sample, drawInputs(sample));
    });

    it.each(cases)("%s at its edges", (_title, { op, sample }) => {
      if (op.kind === "elementwise") {
        for (const { shape, inputs } of pointwiseEdges(sample)) expectAgreement(op, sample, inputs, shape);
      } else {
        for (const inputs of placedEdges(sample)) expectAgreement(op, sample, inputs);
      }
    });

    it.each(smooth)("%s: gradient", (_title, { op, sample }) => {
      const { leaves, out } = apply(op, sample, drawInputs(sample));
      const sources = leaves.filter((leaf) => isFloat(leaf.dtype));
      const found = gradients(weighted([out]), sources, g).filter((dx) => dx !== null);
      const expected = interpret(found);
      backend.evaluate(found).forEach((values, k) => {
        const subject = { what: `gradient of ${op.name}`, shape: found[k].shape, dtype: found[k].dtype };
        expectClose(values, expected[k], subject, 2e-5);
      });
    });
  },
);
