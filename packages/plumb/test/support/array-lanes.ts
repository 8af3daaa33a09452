/**
 * `Lanes` in plain JavaScript, over arrays of any length: what a Wasm line computes, without Wasm. float32 results are
 * rounded by the array that holds them; `fma` rounds once or twice as told.
 */
import type { DType } from "../../src/base/dtype.ts";
import type { Lanes } from "../../src/graph/op.ts";

/** bool is a mask, 0 or -1. */
export interface ArrayLane {
  readonly dtype: DType;
  readonly values: Float32Array | Float64Array | Int32Array;
}

type Unary = (a: number) => number;
type Binary = (a: number, b: number) => number;

export class ArrayLanes implements Lanes<ArrayLane> {
  readonly fused: boolean;
  readonly #length: number;

  constructor(length: number, fused: boolean) {
    this.#length = length;
    this.fused = fused;
  }

  #empty(dtype: DType): ArrayLane {
    if (dtype === "float32") return { dtype, values: new Float32Array(this.#length) };
    if (dtype === "float64") return { dtype, values: new Float64Array(this.#length) };
    return { dtype, values: new Int32Array(this.#length) };
  }

  #unary(dtype: DType, a: ArrayLane, of: Unary): ArrayLane {
    const out = this.#empty(dtype);
    for (let i = 0; i < this.#length; i++) out.values[i] = of(a.values[i]);
    return out;
  }

  #binary(dtype: DType, a: ArrayLane, b: ArrayLane, of: Binary): ArrayLane {
    if (a.dtype !== b.dtype) throw new Error(`dtypes differ: ${a.dtype} and ${b.dtype}`);
    const out = this.#empty(dtype);
    for (let i = 0; i < this.#length; i++) out.values[i] = of(a.values[i], b.values[i]);
    return out;
  }

  /** On 32-bit patterns; operands may differ in dtype. */
  #bitwise(a: ArrayLane, b: ArrayLane, of: Binary): ArrayLane {
    const [x, y] = [bitsOf(a), bitsOf(b)];
    return this.bitcast({ dtype: "int32", values: x.map((bits, i) => of(bits, y[i])) }, a.dtype);
  }

  #shift(a: ArrayLane, of: Unary): ArrayLane {
    if (a.dtype !== "int32") throw new Error(`${a.dtype} does not shift`);
    return this.#unary("int32", a, of);
  }

  constant(value: number, dtype: DType): ArrayLane {
    const out = this.#empty(dtype);
    out.values.fill(dtype === "bool" ? -Number(value !== 0) : value);
    return out;
  }
  dtype(a: ArrayLane): DType {
    return a.dtype;
  }

  add(a: ArrayLane, b: ArrayLane): ArrayLane {
    return this.#binary(a.dtype, a, b, (x, y) => x + y);
  }
  sub(a: ArrayLane, b: ArrayLane): ArrayLane {
    return this.#binary(a.dtype, a, b, (x, y) => x - y);
  }
  mul(a: ArrayLane, b: ArrayLane): ArrayLane {
    return this.#binary(a.dtype, a, b, a.dtype === "int32" ? Math.imul : (x, y) => x * y);
  }
  div(a: ArrayLane, b: ArrayLane): ArrayLane {
    if (a.dtype === "int32") throw new Error("int32 does not divide");
    return this.#binary(a.dtype, a, b, (x, y) => x / y);
  }
  fma(a: ArrayLane, b: ArrayLane, c: ArrayLane): ArrayLane {
    if (!this.fused || a.dtype !== "float32") return this.add(this.mul(a, b), c);
    const out = this.#empty("float32");
    for (let i = 0; i < this.#length; i++)
      out.values[i] = fusedMultiplyAdd(a.values[i], b.values[i], c.values[i]);
    return out;
  }
  neg(a: ArrayLane): ArrayLane {
    return this.#unary(a.dtype, a, (x) => -x);
  }
  abs(a: ArrayLane): ArrayLane {
    return this.#unary(a.dtype, a, Math.abs);
  }
  sqrt(a: ArrayLane): ArrayLane {
    return this.#unary(a.dtype, a, Math.sqrt);
  }
  min(a: ArrayLane, b: ArrayLane): ArrayLane {
    return this.#binary(a.dtype, a, b, Math.min);
  }
  max(a: ArrayLane, b: ArrayLane): ArrayLane {
    return this.#binary(a.dtype, a, b, Math.max);
  }
  pmin(a: ArrayLane, b: ArrayLane): ArrayLane {
    return this.#binary(a.dtype, a, b, (x, y) => (y < x ? y : x));
  }
  pmax(a: ArrayLane, b: ArrayLane): ArrayLane {
    return this.#binary(a.dtype, a, b, (x, y) => (x < y ? y : x));
  }
  minUnsigned(a: ArrayLane, b: ArrayLane): ArrayLane {
    return this.#binary("int32", a, b, (x, y) => Math.min(x >>> 0, y >>> 0));
  }
  maxUnsigned(a: ArrayLane, b: ArrayLane): ArrayLane {
    return this.#binary("int32", a, b, (x, y) => Math.max(x >>> 0, y >>> 0));
  }
  floor(a: ArrayLane): ArrayLane {
    return this.#unary(a.dtype, a, Math.floor);
  }
  ceil(a: ArrayLane): ArrayLane {
    return this.#unary(a.dtype, a, Math.ceil);
  }
  trunc(a: ArrayLane): ArrayLane {
    return this.#unary(a.dtype, a, Math.trunc);
  }
  nearest(a: ArrayLane): ArrayLane {
    return this.#unary(a.dtype, a, nearestEven);
  }

  equal(a: ArrayLane, b: ArrayLane): ArrayLane {
    return this.#binary("bool", a, b, (x, y) => -Number(x === y));
  }
  notEqual(a: ArrayLane, b: ArrayLane): ArrayLane {
    return this.#binary("bool", a, b, (x, y) => -Number(x !== y));
  }
  less(a: ArrayLane, b: ArrayLane): ArrayLane {
    if (a.dtype === "bool") return this.andNot(b, a);
    return this.#binary("bool", a, b, (x, y) => -Number(x < y));
  }
  lessEqual(a: ArrayLane, b: ArrayLane): ArrayLane {
    if (a.dtype === "bool") return this.or(b, this.not(a));
    return this.#binary("bool", a, b, (x, y) => -Number(x <= y));
  }
  greater(a: ArrayLane, b: ArrayLane): ArrayLane {
    return this.less(b, a);
  }
  greaterEqual(a: ArrayLane, b: ArrayLane): ArrayLane {
    return this.lessEqual(b, a);
  }

  and(a: ArrayLane, b: ArrayLane): ArrayLane {
    return this.#bitwise(a, b, (x, y) => x & y);
  }
  or(a: ArrayLane, b: ArrayLane): ArrayLane {
    return this.#bitwise(a, b, (x, y) => x | y);
  }
  xor(a: ArrayLane, b: ArrayLane): ArrayLane {
    return this.#bitwise(a, b, (x, y) => x ^ y);
  }
  andNot(a: ArrayLane, b: ArrayLane): ArrayLane {
    return this.#bitwise(a, b, (x, y) => x & ~y);
  }
  not(a: ArrayLane): ArrayLane {
    return this.#bitwise(a, a, (x) => ~x);
  }
  select(mask: ArrayLane, a: ArrayLane, b: ArrayLane): ArrayLane {
    if (mask.dtype !== "bool") throw new Error(`${mask.dtype} does not select`);
    if (a.dtype !== b.dtype) throw new Error(`dtypes differ: ${a.dtype} and ${b.dtype}`);
    const out = this.#empty(a.dtype);
    for (let i = 0; i < this.#length; i++) out.values[i] = mask.values[i] ? a.values[i] : b.values[i];
    return out;
  }
  shiftLeft(a: ArrayLane, count: number): ArrayLane {
    return this.#shift(a, (x) => x << count);
  }
  shiftRightSigned(a: ArrayLane, count: number): ArrayLane {
    return this.#shift(a, (x) => x >> count);
  }
  shiftRightUnsigned(a: ArrayLane, count: number): ArrayLane {
    return this.#shift(a, (x) => x >>> count);
  }

  bitcast(a: ArrayLane, dtype: DType): ArrayLane {
    const bits = bitsOf(a);
    return dtype === "float32" ? { dtype, values: new Float32Array(bits.buffer) } : { dtype, values: bits };
  }

  convert(a: ArrayLane, dtype: DType): ArrayLane {
    if (a.dtype === dtype) return a;
    if (dtype === "bool") return this.#unary("bool", a, (x) => -Number(x !== 0));
    if (a.dtype === "bool") return this.#unary(dtype, a, (x) => (x ? 1 : 0));
    if (dtype === "int32") return this.#unary("int32", a, truncateSaturating);
    return this.#unary(dtype, a, (x) => x);
  }
}

/** A copy of the bits of a 32-bit value. */
function bitsOf(a: ArrayLane): Int32Array<ArrayBuffer> {
  if (a.dtype === "float64") throw new Error("float64 has no 32-bit pattern");
  const copy = a.values.slice();
  return new Int32Array(copy.buffer as ArrayBuffer);
}

function truncateSaturating(x: number): number {
  if (Number.isNaN(x)) return 0;
  return Math.min(Math.max(Math.trunc(x), -(2 ** 31)), 2 ** 31 - 1);
}

/** Adding and taking away 2^52 leaves a whole number, rounded as the addition rounds: to even. */
function nearestEven(x: number): number {
  if (!(Math.abs(x) < 2 ** 52)) return x;
  const size = Math.abs(x) + 2 ** 52 - 2 ** 52;
  return x < 0 || Object.is(x, -0) ? -size : size;
}

const double = new Float64Array(1);
const words = new Uint32Array(double.buffer);

/**
 * a · b + c of float32 numbers, as a double that rounds to the float32 that one rounding gives: the product is exact in
 * a double, and the sum is rounded to odd, so that the second rounding, to float32, sees that something was cut off.
 */
export function fusedMultiplyAdd(a: number, b: number, c: number): number {
  const product = a * b;
  const sum = product + c;
  const cInSum = sum - product;
  const error = product - (sum - cInSum) + (c - cInSum);
  if (!Number.isFinite(sum) || error === 0) return sum;
  double[0] = sum;
  if (words[0] & 1) return sum;
  if (error > 0 === sum > 0) words[0] += 1;
  else if (words[0] > 0) words[0] -= 1;
  else {
    words[1] -= 1;
    words[0] = 0xffffffff;
  }
  return double[0];
}
