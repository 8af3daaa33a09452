/** Questions and answers, element by element: comparisons, logic, selection, and casts between dtypes. */
import type { ElementwiseOp } from "../graph/op.ts";
import { isFloat, type DType } from "../base/dtype.ts";
import { binary, unary, type Binary, type Ternary, type Unary } from "./pointwise.ts";
import { anyDtype, arithmetic, dtypeAttr, floats, requireDtype, requireSame } from "./rules.ts";
import { floatEdges, intEdges, pointwise, type Domain } from "./samples.ts";

const truth: Domain = { range: [0, 1], edges: [0, 1] };
const float: Domain = { range: [-2, 2], edges: floatEdges };
const double: Domain = { range: [-2, 2], edges: [...floatEdges, 1 + 2 ** -40] };
/** So few values that many tie. */
const integer: Domain = { range: [-2, 2], edges: intEdges };

function comparison(
  name: string,
  sign: string,
  accepts: readonly DType[],
  ask: Pick<ElementwiseOp, "meaning" | "wasm">,
): Binary {
  const samples = { float32: [float, float], float64: [double, double], int32: [integer, integer] };
  return binary(name, {
    doc: `a ${sign} b`,
    accepts,
    result: "bool",
    ...ask,
    samples: pointwise(accepts.includes("bool") ? { ...samples, bool: [truth, truth] } : samples),
  });
}

// Comparisons with NaN are false, but for notEqual.

export const equal: Binary = comparison("equal", "=", anyDtype, {
  meaning: (a, b) => Number(a === b),
  wasm: (w, [a, b]) => w.equal(a, b),
});
export const notEqual: Binary = comparison("notEqual", "≠", anyDtype, {
  meaning: (a, b) => Number(a !== b),
  wasm: (w, [a, b]) => w.notEqual(a, b),
});
export const less: Binary = comparison("less", "<", arithmetic, {
  meaning: (a, b) => Number(a < b),
  wasm: (w, [a, b]) => w.less(a, b),
});
export const lessEqual: Binary = comparison("lessEqual", "≤", arithmetic, {
  meaning: (a, b) => Number(a <= b),
  wasm: (w, [a, b]) => w.lessEqual(a, b),
});
export const greater: Binary = comparison("greater", ">", arithmetic, {
  meaning: (a, b) => Number(a > b),
  wasm: (w, [a, b]) => w.greater(a, b),
});
export const greaterEqual: Binary = comparison("greaterEqual", "≥", arithmetic, {
  meaning: (a, b) => Number(a >= b),
  wasm: (w, [a, b]) => w.greaterEqual(a, b),
});

export const logicalAnd: Binary = binary("logicalAnd", {
  doc: "a and b",
  accepts: ["bool"],
  meaning: (a, b) => a & b,
  wasm: (w, [a, b]) => w.and(a, b),
  samples: pointwise({ bool: [truth, truth] }),
});

export const logicalOr: Binary = binary("logicalOr", {
  doc: "a or b",
  accepts: ["bool"],
  meaning: (a, b) => a | b,
  wasm: (w, [a, b]) => w.or(a, b),
  samples: pointwise({ bool: [truth, truth] }),
});

export const logicalNot: Unary = unary("logicalNot", {
  doc: "not a",
  accepts: ["bool"],
  meaning: (a) => 1 - a,
  wasm: (w, [a]) => w.not(a),
  samples: pointwise({ bool: [truth] }),
});

export const isNaN: Unary = unary("isNaN", {
  doc: "whether a is not a number",
  accepts: floats,
  result: "bool",
  meaning: (a) => Number(a !== a),
  wasm: (w, [a]) => w.notEqual(a, a),
  samples: pointwise({ float32: [float], float64: [double] }),
});

export const where: Ternary = {
  kind: "elementwise",
  name: "where",
  doc: "b where a is true, c elsewhere",
  arity: 3,
  infer: ([condition, ...branches]) => {
    requireDtype("where with a condition", condition, ["bool"]);
    const { shape, dtype } = requireSame("where", branches);
    requireSame("where", [condition, { shape, dtype: condition.dtype }]);
    return { shape, dtype };
  },
  meaning: (condition, a, b) => (condition ? a : b),
  wasm: (w, [condition, a, b]) => w.select(condition, a, b),
  // The branch not taken gets an exact 0, whatever dy holds: multiplying by a mask would turn ∞ into NaN.
  gradient: (g, { inputs: [condition] }, dy) => {
    const zero = g.constant(0, dy);
    return [null, g.where(condition, dy, zero), g.where(condition, zero, dy)];
  },
  samples: [
    [float, "float32"] as const,
    [double, "float64"] as const,
    [integer, "int32"] as const,
    [truth, "bool"] as const,
  ].flatMap(([domain, dtype]) =>
    [[17], [3, 5], [1], []].map((shape) => ({
      inputs: [
        { shape, dtype: "bool" as const, ...truth },
        { shape, dtype, ...domain },
        { shape, dtype, ...domain },
      ],
    })),
  ),
};

const casts: readonly (readonly [DType, DType, Domain])[] = [
  [
    "float32",
    "int32",
    { range: [-10, 10], edges: [...floatEdges, 0.5, -0.5, 2147483648, -2147483648, 2147483520] },
  ],
  ["float32", "bool", { range: [-1, 1], edges: floatEdges }],
  ["float32", "float64", float],
  ["float64", "float32", double],
  ["float64", "int32", { range: [-10, 10], edges: [NaN, Infinity, -Infinity, -0.5, 1e300, 2147483647.5] }],
  ["float64", "bool", { range: [-1, 1], edges: [NaN, 0, -0, 1e-300] }],
  ["int32", "float32", { range: [-1000, 1000], edges: [...intEdges, 16777217] }],
  ["int32", "float64", integer],
  ["int32", "bool", integer],
  ["bool", "float32", truth],
  ["bool", "float64", truth],
  ["bool", "int32", truth],
];

export const cast: Unary = {
  kind: "elementwise",
  name: "cast",
  doc: "the same number in another dtype: to int32 truncates and saturates (NaN gives 0), to bool is ≠ 0",
  arity: 1,
  infer: ([input], attrs) => ({ shape: input.shape, dtype: dtypeAttr(attrs) }),
  // Rounding to the dtype of the result is what every meaning leaves to the interpreter; a cast does nothing else.
  meaning: (a) => a,
  wasm: (w, [a], node) => w.convert(a, node.dtype),
  gradient: (g, node, dy) => {
    const [input] = node.inputs;
    return [isFloat(input.dtype) && isFloat(node.dtype) ? g.cast(dy, input.dtype) : null];
  },
  simplify: (_g, { inputs: [input], dtype }) => (input.dtype === dtype ? input : undefined),
  samples: casts.flatMap(([from, to, domain]) =>
    [[17], [1]].map((shape) => ({ inputs: [{ shape, dtype: from, ...domain }], attrs: { dtype: to } })),
  ),
};

export const compare = {
  equal,
  notEqual,
  less,
  lessEqual,
  greater,
  greaterEqual,
  logicalAnd,
  logicalOr,
  logicalNot,
  isNaN,
  where,
  cast,
};
