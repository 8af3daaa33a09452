/**
 * exp, log, tanh and their kin, four float32 elements at a time, in the vocabulary of Wasm lines.
 *
 * Every function takes and gives float32, is within 2 units in the last place of float64 `Math` over its whole domain,
 * takes and gives subnormal numbers, and passes NaN on (`expNonPositiveLanes` promises less). The largest error found stands with each function, for
 * multiply-adds that round once / twice: measured in Wasm on one in 64 of all floats, evenly spread (pow: 16 million pairs).
 *
 * Polynomials are minimax fits: Remez exchange in 40-digit arithmetic on the stated interval for the stated weight,
 * coefficients then rounded, lowest power first. The fit's own error is given as a power of two.
 */
import type { Lanes } from "../graph/op.ts";

/** c[0] + c[1] x + c[2] x² + … from the highest power down. */
function horner<V>(w: Lanes<V>, x: V, coefficients: readonly number[]): V {
  const terms = coefficients.map((c) => w.constant(c, w.dtype(x)));
  return terms.reduceRight((sum, term) => w.fma(sum, x, term));
}

const float = <V>(w: Lanes<V>, value: number): V => w.constant(value, "float32");
const int = <V>(w: Lanes<V>, value: number): V => w.constant(value, "int32");
const double = <V>(w: Lanes<V>, value: number): V => w.constant(value, "float64");

/** The sign bit of x as a float: +0 or -0. */
const signOf = <V>(w: Lanes<V>, x: V): V => w.and(x, float(w, -0));
/** 1.0 as bits: an integer n shifted to the exponent and added to it gives 2^n. */
const oneBits = 0x3f800000;
const exponentShift = 23;

// exp

/** 1.5 · 2^23: a float near it has a unit of 1, so adding it rounds to a whole number, which stands in its low bits. */
const roundingShift = 12582912;
/** ln 2 in two parts; the first has 15 bits, so that its product with a whole number up to 2^9 is exact. */
const ln2High = 0.693145751953125;
const ln2Low = 1.42860676533018e-6;
/** (eʳ − 1 − r) / r² on |r| ≤ ln 2 / 2, error relative to eʳ: 2^-27.9. */
const expTail = [
  0.49999994039535522, 0.16666519641876221, 0.041668400168418884, 0.0083688516169786453,
  0.0013814335688948631,
];

/** x = n ln 2 + r with |r| ≤ ln 2 / 2 and n whole, |n| < 2^9; `ticks` is an int32 with n + `bias` in its low 22 bits. */
function reduceByLn2<V>(w: Lanes<V>, x: V, bias = 0): { r: V; ticks: V } {
  const shift = float(w, roundingShift + bias);
  const shifted = w.fma(x, float(w, Math.LOG2E), shift);
  const n = w.sub(shifted, shift);
  const r = w.fma(n, float(w, -ln2Low), w.fma(n, float(w, -ln2High), x));
  return { r, ticks: w.bitcast(shifted, "int32") };
}

/** eʳ on |r| ≤ ln 2 / 2. */
const expReduced = <V>(w: Lanes<V>, r: V): V => horner(w, r, [1, 1, ...expTail]);

/** 2^n as a float for -127 < n < 128, and 0 for -127. Only the low 9 bits of `ticks` survive the shift. */
const powerOfTwo = <V>(w: Lanes<V>, ticks: V): V =>
  w.bitcast(w.add(w.shiftLeft(ticks, exponentShift), int(w, oneBits)), "float32");

/** a · 2^n by two factors, so that results that overflow or are subnormal come out as they should. */
function scaleByPowerOfTwo<V>(w: Lanes<V>, a: V, ticks: V): V {
  const half = w.shiftRightUnsigned(ticks, 1);
  return w.mul(w.mul(a, powerOfTwo(w, half)), powerOfTwo(w, w.sub(ticks, half)));
}

/**
 * Beyond them the result is 0 or infinite; NaN, as first operand of the clamps, stays. The result is 0 from -104 on, but
 * at -176 both factors of the scaling are 0 themselves: masked scores (-∞, -1e9) then cost no underflow, which the
 * processor handles many times slower than a product.
 */
const expLowest = -176;
const expHighest = 89;

