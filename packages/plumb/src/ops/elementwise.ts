/** Arithmetic and functions, element by element. Comparisons, selection and casts are in `compare.ts`. */
import type { Builder, Lanes } from "../graph/op.ts";
import type { Node } from "../graph/node.ts";
import { greaterEqual, lessEqual } from "./compare.ts";
import { binary, unary, type Binary, type Unary } from "./pointwise.ts";
import { anyDtype, arithmetic, float32Only, floats, isConstant, numberAttr } from "./rules.ts";
import { floatEdges, intEdges, pointwise, type Domain } from "./samples.ts";
import { erf as erf64, nearest, pow as pow64, sigmoid as sigmoid64 } from "./scalar-math.ts";
import {
  cosLanes,
  erfLanes,
  expLanes,
  expm1Lanes,
  log1pLanes,
  logLanes,
  powLanes,
  sigmoidLanes,
  sinLanes,
  tanhLanes,
} from "./vector-math.ts";
import { expDouble, expm1Double, log1pDouble, logDouble, sigmoidDouble } from "./vector-math-double.ts";

/** A Wasm line that has one polynomial for floats and one for doubles. */
const byPrecision =
  (
    single: <V>(w: Lanes<V>, a: V) => V,
    double: <V>(w: Lanes<V>, a: V) => V,
  ): (<V>(w: Lanes<V>, inputs: readonly V[]) => V) =>
  (w, [a]) =>
    (w.dtype(a) === "float64" ? double : single)(w, a);

const float: Domain = { range: [-2, 2], edges: floatEdges };
const double: Domain = { range: [-1e6, 1e6], edges: [...floatEdges, 1e300, 1e-300] };
const integer: Domain = { range: [-1000, 1000], edges: intEdges };
const positive: Domain = { range: [0.2, 5], edges: [...floatEdges, 1.1754944e-38, 3.4028235e38] };

// Arithmetic

export const add: Binary = binary("add", {
  doc: "a + b",
  accepts: arithmetic,
  meaning: (a, b) => a + b,
  wasm: (w, [a, b]) => w.add(a, b),
  gradient: (_g, _node, dy) => [dy, dy],
  samples: pointwise({ float32: [float, float], float64: [double, double], int32: [integer, integer] }),
});

export const sub: Binary = binary("sub", {
  doc: "a − b",
  accepts: arithmetic,
  meaning: (a, b) => a - b,
  wasm: (w, [a, b]) => w.sub(a, b),
  gradient: (g, _node, dy) => [dy, g.neg(dy)],
  simplify: (_g, { inputs: [a, b] }) => (isConstant(b, 0) ? a : undefined),
  samples: pointwise({ float32: [float, float], float64: [double, double], int32: [integer, integer] }),
});

export const mul: Binary = binary("mul", {
  doc: "a · b",
  accepts: arithmetic,
  meaning: (a, b) => a * b,
  intMeaning: Math.imul,
  wasm: (w, [a, b]) => w.mul(a, b),
  gradient: (g, { inputs: [a, b] }, dy) => [g.mul(dy, b), g.mul(dy, a)],
  simplify: (_g, { inputs: [a, b] }) => (isConstant(b, 1) ? a : isConstant(a, 1) ? b : undefined),
  samples: pointwise({ float32: [float, float], float64: [double, double], int32: [integer, integer] }),
});

export const div: Binary = binary("div", {
  doc: "a / b",
  accepts: floats,
  meaning: (a, b) => a / b,
  wasm: (w, [a, b]) => w.div(a, b),
  // d(a/b)/db = −(a/b)/b: the quotient is reused, and b², which may overflow, is never formed.
  gradient: (g, node, dy) => [g.div(dy, node.inputs[1]), g.neg(g.mul(dy, g.div(node, node.inputs[1])))],
  simplify: (g, { inputs: [a, b] }) => {
    if (isConstant(b, 1)) return a;
    // A power of two has an exact reciprocal, and multiplying by that rounds as the division does.
    const divisor = b.op.kind === "source" && b.op.form === "constant" ? numberAttr(b.attrs, "value") : 0;
    const exact =
      Math.abs(Math.log2(Math.abs(divisor))) <= 100 && Number.isInteger(Math.log2(Math.abs(divisor)));
    return exact ? g.mul(a, g.constant(1 / divisor, b)) : undefined;
  },
  samples: pointwise({ float32: [float, positive], float64: [double, double] }),
  cost: 4,
});

