/** Tensors from JavaScript values, and from nothing but a shape. */
import { isFloat, type DType } from "../base/dtype.ts";
import { PlumbError } from "../base/errors.ts";
import { g } from "../ops/builder.ts";
import {
  asShape,
  asTensor,
  dataFrom,
  derived,
  numberNode,
  type ShapeLike,
  type TensorLike,
  type TypedArray,
} from "./operand.ts";
import { requireInt32, Tensor, type NestedValues } from "./tensor.ts";

type TensorData = NestedValues | TypedArray;

/**
 * A tensor from a number, a boolean, nested arrays of them, or a typed array. Numbers are float32 and booleans bool
 * unless `dtype` says otherwise, which may follow the data; typed arrays have their own dtype (Uint8Array: bool). `shape`
 * gives flat data a shape. The values are copied; int32 cuts off fractions. PL1003 where their count does not fit the
 * shape, PL1004 for a dtype there is not, PL1009 for anything else, such as a number that int32 cannot hold.
 *
 * Here and wherever a shape is asked for, a number stands for the only extent: `zeros(3)` is `zeros([3])`.
 *
 * ```ts
 * tensor([[1, 2, 3], [4, 5, 6]]).shape; // [2, 3]
 * tensor(new Int32Array([1, 2, 3, 4]), [2, 2]).dtype; // "int32"
 * tensor([[0, 2], [1, 1]], "int32").shape; // [2, 2]
 * ```
 */
export function tensor(data: TensorData, dtype?: DType): Tensor;
export function tensor(data: TensorData, shape?: ShapeLike, dtype?: DType): Tensor;
export function tensor(data: TensorData, shape?: ShapeLike | DType, dtype?: DType): Tensor {
  return new Tensor(
    typeof shape === "string" ? dataFrom(data, undefined, shape) : dataFrom(data, shape, dtype),
  );
}

/** A tensor of rank 0. In eager code its value is an input of the programs that use it, not a part of them. */
export function scalar(
  value: number | boolean,
  dtype: DType = typeof value === "boolean" ? "bool" : "float32",
): Tensor {
  return new Tensor(numberNode(Number(value), dtype));
}

/** The same value everywhere. A number is float32 unless told. */
export function full(shape: ShapeLike, value: TensorLike, dtype?: DType): Tensor {
  const start = asTensor(value, dtype);
  return derived(g.broadcast(g.cast(start.node, dtype ?? start.dtype), asShape(shape)), [start]);
}

const filled = (shape: ShapeLike, value: number, dtype: DType): Tensor =>
  new Tensor(g.constant(value, { shape: asShape(shape), dtype }), 1);

/** Zeros; `false` for bool. PL1003 unless extents are whole numbers from 0, PL7001 for 2³¹ elements or more. */
export const zeros = (shape: ShapeLike, dtype: DType = "float32"): Tensor => filled(shape, 0, dtype);

/** Ones; `true` for bool. */
export const ones = (shape: ShapeLike, dtype: DType = "float32"): Tensor => filled(shape, 1, dtype);

/** Zeros of the shape of x, and of its dtype unless told. */
export function zerosLike(x: TensorLike, dtype?: DType): Tensor {
  const like = asTensor(x);
  return zeros(like.shape, dtype ?? like.dtype);
}

/** Ones of the shape of x, and of its dtype unless told. */
export function onesLike(x: TensorLike, dtype?: DType): Tensor {
  const like = asTensor(x);
  return ones(like.shape, dtype ?? like.dtype);
}

/**
 * start, start + step, … below `stop` (above, for a negative step); `arange(n)` counts from 0. int32 where all three
 * are whole numbers, else float32, unless told. PL1009 where int32 cannot hold them: ask for "float64" then.
 */
export function arange(start: number, stop?: number, step = 1, dtype?: DType): Tensor {
  const [from, to] = stop === undefined ? [0, start] : [start, stop];
  if (![from, to, step].every(Number.isFinite) || step === 0) {
    throw new PlumbError("PL1009", {
      asked: `arange from ${from} to ${to} in steps of ${step}`,
      why: "it would never end",
      fix: "give finite ends and a step that is not 0",
    });
  }
  const count = Math.max(0, Math.ceil((to - from) / step));
  const own = dtype ?? ([from, to, step].every(Number.isInteger) ? "int32" : "float32");
  if (own === "int32" && count > 0) [from, from + (count - 1) * step].forEach(requireInt32);
  const whole = [from, step].every(Number.isInteger);
  const met = isFloat(own) ? own : whole ? "int32" : "float32";
  // int32 wraps, in the step as in the products: the sums come out right, for they fit.
  const [by, offset] = [step, from].map((n) =>
    g.broadcast(numberNode(met === "int32" ? n | 0 : n, met), [count]),
  );
  const index = g.cast(g.iota([count], 0), met);
  return new Tensor(g.cast(g.add(g.mul(index, by), offset), own), 6);
}

/** Ones on the diagonal of a `[rows, columns]` matrix (square unless told), zeros elsewhere. */
export function eye(rows: number, columns = rows, dtype: DType = "float32"): Tensor {
  const shape = [rows, columns];
  return new Tensor(g.cast(g.equal(g.iota(shape, 0), g.iota(shape, 1)), dtype), 4);
}