/** eˣ = 2^n eʳ. Max error 0.88 / 1.18 ulp. */
export function expLanes<V>(w: Lanes<V>, x: V): V {
  return expOfClamped(w, w.pmin(w.pmax(x, float(w, expLowest)), float(w, expHighest)));
}

function expOfClamped<V>(w: Lanes<V>, x: V): V {
  const { r, ticks } = reduceByLn2(w, x);
  return scaleByPowerOfTwo(w, expReduced(w, r), ticks);
}

/** eˣ for |x| ≤ 87, where one factor scales. */
function expOfModerate<V>(w: Lanes<V>, x: V): V {
  const { r, ticks } = reduceByLn2(w, x);
  return w.mul(expReduced(w, r), powerOfTwo(w, ticks));
}

/** A float's exponent is stored with this added: n + 127, shifted to its place, is 2^n, and 0 for n = −127. */
const exponentBias = 127;
const expNonPositiveLowest = -exponentBias * Math.LN2;
/** (eʳ − 1) / r on |r| ≤ ln 2 / 2, error of eʳ: 2^-23.0, less below 0, where eʳ has smaller units. */
const expSlope = [
  0.9999995827674866, 0.49999138712882996, 0.1666785180568695, 0.0418991819024086, 0.00828261487185955,
];

/**
 * eˣ of x ≤ 0 in three fifths of the instructions: a polynomial one degree lower, and one power of two. Exactly 1 at 0, and
 * 0 at −∞; below −87.3, where results are subnormal, they may be 0. Max error 1.93 / 2.20 ulp above.
 */
export function expNonPositiveLanes<V>(w: Lanes<V>, x: V): V {
  const { r, ticks } = reduceByLn2(w, w.pmax(x, float(w, expNonPositiveLowest)), exponentBias);
  const scale = w.bitcast(w.shiftLeft(ticks, exponentShift), "float32");
  return w.mul(horner(w, r, [1, ...expSlope]), scale);
}

/** (eʳ − 1 − r) / r² on |r| ≤ ln 2 / 2, error relative to eʳ − 1: 2^-28.7. */
const expm1Tail = [
  0.5, 0.1666666567325592, 0.041666358709335327, 0.0083333896473050117, 0.0013940823264420033,
  0.00019845891802106053,
];

/** eˣ − 1 = 2 (2^(n−1) (eʳ − 1) + 2^(n−1) − ½): halved, 2^n does not overflow before the result does. Max error 1.44 / 1.44 ulp. */
export function expm1Lanes<V>(w: Lanes<V>, x: V): V {
  // Below -18 the result is -1.
  const { r, ticks } = reduceByLn2(w, w.pmin(w.pmax(x, float(w, -18)), float(w, expHighest)));
  const reduced = w.fma(w.mul(r, r), horner(w, r, expm1Tail), r);
  const scale = powerOfTwo(w, w.sub(ticks, int(w, 1)));
  const half = w.fma(scale, reduced, w.sub(scale, float(w, 0.5)));
  // So near 0 the result is x; the long way would lose the sign of zero and the last bit of subnormals.
  return w.select(w.less(w.abs(x), float(w, 2 ** -25)), x, w.add(half, half));
}

// log

/** (ln(1 + f) − f + f²/2) / f³ on |f| ≤ 1/3, error relative to ln(1 + f): 2^-27.5. */
const logTail = [
  0.33333215117454529, -0.24999797344207764, 0.20010405778884888, -0.16680486500263214, 0.14005869626998901,
  -0.12184262275695801, 0.13984435796737671, -0.12891681492328644,
];
const smallestNormal = 2 ** -126;
const twoThirdsBits = 0x3f2aaaab;

/** A positive normal float as 2^e m with 2/3 ≤ m < 4/3; e is an int32. */
function splitExponent<V>(w: Lanes<V>, x: V): { e: V; m: V } {
  const bits = w.bitcast(x, "int32");
  const e = w.shiftRightSigned(w.sub(bits, int(w, twoThirdsBits)), exponentShift);
  return { e, m: w.bitcast(w.sub(bits, w.shiftLeft(e, exponentShift)), "float32") };
}

/** The same for any positive float; e is a float32. Subnormals are made normal first. */
function splitAnyExponent<V>(w: Lanes<V>, x: V): { e: V; m: V } {
  const tiny = w.less(x, float(w, smallestNormal));
  const { e, m } = splitExponent(w, w.select(tiny, w.mul(x, float(w, 2 ** 23)), x));
  return { e: w.sub(w.convert(e, "float32"), w.and(float(w, 23), tiny)), m };
}

