/** The functions of ops/vector-math.ts with their truths and the arguments at which each is likeliest to go wrong. */
import type { Lanes } from "../../src/graph/op.ts";
import { erf, pow } from "../../src/ops/scalar-math.ts";
import * as lines from "../../src/ops/vector-math.ts";

export interface VectorMathCase {
  readonly name: string;
  readonly lanes: <V>(w: Lanes<V>, x: V, y: V) => V;
  readonly truth: (x: number, y: number) => number;
  /** Units in the last place that the result may be away from the truth. */
  readonly ulp: number;
  /** Arguments; the second list is used by pow only. */
  readonly points: () => readonly [x: Float32Array, y: Float32Array];
}

const sigmoid = (x: number): number => (x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x)));

/** Numbers in [0, 1), the same ones at every run (Numerical Recipes' linear congruential generator). */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

const specials = [
  NaN,
  Infinity,
  -Infinity,
  0,
  -0,
  1,
  -1,
  2 ** -149,
  -(2 ** -149),
  3.4028234663852886e38,
  -3.4028234663852886e38,
];

/** Every exponent with random mantissas and both signs, the special values, and the floats around each critical point. */
function sweep(critical: readonly number[]): Float32Array {
  const random = generator(1);
  const perExponent = 64;
  const around = 100;
  const points = new Float32Array(
    2 * 255 * perExponent + specials.length + critical.length * (2 * around + 1),
  );
  const bits = new Uint32Array(points.buffer);
  let at = 0;
  for (const sign of [0, 1])
    for (let exponent = 0; exponent < 255; exponent++)
      for (let i = 0; i < perExponent; i++)
        bits[at++] = ((sign << 31) | (exponent << 23) | Math.floor(random() * 2 ** 23)) >>> 0;
  points.set(specials, at);
  at += specials.length;
  for (const point of critical) {
    points[at] = point;
    const centre = bits[at];
    for (let i = -around; i <= around; i++) bits[at++] = centre + i;
  }
  return points;
}

/** Powers whose logarithms spread over the range of float32, whole exponents of small bases, and all pairs of special values. */
function powPoints(): readonly [Float32Array, Float32Array] {
  const random = generator(2);
  const edges = [
    ...specials,
    2,
    -2,
    0.5,
    -0.5,
    3,
    -3,
    1.5,
    -1.5,
    1e10,
    16777215,
    -16777215,
    16777216,
    101,
    1.0000001,
  ];
  const pairs = edges.flatMap((x) => edges.map((y) => [x, y]));
  const bases = sweep([1]);
  for (const x of bases.filter((base) => base > 0 && base !== 1 && base < Infinity))
    pairs.push([x, ((2 * random() - 1) * 150) / Math.log2(x)]);
  for (let i = 0; i < 4000; i++) pairs.push([200 * random() - 100, Math.round(40 * random() - 20)]);
  return [Float32Array.from(pairs, ([x]) => x), Float32Array.from(pairs, ([, y]) => y)];
}

const unary = (
  name: string,
  lanes: <V>(w: Lanes<V>, x: V) => V,
  truth: (x: number) => number,
  critical: readonly number[],
  { ulp = 2, knows = () => true }: { ulp?: number; knows?: (x: number) => boolean } = {},
): VectorMathCase => ({
  name,
  lanes,
  truth,
  ulp,
  points: () => {
    const x = sweep(critical).filter(knows);
    return [x, x];
  },
});

const { LN2, PI } = Math;
const angles = [PI / 4, PI / 2, -PI / 2, PI, -PI, 2 * PI, 1000 * PI, 1000.5 * PI, 1e6, 2 ** 25 * PI];
/** The floats nearest to a multiple of π/2 (from the continued fractions of 2^e · 2/π): odd multiples, then even ones. */
const nearOddQuarters = [7.729178919452902e28, 21999384576, 4.638183382783466e25];
const nearEvenQuarters = [1.5458357838905804e29, 43998769152, 3.0916715677811608e29];

export const vectorMathCases: readonly VectorMathCase[] = [
  unary("exp", lines.expLanes, Math.exp, [
    LN2 / 2,
    -LN2 / 2,
    88.72284,
    -87.33655,
    -88,
    -103.2789,
    -103.97208,
    -104,
    89,
  ]),
  unary("expNonPositive", lines.expNonPositiveLanes, Math.exp, [LN2 / -2, -1.5 * LN2, -87.33654, -104], {
    ulp: 2.5,
    // Results below 2^-126 may be 0.
    knows: (x) => !(x > 0) && !(x < -126 * LN2 && x > -150 * LN2),
  }),
  unary("expm1", lines.expm1Lanes, Math.expm1, [
    LN2 / 2,
    -LN2 / 2,
    1.5 * LN2,
    88.72284,
    -17.3,
    -18,
    2 ** -25,
    -(2 ** -25),
  ]),
  unary("log", lines.logLanes, Math.log, [1, 2 / 3, 4 / 3, 2, 0.5, 2 ** -126, 2 ** -127]),
  unary("log1p", lines.log1pLanes, Math.log1p, [
    -1,
    -1 / 3,
    1 / 3,
    1,
    5 / 3,
    2 ** 24,
    2 ** 26,
    2 ** -24,
    -(2 ** -24),
    2 ** 127,
  ]),
  unary("sin", lines.sinLanes, Math.sin, [...angles, ...nearEvenQuarters]),
  unary("cos", lines.cosLanes, Math.cos, [...angles, ...nearOddQuarters]),
  unary("tanh", lines.tanhLanes, Math.tanh, [0.625, -0.625, 9.01, 10, -10, 44]),
  unary("sigmoid", lines.sigmoidLanes, sigmoid, [-1.13, -2.74, 17, -17, -87.33655, -88.72284, -103.97208]),
  unary("erf", lines.erfLanes, erf, [1, -1, 3.83, 4, -4]),
  { name: "pow", lanes: lines.powLanes, truth: pow, ulp: 2, points: powPoints },
];