export const pow: Binary = binary("pow", {
  doc: "a to the power b; 1 to any power and any number to the power 0 are 1, NaN included (IEEE 754)",
  accepts: float32Only,
  meaning: pow64,
  wasm: (w, [a, b]) => powLanes(w, a, b),
  gradient: (g, node, dy) => {
    const [a, b] = node.inputs;
    const [zero, one] = [g.constant(0, a), g.constant(1, a)];
    // b·a^(b−1) at b = 0 would be 0·∞ for a = 0; the exponent is made harmless before it is used, so that the
    // gradient of this gradient is free of NaN too.
    const flat = g.equal(b, zero);
    const exponent = g.where(flat, one, g.sub(b, one));
    const toBase = g.where(flat, zero, g.mul(b, g.pow(a, exponent)));
    // a^b·ln a, and 0 where a ≤ 0: for a = 0 that is the limit, for a < 0 the function is not defined around b.
    const inside = g.less(zero, a);
    const toExponent = g.where(inside, g.mul(node, g.log(g.where(inside, a, one))), zero);
    return [g.mul(dy, toBase), g.mul(dy, toExponent)];
  },
  simplify: (g, { inputs: [a, b] }) => (isConstant(b, 1) ? a : isConstant(b, 2) ? g.mul(a, a) : undefined),
  samples: pointwise(
    {
      float32: [
        { range: [0.2, 3], edges: [...floatEdges, -2, 0.5] },
        { range: [-3, 3], edges: [NaN, Infinity, -Infinity, 0, 1, -1, 2, 3, -3, 0.5, -0.5, 1e10, 101] },
      ],
    },
    { wide: [{ range: [0.01, 100] }, { range: [-15, 15] }] },
  ),
  cost: 40,
});

/** 1 where `chosen`, passed on to the first operand, and to the second elsewhere. */
const split = (g: Builder, chosen: Node, dy: Node): readonly Node[] => {
  const zero = g.constant(0, dy);
  return [g.where(chosen, dy, zero), g.where(chosen, zero, dy)];
};

export const minimum: Binary = binary("minimum", {
  doc: "the smaller of a and b; NaN if either is; ties give the gradient to a",
  accepts: arithmetic,
  meaning: Math.min,
  wasm: (w, [a, b]) => w.min(a, b),
  gradient: (g, { inputs }, dy) => split(g, g.node(lessEqual, inputs), dy),
  samples: pointwise({ float32: [float, float], float64: [double, double], int32: [integer, integer] }),
});

export const maximum: Binary = binary("maximum", {
  doc: "the larger of a and b; NaN if either is; ties give the gradient to a",
  accepts: arithmetic,
  meaning: Math.max,
  wasm: (w, [a, b]) => w.max(a, b),
  gradient: (g, { inputs }, dy) => split(g, g.node(greaterEqual, inputs), dy),
  samples: pointwise({ float32: [float, float], float64: [double, double], int32: [integer, integer] }),
});

export const neg: Unary = unary("neg", {
  doc: "−a",
  accepts: arithmetic,
  meaning: (a) => -a,
  wasm: (w, [a]) => w.neg(a),
  gradient: (g, _node, dy) => [g.neg(dy)],
  simplify: (_g, { inputs: [a] }) => (a.op === neg ? a.inputs[0] : undefined),
  samples: pointwise({ float32: [float], float64: [double], int32: [integer] }),
});

export const abs: Unary = unary("abs", {
  doc: "|a|; the gradient at 0 is 0",
  accepts: arithmetic,
  meaning: Math.abs,
  wasm: (w, [a]) => w.abs(a),
  gradient: (g, { inputs: [a] }, dy) => [g.mul(dy, g.sign(a))],
  samples: pointwise({ float32: [float], float64: [double], int32: [integer] }),
});

export const relu: Unary = unary("relu", {
  doc: "a where it is positive, else 0; NaN of NaN; the gradient at 0 is 0",
  accepts: arithmetic,
  meaning: (a) => (a < 0 ? 0 : a),
  wasm: (w, [a]) => w.pmax(a, w.constant(0, w.dtype(a))),
  // Told from the result, so that a backward pass needs nothing else of the forward pass.
  gradient: (g, node, dy) => {
    const zero = g.constant(0, node);
    return [g.where(g.less(zero, node), dy, zero)];
  },
  samples: pointwise({ float32: [float], float64: [double], int32: [integer] }),
});

export const sign: Unary = unary("sign", {
  doc: "−1, 0 or 1; NaN of NaN; its gradient is 0 everywhere",
  accepts: arithmetic,
  meaning: Math.sign,
  wasm: (w, [a]) => {
    const dtype = w.dtype(a);
    const zero = w.constant(0, dtype);
    // NaN, 0 and −0 fail both comparisons and are passed through.
    const below = w.select(w.less(a, zero), w.constant(-1, dtype), a);
    return w.select(w.greater(a, zero), w.constant(1, dtype), below);
  },
  samples: pointwise({ float32: [float], float64: [double], int32: [integer] }),
  cost: 4,
});