/** e ln 2 + ln(1 + f), small terms first. */
function logFromParts<V>(w: Lanes<V>, e: V, f: V): V {
  const square = w.mul(f, f);
  const tail = w.fma(w.mul(f, square), horner(w, f, logTail), w.mul(e, float(w, ln2Low)));
  const fraction = w.add(f, w.fma(square, float(w, -0.5), tail));
  return w.fma(e, float(w, ln2High), fraction);
}

/** `y` for finite x above `pole`; -∞ at the pole, NaN below, and x itself for infinity and NaN. */
function aboveThePole<V>(w: Lanes<V>, x: V, pole: number, y: V): V {
  const atPole = w.select(w.equal(x, float(w, pole)), float(w, -Infinity), float(w, NaN));
  const finite = w.select(w.less(x, float(w, Infinity)), y, x);
  return w.select(w.greater(x, float(w, pole)), finite, atPole);
}

/** ln x = e ln 2 + ln m for x = 2^e m. Max error 0.82 / 0.83 ulp. */
export function logLanes<V>(w: Lanes<V>, x: V): V {
  const { e, m } = splitAnyExponent(w, x);
  return aboveThePole(w, x, 0, logFromParts(w, e, w.sub(m, float(w, 1))));
}

/**
 * ln(1 + x): the logarithm of u = 1 + x, rounded, with the rounding error c put back: 1 + x = 2^e (m + c 2^-e).
 * Max error 1.52 / 1.51 ulp.
 */
export function log1pLanes<V>(w: Lanes<V>, x: V): V {
  const one = float(w, 1);
  const u = w.add(one, x);
  // Knuth's two-sum: the error of the sum, exactly, whichever operand is larger.
  const xInU = w.sub(u, one);
  const c = w.add(w.sub(one, w.sub(u, xInU)), w.sub(x, xInU));
  const { e, m } = splitExponent(w, u);
  const inverse = powerOfTwo(w, w.sub(int(w, 0), e));
  // From 2^26 on c is too small to count, and 2^-e may not be a float any more.
  const correction = w.and(w.mul(c, inverse), w.less(x, float(w, 2 ** 26)));
  const f = w.add(w.sub(m, one), correction);
  const y = logFromParts(w, w.convert(e, "float32"), f);
  return aboveThePole(w, x, -1, w.or(y, signOf(w, x)));
}

// S-shaped functions

/** (tanh x − x) / x³ in x² on x ≤ 0.625, error relative to tanh x: 2^-32.4. */
const tanhTail = [
  -0.33333331346511841, 0.13333220779895782, -0.053948178887367249, 0.021706894040107727,
  -0.0081900134682655334, 0.0021526841446757317,
];

/** An odd polynomial near 0, 1 − 2 / (e^(2x) + 1) beyond. Max error 1.34 / 1.35 ulp. */
export function tanhLanes<V>(w: Lanes<V>, x: V): V {
  const size = w.abs(x);
  const square = w.mul(size, size);
  const near = w.fma(w.mul(size, square), horner(w, square, tanhTail), size);
  // From 10 on the result is 1.
  const clamped = w.pmin(size, float(w, 10));
  const one = float(w, 1);
  const exponential = expOfModerate(w, w.add(clamped, clamped));
  const far = w.sub(one, w.div(float(w, 2), w.add(exponential, one)));
  return w.or(w.select(w.less(size, float(w, 0.625)), near, far), signOf(w, x));
}

/**
 * With e = e^-|x|, which never overflows: 1 − e/(1 + e) for x ≥ 0, and e − e · e/(1 + e) for x < 0, where the plain
 * e/(1 + e) would add the roundings of sum and quotient to that of e. Very negative arguments keep their digits down to
 * the smallest subnormal. Max error 1.58 / 1.87 ulp.
 */
export function sigmoidLanes<V>(w: Lanes<V>, x: V): V {
  const minusSize = w.or(x, float(w, -0));
  const exponential = expOfClamped(w, w.pmax(minusSize, float(w, expLowest)));
  const factor = w.select(w.less(x, float(w, 0)), exponential, float(w, 1));
  const minusShare = w.div(exponential, w.sub(float(w, -1), exponential));
  return w.fma(factor, minusShare, factor);
}

