/** Folds over axes. `attrs: { axes (ascending), keepDims }`. Over no elements they give the fold's identity. */
import type { DType } from "../base/dtype.ts";
import { PlumbError } from "../base/errors.ts";
import { showShape, sizeOf, type Shape } from "../base/shape.ts";
import type { Attrs, Node, Spec } from "../graph/node.ts";
import type { Builder, FoldInParts, ReduceOp, Sample } from "../graph/op.ts";
import { arithmetic, flagAttr, listAttr, requireAxes, requireDtype } from "./rules.ts";
import { floatEdges, intEdges, productEdges, sumEdges } from "./samples.ts";
import { productOfOthers } from "./scan.ts";

/** The input's shape with the folded axes of extent 1 (or gone). */
function foldedShape(shape: Shape, axes: readonly number[], keepDims: boolean): number[] {
  return shape.flatMap((extent, axis) => (axes.includes(axis) ? (keepDims ? [1] : []) : [extent]));
}

function inferFold(name: string, accepts: readonly DType[], [input]: readonly Spec[], attrs: Attrs): Spec {
  requireDtype(name, input, accepts);
  requireAxes(name, listAttr(attrs, "axes"), input.shape);
  return {
    shape: foldedShape(input.shape, listAttr(attrs, "axes"), flagAttr(attrs, "keepDims")),
    dtype: input.dtype,
  };
}

/** A folded value (the result, or its gradient) laid out again over the shape of the input. */
function unfold(g: Builder, { inputs: [x], attrs }: Node, folded: Node): Node {
  return g.broadcast(g.reshape(folded, foldedShape(x.shape, listAttr(attrs, "axes"), true)), x.shape);
}

interface SampleFacts {
  readonly range: readonly [number, number];
  readonly edges?: readonly number[];
  /** Range of the int32 samples; a narrow one makes ties. */
  readonly ints?: readonly [number, number];
  /** Allowed error for a fold of n elements. */
  readonly ulp?: (n: number) => number;
  readonly dtypes?: readonly DType[];
  /** Whether the fold has a value over no elements. */
  readonly empty?: boolean;
}

function samples({
  range,
  edges = floatEdges,
  ints = [-9, 9],
  ulp,
  dtypes = ["float32"],
  empty = true,
}: SampleFacts): readonly Sample[] {
  const sample = (
    shape: Shape,
    axes: readonly number[],
    keepDims = false,
    dtype: DType = "float32",
  ): Sample => ({
    inputs: [
      dtype === "bool"
        ? { shape, dtype, range: [0, 1], edges: [0, 1] }
        : dtype === "int32"
          ? { shape, dtype, range: ints, edges: intEdges }
          : { shape, dtype, range, edges },
    ],
    attrs: { axes, keepDims },
    ...(ulp ? { ulp: ulp(sizeOf(axes.map((axis) => shape[axis]))) } : {}),
  });
  return [
    sample([17], [0]),
    sample([1], [0]),
    sample([3, 5], [1]),
    sample([3, 5], [0], true),
    sample([3, 17], [0, 1]),
    sample([5, 3, 2], [0, 2]),
    sample([2, 3, 5], [1], true),
    sample([2, 3, 5], [0]),
    sample([67], [0]),
    ...(empty ? [sample([], []), sample([3], []), sample([3, 0], [1]), sample([0, 3], [1])] : []),
    ...dtypes
      .filter((dtype) => dtype !== "float32")
      .flatMap((dtype) => [sample([67], [0], false, dtype), sample([3, 5], [0], false, dtype)]),
  ];
}

export const sum: ReduceOp = {
  kind: "reduce",
  name: "sum",
  doc: "Σ x; 0 over nothing",
  arity: 1,
  infer: (inputs, attrs) => inferFold("sum", arithmetic, inputs, attrs),
  fold: {
    form: "combine",
    identity: () => 0,
    meaning: (a, b) => a + b,
    wasm: (w, a, b) => w.add(a, b),
    wide: true,
  },
  gradient: (g, node, dy) => [unfold(g, node, dy)],
  samples: samples({ range: [0.1, 2], edges: sumEdges, ulp: () => 4, dtypes: arithmetic }),
};

export const prod: ReduceOp = {
  kind: "reduce",
  name: "prod",
  doc: "Π x; 1 over nothing",
  arity: 1,
  infer: (inputs, attrs) => inferFold("prod", arithmetic, inputs, attrs),
  fold: {
    form: "combine",
    identity: () => 1,
    meaning: (a, b) => a * b,
    intMeaning: Math.imul,
    wasm: (w, a, b) => w.mul(a, b),
    wide: false,
  },
  // dΠx/dxᵢ is the product of the others. The folded axes are brought to the end and joined into one for it.
  gradient: (g, node, dy) => {
    const [x] = node.inputs;
    const axes = listAttr(node.attrs, "axes");
    const order = [...x.shape.keys()].filter((axis) => !axes.includes(axis)).concat(axes);
    const moved = order.map((axis) => x.shape[axis]);
    const kept = moved.slice(0, moved.length - axes.length);
    const joined = g.reshape(g.transpose(x, order), [...kept, sizeOf(axes.map((axis) => x.shape[axis]))]);
    const others = g.reshape(productOfOthers(g, joined), moved);
    const back = [...order.keys()].map((axis) => order.indexOf(axis));
    return [g.mul(unfold(g, node, dy), g.transpose(others, back))];
  },
  samples: samples({ range: [0.5, 1.5], edges: productEdges, ulp: (n) => 2 + n, dtypes: arithmetic }),
};