export const floor: Unary = unary("floor", {
  doc: "the largest whole number not above a",
  accepts: floats,
  meaning: Math.floor,
  wasm: (w, [a]) => w.floor(a),
  samples: pointwise({
    float32: [{ range: [-10, 10], edges: [...floatEdges, 0.5, -0.5, 8388607.5] }],
    float64: [double],
  }),
});

export const ceil: Unary = unary("ceil", {
  doc: "the smallest whole number not below a",
  accepts: floats,
  meaning: Math.ceil,
  wasm: (w, [a]) => w.ceil(a),
  samples: pointwise({
    float32: [{ range: [-10, 10], edges: [...floatEdges, 0.5, -0.5, 8388607.5] }],
    float64: [double],
  }),
});

export const round: Unary = unary("round", {
  doc: "the nearest whole number, halves to the even one",
  accepts: floats,
  meaning: nearest,
  wasm: (w, [a]) => w.nearest(a),
  samples: pointwise({
    float32: [{ range: [-10, 10], edges: [...floatEdges, 0.5, -0.5, 1.5, 2.5, -2.5, 8388607.5] }],
    float64: [double],
  }),
});

// Exponentials and logarithms

export const exp: Unary = unary("exp", {
  doc: "eᵃ",
  accepts: floats,
  meaning: Math.exp,
  wasm: byPrecision(expLanes, expDouble),
  gradient: (g, node, dy) => [g.mul(dy, node)],
  samples: pointwise(
    {
      float32: [{ range: [-3, 3], edges: [...floatEdges, 88.7, 88.73, -87.3, -88, -100, -103.9, -104] }],
      float64: [{ range: [-3, 3], edges: [...floatEdges, 709.78, 709.79, -700, -744, -745.13, -746] }],
    },
    { wide: [{ range: [-103, 88] }] },
  ),
  cost: 15,
});

export const expm1: Unary = unary("expm1", {
  doc: "eᵃ − 1, with all its digits near 0",
  accepts: floats,
  meaning: Math.expm1,
  wasm: byPrecision(expm1Lanes, expm1Double),
  gradient: (g, { inputs: [a] }, dy) => [g.mul(dy, g.exp(a))],
  samples: pointwise(
    {
      float32: [{ range: [-3, 3], edges: [...floatEdges, 1e-5, -1e-5, 1e-20, 88.7, 88.73, -17, -100] }],
      float64: [{ range: [-3, 3], edges: [...floatEdges, 1e-5, -1e-5, 1e-20, 709.78, 709.79, -39, -100] }],
    },
    { wide: [{ range: [-20, 88] }] },
  ),
  cost: 25,
});

export const log: Unary = unary("log", {
  doc: "the natural logarithm; −∞ of 0, NaN of negative numbers",
  accepts: floats,
  meaning: Math.log,
  wasm: byPrecision(logLanes, logDouble),
  gradient: (g, { inputs: [a] }, dy) => [g.div(dy, a)],
  samples: pointwise(
    {
      float32: [{ range: [0.1, 5], edges: [...positive.edges!, 1e-45, 0.99999994, 1.0000001] }],
      float64: [
        {
          range: [0.1, 5],
          edges: [
            ...floatEdges,
            5e-324,
            1e-308,
            1.7976931348623157e308,
            2 ** 64,
            2 ** -64,
            0.9999999999999999,
          ],
        },
      ],
    },
    { wide: [{ range: [0, 1e6] }] },
  ),
  cost: 20,
});

export const log1p: Unary = unary("log1p", {
  doc: "ln(1 + a), with all its digits near 0; −∞ of −1, NaN below",
  accepts: floats,
  meaning: Math.log1p,
  wasm: byPrecision(log1pLanes, log1pDouble),
  gradient: (g, { inputs: [a] }, dy) => [g.div(dy, g.add(g.constant(1, a), a))],
  samples: pointwise(
    {
      float32: [{ range: [-0.9, 5], edges: [...positive.edges!, 1e-5, -1e-5, 1e-20, -0.99999994, -2] }],
      float64: [
        { range: [-0.9, 5], edges: [...floatEdges, 1e-5, -1e-5, 1e-20, 1e300, -0.9999999999999999, -2] },
      ],
    },
    { wide: [{ range: [-1, 1e6] }] },
  ),
  cost: 25,
});

export const sqrt: Unary = unary("sqrt", {
  doc: "√a; NaN of negative numbers; the gradient at 0 is infinite",
  accepts: floats,
  meaning: Math.sqrt,
  wasm: (w, [a]) => w.sqrt(a),
  gradient: (g, node, dy) => [g.div(g.mul(dy, g.constant(0.5, dy)), node)],
  samples: pointwise({
    float32: [positive],
    float64: [{ range: [0, 1e6], edges: [...floatEdges, 1e300, 1e-300] }],
  }),
  cost: 4,
});