/** erf x / x − 1 in x² on x ≤ 1, error relative to erf x: 2^-29.4. */
const erfNear = [
  0.12837916612625122, -0.37612625956535339, 0.11283578723669052, -0.026853347197175026,
  0.0051871621981263161, -0.00079978530993685126, 7.8069038863759488e-5,
];
/** −ln(1 − erf x) on 1 ≤ x ≤ 4, error of erf x: 2^-29.8. */
const erfFar = [
  0.00035372294951230288, 1.1270400285720825, 0.63822567462921143, 0.10303738713264465, -0.021805336698889732,
  0.0029396149329841137, -0.00018557517614681274,
];

/** An odd polynomial up to 1, 1 − e^(−p(x)) beyond. Max error 1.01 / 1.27 ulp. */
export function erfLanes<V>(w: Lanes<V>, x: V): V {
  const size = w.abs(x);
  const near = w.fma(size, horner(w, w.mul(size, size), erfNear), size);
  // From 4 on the result is 1.
  const exponential = expOfModerate(w, w.neg(horner(w, w.pmin(size, float(w, 4)), erfFar)));
  const far = w.sub(float(w, 1), exponential);
  return w.or(w.select(w.less(size, float(w, 1)), near, far), signOf(w, x));
}

// sin and cos

/**
 * 1 / 2π in pieces of 29 bits: the product of a piece and a float32 (24 bits) is exact in float64. Six pieces reach
 * 2^-176, which is enough for the largest float, 2^128.
 */
const turnPieces = [
  0.15915494272485375, 3.6704158115630214e-10, 5.690025167992954e-19, 1.4703036846932608e-27,
  2.5867171752090537e-36, 9.458140877728297e-46,
];
/** (sin r − r) / r³ in r² on |r| ≤ π/4: 2^-37.6. */
const sinTail = [-0.16666666641606787, 0.0083333293835571969, -0.0001983933407469884, 2.7183041474503185e-6];
/** (cos r − 1) / r² in r² on |r| ≤ π/4: 2^-43.9. */
const cosTail = [
  -0.49999999999544675, 0.041666666562000299, -0.0013888881074359612, 2.479904008547976e-5,
  -2.7180029835270278e-7,
];

/**
 * |x| as a number of quarter turns and a rest |r| ≤ π/4 in float64, for any float32: in each product of |x| with a piece
 * of 1/2π whole turns are dropped, which is exact, and the fractions are added with their rounding errors kept.
 */
function reduceToQuarterTurn<V>(w: Lanes<V>, x: V): { r: V; quarter: V } {
  const size = w.convert(w.abs(x), "float64");
  const [first, ...others] = turnPieces.map((piece) => {
    const turns = w.mul(size, double(w, piece));
    return w.sub(turns, w.nearest(turns));
  });
  let sum = first;
  let error = double(w, 0);
  for (const fraction of others) {
    // Dekker's fast two-sum; it is exact here because `sum` is a multiple of the last bit of any fraction to come.
    const next = w.add(sum, fraction);
    error = w.add(error, w.sub(fraction, w.sub(next, sum)));
    sum = next;
  }
  const quarters = w.nearest(w.mul(sum, double(w, 4)));
  const rest = w.add(w.sub(sum, w.mul(quarters, double(w, 0.25))), error);
  return { r: w.mul(rest, double(w, 2 * Math.PI)), quarter: w.convert(quarters, "int32") };
}

/** sin(r + quarter π/2) for a quarter count of any sign: an odd one swaps sin and cos, bit 1 turns the sign. */
function sinOfQuarter<V>(w: Lanes<V>, r: V, quarter: V): V {
  const square = w.mul(r, r);
  const sine = w.fma(w.mul(r, square), horner(w, square, sinTail), r);
  const cosine = w.fma(square, horner(w, square, cosTail), double(w, 1));
  const odd = w.bitcast(w.shiftRightSigned(w.shiftLeft(quarter, 31), 31), "bool");
  const size = w.convert(w.select(odd, cosine, sine), "float32");
  const sign = w.bitcast(w.shiftLeft(w.shiftRightSigned(quarter, 1), 31), "float32");
  return w.xor(size, sign);
}