/** The best element's gradient, shared evenly among equals as TensorFlow does; `beaten` marks the elements without a share. */
function shareGradient(g: Builder, node: Node, dy: Node, beaten: Node): readonly Node[] {
  // Asked as "not beaten" rather than "equal", so that a NaN result hands its NaN gradient on to every element.
  const best = g.logicalNot(beaten);
  const count = g.sum(g.cast(best, dy.dtype), listAttr(node.attrs, "axes"), flagAttr(node.attrs, "keepDims"));
  return [g.where(best, unfold(g, node, g.div(dy, count)), g.constant(0, node.inputs[0]))];
}

/**
 * The largest or smallest float32 from its bits: what is positive is ordered as the bits are, taken as whole numbers, and
 * what is negative the other way round. So the largest signed, smallest and largest unsigned bits tell both, NaN of either
 * sign, which lies beyond infinity, and -0 below +0. Three whole-number operations; `f32x4.max` takes some eight.
 */
const extreme = (form: "max" | "min"): FoldInParts => ({
  of: (w, x) => {
    const bits = w.bitcast(x, "int32");
    return [bits, bits, bits];
  },
  join: (w, a, b) => [w.max(a[0], b[0]), w.minUnsigned(a[1], b[1]), w.maxUnsigned(a[2], b[2])],
  result: (w, [largest, leastUnsigned, largestUnsigned]) => {
    const int = (value: number) => w.constant(value, "int32");
    const hasOwnSign = form === "max" ? w.greaterEqual(largest, int(0)) : w.less(largestUnsigned, int(0));
    const best = w.select(hasOwnSign, form === "max" ? largest : largestUnsigned, leastUnsigned);
    const size = w.xor(largestUnsigned, int(signBit));
    const isNaN = w.or(w.greater(largest, int(infinityBits)), w.greater(size, int(infinityBits)));
    return w.select(isNaN, w.constant(NaN, "float32"), w.bitcast(best, "float32"));
  },
});
const signBit = -(2 ** 31);
const infinityBits = 0x7f800000;

const ordered: readonly DType[] = ["float32", "int32", "bool", "float64"];

export const max: ReduceOp = {
  kind: "reduce",
  name: "max",
  doc: "the largest element; NaN if any is; −∞ over nothing (int32: −2³¹, bool: false)",
  arity: 1,
  infer: (inputs, attrs) => inferFold("max", ordered, inputs, attrs),
  fold: {
    form: "combine",
    identity: (dtype) => (dtype === "bool" ? 0 : dtype === "int32" ? -2147483648 : -Infinity),
    meaning: Math.max,
    // A true bool is the lane −1: the larger of two truths is their disjunction.
    wasm: (w, a, b) => (w.dtype(a) === "bool" ? w.or(a, b) : w.max(a, b)),
    wide: false,
    parts: extreme("max"),
  },
  gradient: (g, node, dy) => shareGradient(g, node, dy, g.less(node.inputs[0], unfold(g, node, node))),
  samples: samples({ range: [-2, 2], dtypes: ordered }),
};

export const min: ReduceOp = {
  kind: "reduce",
  name: "min",
  doc: "the smallest element; NaN if any is; ∞ over nothing (int32: 2³¹ − 1, bool: true)",
  arity: 1,
  infer: (inputs, attrs) => inferFold("min", ordered, inputs, attrs),
  fold: {
    form: "combine",
    identity: (dtype) => (dtype === "bool" ? 1 : dtype === "int32" ? 2147483647 : Infinity),
    meaning: Math.min,
    wasm: (w, a, b) => (w.dtype(a) === "bool" ? w.and(a, b) : w.min(a, b)),
    wide: false,
    parts: extreme("min"),
  },
  gradient: (g, node, dy) => shareGradient(g, node, dy, g.less(unfold(g, node, node), node.inputs[0])),
  samples: samples({ range: [-2, 2], dtypes: ordered }),
};

function inferIndex(name: string, inputs: readonly Spec[], attrs: Attrs): Spec {
  const { shape } = inferFold(name, arithmetic, inputs, attrs);
  const axes = listAttr(attrs, "axes");
  if (axes.some((axis) => inputs[0].shape[axis] === 0)) {
    throw new PlumbError("PL1011", {
      asked: `${name} over axes [${axes.join(", ")}] of a tensor of shape ${showShape(inputs[0].shape)}`,
      why: "among no elements there is none to point at",
      fix: "leave empty tensors out before asking",
    });
  }
  return { shape, dtype: "int32" };
}

export const argmax: ReduceOp = {
  kind: "reduce",
  name: "argmax",
  doc: "where the largest element stands (the first of equals; the first NaN if there is one)",
  arity: 1,
  infer: (inputs, attrs) => inferIndex("argmax", inputs, attrs),
  fold: {
    form: "index",
    better: (candidate, best) => candidate > best,
    wasm: (w, candidate, best) => w.greater(candidate, best),
  },
  samples: samples({
    range: [-2, 2],
    edges: [...floatEdges, 2],
    ints: [-1, 1],
    dtypes: arithmetic,
    empty: false,
  }),
};

export const argmin: ReduceOp = {
  kind: "reduce",
  name: "argmin",
  doc: "where the smallest element stands (the first of equals; the first NaN if there is one)",
  arity: 1,
  infer: (inputs, attrs) => inferIndex("argmin", inputs, attrs),
  fold: {
    form: "index",
    better: (candidate, best) => candidate < best,
    wasm: (w, candidate, best) => w.less(candidate, best),
  },
  samples: samples({
    range: [-2, 2],
    edges: [...floatEdges, -2],
    ints: [-1, 1],
    dtypes: arithmetic,
    empty: false,
  }),
};

export const reduce = { sum, prod, max, min, argmax, argmin };
