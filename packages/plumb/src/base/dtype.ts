/**
 * The types an element of a tensor can have.
 *
 * - `float32`: the type of computation.
 * - `int32`: indices, labels and counts; arithmetic wraps at 32 bits.
 * - `bool`: results of comparisons.
 * - `float64`: totals and metric state only. Arithmetic, comparisons, sums and movement work on it; exp, log and
 *   their kin do not (the Wasm vector polynomials are made for float32).
 */
export type DType = "float32" | "int32" | "bool" | "float64";

/** The array a caller hands in or gets back for a tensor of each type; booleans are bytes 0 and 1. */
export interface HostArrays {
  float32: Float32Array;
  int32: Int32Array;
  bool: Uint8Array;
  float64: Float64Array;
}
/** The array of any dtype: what `data()` gives and typed data come as. */
export type HostArray = HostArrays[DType];

/** Bytes of one element inside the engine's memory. A bool is a lane mask (0 or -1) there, so that it can select. */
export const bytesOf: Readonly<Record<DType, number>> = { float32: 4, int32: 4, bool: 4, float64: 8 };

export const isFloat = (dtype: DType): boolean => dtype === "float32" || dtype === "float64";

const hostConstructors = {
  float32: Float32Array,
  int32: Int32Array,
  bool: Uint8Array,
  float64: Float64Array,
} as const;

/** A zeroed host array for `length` elements of `dtype`. */
export function hostArray<D extends DType>(dtype: D, length: number): HostArrays[D] {
  return new hostConstructors[dtype](length) as HostArrays[D];
}

/** The dtype whose host array `data` is, or undefined for arrays Plumb does not take (Uint16Array, BigInt64Array …). */
export function dtypeOf(data: ArrayBufferView): DType | undefined {
  if (data instanceof Float32Array) return "float32";
  if (data instanceof Int32Array) return "int32";
  if (data instanceof Uint8Array) return "bool";
  if (data instanceof Float64Array) return "float64";
  return undefined;
}

const promotionOrder: readonly DType[] = ["bool", "int32", "float32", "float64"];

/** The dtype in which two operands meet: the later of bool, int32, float32, float64. */
export function promote(a: DType, b: DType): DType {
  return promotionOrder[Math.max(promotionOrder.indexOf(a), promotionOrder.indexOf(b))];
}
