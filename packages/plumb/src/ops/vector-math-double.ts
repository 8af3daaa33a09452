/**
 * exp, log and their kin in double, for totals and for what was given in double, in the vocabulary of Wasm lines.
 *
 * Every function takes and gives float64, is within 2 units in the last place over its whole domain, takes and gives
 * subnormal numbers, and passes NaN on. There are no bits of doubles in the vocabulary: powers of two are made of float32
 * ones, by multiplication, and exponents are read after moving a number into float32's range, exactly.
 *
 * Polynomials and reductions are those of FreeBSD's msun (e_exp.c, e_log.c; Sun Microsystems 1993).
 */
import type { Lanes } from "../graph/op.ts";

const double = <V>(w: Lanes<V>, value: number): V => w.constant(value, "float64");
const int = <V>(w: Lanes<V>, value: number): V => w.constant(value, "int32");

/** c[0] + c[1] x + c[2] x² + … from the highest power down. */
const horner = <V>(w: Lanes<V>, x: V, coefficients: readonly number[]): V =>
  coefficients.map((c) => double(w, c)).reduceRight((sum, term) => w.fma(sum, x, term));

/** ln 2 in two parts; the first has 33 bits, so that its product with a whole number up to 2^20 is exact. */
const ln2High = 0.6931471803691238;
const ln2Low = 1.9082149292705877e-10;

const oneBits = 0x3f800000;
const exponentShift = 23;

/** 2^n of an int32 with |n| ≤ 126, in double. */
const smallPower = <V>(w: Lanes<V>, n: V): V =>
  w.convert(w.bitcast(w.add(w.shiftLeft(n, exponentShift), int(w, oneBits)), "float32"), "float64");

/** 2^n for |n| ≤ 1000: 2^n = (2^⌊n/8⌋)⁸ 2^(n mod 8). */
function powerOfTwo<V>(w: Lanes<V>, n: V): V {
  const eighth = w.shiftRightSigned(n, 3);
  const power = smallPower(w, eighth);
  const square = w.mul(power, power);
  const fourth = w.mul(square, square);
  return w.mul(w.mul(fourth, fourth), smallPower(w, w.sub(n, w.shiftLeft(eighth, 3))));
}

/** a · 2^n by two factors, so that results that overflow or are subnormal come out as they should, rounded once. */
function scaleByPowerOfTwo<V>(w: Lanes<V>, a: V, n: V): V {
  const half = w.shiftRightSigned(n, 1);
  return w.mul(w.mul(a, powerOfTwo(w, half)), powerOfTwo(w, w.sub(n, half)));
}

/** x within bounds; NaN fails both comparisons, and stays. */
const clamp = <V>(w: Lanes<V>, x: V, low: number, high: number): V => {
  const raised = w.select(w.less(x, double(w, low)), double(w, low), x);
  return w.select(w.greater(raised, double(w, high)), double(w, high), raised);
};

/** 2 − r (eʳ + 1) / (eʳ − 1) in r², by powers of r²: an even function, so that odd powers of r come for free. */
const expTail = [
  0.16666666666666602, -0.0027777777777015593, 6.613756321437934e-5, -1.6533902205465252e-6,
  4.1381367970572385e-8,
];

/** x = n ln 2 + r with |r| ≤ ln 2 / 2; gives eʳ − 1 and n, an int32. */
function expm1Reduced<V>(w: Lanes<V>, x: V): { fraction: V; n: V } {
  const whole = w.nearest(w.mul(x, double(w, Math.LOG2E)));
  const high = w.sub(x, w.mul(whole, double(w, ln2High)));
  const low = w.mul(whole, double(w, ln2Low));
  const r = w.sub(high, low);
  const square = w.mul(r, r);
  const c = w.sub(r, w.mul(square, horner(w, square, expTail)));
  // eʳ − 1 = r + r c / (2 − c), where r itself was rounded: high − low is what it stands for.
  const rest = w.div(w.mul(r, c), w.sub(double(w, 2), c));
  return { fraction: w.add(high, w.sub(rest, low)), n: w.convert(whole, "int32") };
}

/** eˣ = 2^n eʳ. Beyond the clamps the result is 0 or infinite. */
export function expDouble<V>(w: Lanes<V>, x: V): V {
  const { fraction, n } = expm1Reduced(w, clamp(w, x, -746, 710));
  return scaleByPowerOfTwo(w, w.add(double(w, 1), fraction), n);
}