/** By float64 polynomials after exact reduction: the largest floats keep all digits; NaN at infinity. Max error 0.51 / 0.51 ulp. */
export function sinLanes<V>(w: Lanes<V>, x: V): V {
  const { r, quarter } = reduceToQuarterTurn(w, x);
  return w.xor(sinOfQuarter(w, r, quarter), signOf(w, x));
}

/** As sin, a quarter turn ahead. Max error 0.51 / 0.51 ulp. */
export function cosLanes<V>(w: Lanes<V>, x: V): V {
  const { r, quarter } = reduceToQuarterTurn(w, x);
  return sinOfQuarter(w, r, w.add(quarter, int(w, 1)));
}

// pow

/** log2(m) / s in s² for s = (m − 1) / (m + 1) on 2/3 ≤ m ≤ 4/3: 2^-41.8. */
const log2Tail = [
  2.8853900817774205, 0.96179669483178765, 0.57707775410204121, 0.41222629322102883, 0.31928117656368149,
  0.29087425867441769,
];
/** (2^f − 1) / f on |f| ≤ ½, error relative to 2^f: 2^-28.9. */
const exp2Tail = [
  0.69314720288037523, 0.24022647910115241, 0.055503324106986177, 0.0096184376325315155,
  0.0013398899863126534, 0.00015353333333450068,
];

/** log2|x| in float64; -∞ of 0, NaN and infinity as they are. */
function log2OfSize<V>(w: Lanes<V>, size: V): V {
  const { e, m } = splitAnyExponent(w, size);
  const one = double(w, 1);
  const mantissa = w.convert(m, "float64");
  const s = w.div(w.sub(mantissa, one), w.add(mantissa, one));
  const y = w.fma(s, horner(w, w.mul(s, s), log2Tail), w.convert(e, "float64"));
  const finite = w.select(w.less(size, float(w, Infinity)), y, w.convert(size, "float64"));
  return w.select(w.equal(size, float(w, 0)), double(w, -Infinity), finite);
}

/** 2^t of a float64, as float32. */
function exp2Wide<V>(w: Lanes<V>, t: V): V {
  // Beyond ±160 a float32 is 0 or infinite; NaN fails both comparisons and stays.
  const [low, high] = [double(w, -160), double(w, 160)];
  const raised = w.select(w.less(t, low), low, t);
  const clamped = w.select(w.greater(raised, high), high, raised);
  const whole = w.nearest(clamped);
  const fraction = w.sub(clamped, whole);
  const power = w.fma(fraction, horner(w, fraction, exp2Tail), double(w, 1));
  const n = w.convert(whole, "int32");
  const half = w.shiftRightSigned(n, 1);
  const factors = [half, w.sub(n, half)].map((part) => w.convert(powerOfTwo(w, part), "float64"));
  return w.convert(w.mul(w.mul(power, factors[0]), factors[1]), "float32");
}

/**
 * |x|^y = 2^(y log2|x|) in float64, with the sign and the special cases of IEEE 754: x⁰ and 1^y are 1 even for NaN, as
 * is (−1)^±∞; a negative base takes whole exponents only, odd ones give a negative result; 0 and ∞ follow their limits.
 * Max error 0.54 / 0.54 ulp.
 */
export function powLanes<V>(w: Lanes<V>, x: V, y: V): V {
  const [zero, one, infinity] = [float(w, 0), float(w, 1), float(w, Infinity)];
  const [base, exponent] = [w.abs(x), w.abs(y)];
  const size = exp2Wide(w, w.mul(w.convert(y, "float64"), log2OfSize(w, base)));

  const whole = w.equal(w.trunc(y), y);
  // From 2^24 on all floats are even, and conversion, which saturates, would call some odd.
  const lowBit = w.bitcast(w.shiftLeft(w.convert(y, "int32"), 31), "float32");
  const oddSign = w.and(lowBit, w.and(whole, w.less(exponent, float(w, 2 ** 24))));
  const signed = w.or(size, w.and(x, oddSign));

  const outside = w.andNot(w.and(w.less(x, zero), w.less(base, infinity)), whole);
  const defined = w.select(outside, float(w, NaN), signed);

  const oneOfBase = w.and(w.equal(base, one), w.or(w.equal(x, one), w.equal(exponent, infinity)));
  return w.select(w.or(w.equal(y, zero), oneOfBase), one, defined);
}