export const rsqrt: Unary = unary("rsqrt", {
  doc: "1 / √a; ∞ of 0, NaN of negative numbers",
  accepts: floats,
  meaning: (a) => 1 / Math.sqrt(a),
  wasm: (w, [a]) => w.div(w.constant(1, w.dtype(a)), w.sqrt(a)),
  // d a^(−1/2) = −½ a^(−1/2) / a
  gradient: (g, node, dy) => [g.mul(dy, g.mul(g.constant(-0.5, dy), g.div(node, node.inputs[0])))],
  samples: pointwise({
    float32: [positive],
    float64: [{ range: [0, 1e6], edges: [...floatEdges, 1e300, 1e-300] }],
  }),
  cost: 8,
});

// Circular and S-shaped functions

const angle: Domain = { range: [-4, 4], edges: [...floatEdges, Math.PI, Math.PI / 2, 100, 1e4] };

export const sin: Unary = unary("sin", {
  doc: "sin a, a in radians",
  accepts: float32Only,
  meaning: Math.sin,
  wasm: (w, [a]) => sinLanes(w, a),
  gradient: (g, { inputs: [a] }, dy) => [g.mul(dy, g.cos(a))],
  samples: pointwise({ float32: [angle] }, { wide: [{ range: [-1000, 1000] }] }),
  cost: 20,
});

export const cos: Unary = unary("cos", {
  doc: "cos a, a in radians",
  accepts: float32Only,
  meaning: Math.cos,
  wasm: (w, [a]) => cosLanes(w, a),
  gradient: (g, { inputs: [a] }, dy) => [g.neg(g.mul(dy, g.sin(a)))],
  samples: pointwise({ float32: [angle] }, { wide: [{ range: [-1000, 1000] }] }),
  cost: 20,
});

export const tanh: Unary = unary("tanh", {
  doc: "(e²ᵃ − 1) / (e²ᵃ + 1)",
  accepts: float32Only,
  meaning: Math.tanh,
  wasm: (w, [a]) => tanhLanes(w, a),
  gradient: (g, node, dy) => [g.mul(dy, g.sub(g.constant(1, node), g.mul(node, node)))],
  samples: pointwise(
    { float32: [{ range: [-3, 3], edges: [...floatEdges, 1e-5, 9, -9, 20, -100] }] },
    { wide: [{ range: [-12, 12] }] },
  ),
  cost: 25,
});

export const sigmoid: Unary = unary("sigmoid", {
  doc: "1 / (1 + e⁻ᵃ)",
  accepts: floats,
  meaning: sigmoid64,
  wasm: byPrecision(sigmoidLanes, sigmoidDouble),
  gradient: (g, node, dy) => [g.mul(dy, g.mul(node, g.sub(g.constant(1, node), node)))],
  samples: pointwise(
    {
      float32: [{ range: [-4, 4], edges: [...floatEdges, 17, 100, -17, -80, -88, -100, -104] }],
      float64: [{ range: [-4, 4], edges: [...floatEdges, 37, 100, -37, -700, -745, -746] }],
    },
    { wide: [{ range: [-90, 30] }] },
  ),
  cost: 20,
});

export const erf: Unary = unary("erf", {
  doc: "(2/√π) ∫₀ᵃ e^(−t²) dt",
  accepts: float32Only,
  meaning: erf64,
  wasm: (w, [a]) => erfLanes(w, a),
  gradient: (g, { inputs: [a] }, dy) => {
    const slope = g.mul(g.constant(2 / Math.sqrt(Math.PI), a), g.exp(g.neg(g.mul(a, a))));
    return [g.mul(dy, slope)];
  },
  samples: pointwise(
    { float32: [{ range: [-2.5, 2.5], edges: [...floatEdges, 1e-5, 3.9, 4, -4, 10] }] },
    { wide: [{ range: [-5, 5] }] },
  ),
  cost: 30,
});

export const stopGradient: Unary = unary("stopGradient", {
  doc: "a itself, as a constant to differentiation: no gradient runs through it",
  accepts: anyDtype,
  meaning: (a) => a,
  wasm: (_w, [a]) => a,
  samples: pointwise({ float32: [float], float64: [double], int32: [integer] }),
  cost: 0,
});

export const elementwise = {
  add,
  sub,
  mul,
  div,
  pow,
  minimum,
  maximum,
  neg,
  abs,
  relu,
  sign,
  floor,
  ceil,
  round,
  exp,
  expm1,
  log,
  log1p,
  sqrt,
  rsqrt,
  sin,
  cos,
  tanh,
  sigmoid,
  erf,
  stopGradient,
};