/** eˣ − 1 = 2 (2^(n−1) (eʳ − 1) + 2^(n−1) − ½): halved, 2^n does not overflow before the result does. */
export function expm1Double<V>(w: Lanes<V>, x: V): V {
  // Below −40 the result is −1.
  const { fraction, n } = expm1Reduced(w, clamp(w, x, -40, 710));
  const scale = powerOfTwo(w, w.sub(n, int(w, 1)));
  const half = w.fma(scale, fraction, w.sub(scale, double(w, 0.5)));
  // Near 0 the result is x; the long way would lose the sign of zero and the last bit of subnormals.
  return w.select(w.less(w.abs(x), double(w, 2 ** -54)), x, w.add(half, half));
}

/** (log(1 + f) / s − 2) / s² in s² for s = f / (2 + f). */
const logTail = [
  0.6666666666666735, 0.3999999999940942, 0.2857142874366239, 0.22222198432149784, 0.1818357216161805,
  0.15313837699209373, 0.14798198605116586,
];
const rootHalfBits = 0x3f3504f3;

/** A positive finite number as 2^e m with √½ ≤ m < √2 (to the rounding of a float32); e is an int32. */
function splitExponent<V>(w: Lanes<V>, x: V): { e: V; m: V } {
  let [moved, e] = [x, int(w, 0)];
  for (const step of [512, 256, 128, 64]) {
    const large = w.greaterEqual(moved, double(w, 2 ** step));
    moved = w.select(large, w.mul(moved, double(w, 2 ** -step)), moved);
    e = w.add(e, w.and(int(w, step), large));
  }
  for (const step of [512, 512, 256, 128, 64]) {
    const small = w.less(moved, double(w, 2 ** -step));
    moved = w.select(small, w.mul(moved, double(w, 2 ** step)), moved);
    e = w.sub(e, w.and(int(w, step), small));
  }
  const bits = w.bitcast(w.convert(moved, "float32"), "int32");
  const rest = w.shiftRightSigned(w.sub(bits, int(w, rootHalfBits)), exponentShift);
  return { e: w.add(e, rest), m: w.mul(moved, smallPower(w, w.sub(int(w, 0), rest))) };
}

/** e ln 2 + log(1 + f) + `more`, small terms first. */
function logFromParts<V>(w: Lanes<V>, e: V, f: V, more: V): V {
  const s = w.div(f, w.add(double(w, 2), f));
  const square = w.mul(s, s);
  const halfSquare = w.mul(double(w, 0.5), w.mul(f, f));
  const tail = w.mul(s, w.add(halfSquare, w.mul(square, horner(w, square, logTail))));
  const exponent = w.convert(e, "float64");
  const low = w.add(w.add(w.mul(exponent, double(w, ln2Low)), more), tail);
  return w.add(w.mul(exponent, double(w, ln2High)), w.sub(f, w.sub(halfSquare, low)));
}

/** `y` for finite x above `pole`; -∞ at the pole, NaN below, and x itself for infinity and NaN. */
function aboveThePole<V>(w: Lanes<V>, x: V, pole: number, y: V): V {
  const atPole = w.select(w.equal(x, double(w, pole)), double(w, -Infinity), double(w, NaN));
  const finite = w.select(w.less(x, double(w, Infinity)), y, x);
  return w.select(w.greater(x, double(w, pole)), finite, atPole);
}

/** ln x = e ln 2 + ln m for x = 2^e m. */
export function logDouble<V>(w: Lanes<V>, x: V): V {
  const { e, m } = splitExponent(w, x);
  return aboveThePole(w, x, 0, logFromParts(w, e, w.sub(m, double(w, 1)), double(w, 0)));
}

/** ln(1 + x): the logarithm of u = 1 + x, rounded, and of 1 + c / u for the rounding error c. */
export function log1pDouble<V>(w: Lanes<V>, x: V): V {
  const one = double(w, 1);
  const u = w.add(one, x);
  // Knuth's two-sum: the error of the sum, exactly, whichever operand is larger.
  const xInU = w.sub(u, one);
  const c = w.add(w.sub(one, w.sub(u, xInU)), w.sub(x, xInU));
  const { e, m } = splitExponent(w, u);
  const y = logFromParts(w, e, w.sub(m, one), w.div(c, u));
  // So near 0 the result is x, with its sign and the last bit of subnormals.
  const near = w.less(w.abs(x), double(w, 2 ** -54));
  return aboveThePole(w, x, -1, w.select(near, x, y));
}

/** 1 / (1 + e^-|x|) for x ≥ 0, and e^-|x| times that for x < 0: nothing overflows, and small results keep their digits. */
export function sigmoidDouble<V>(w: Lanes<V>, x: V): V {
  const exponential = expDouble(w, w.neg(w.abs(x)));
  const share = w.div(double(w, 1), w.add(double(w, 1), exponential));
  return w.select(w.less(x, double(w, 0)), w.mul(exponential, share), share);
}
