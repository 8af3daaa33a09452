/** Tensors from JavaScript values, and from nothing but a shape. */
import type { DType } from "../base/dtype.ts";
import { PlumbError } from "../base/errors.ts";
import { showShape, type Shape } from "../base/shape.ts";
import { g } from "../ops/builder.ts";
import { commonDtype } from "./broadcasting.ts";
import {
  asTensor,
  asTensors,
  dataFrom,
  derived,
  numberNode,
  type TensorLike,
  type TypedArray,
} from "./operand.ts";
import { Tensor, type Nested } from "./tensor.ts";

/**
 * A tensor from a number, a boolean, nested arrays of them, or a typed array. Numbers are float32 and booleans bool
 * unless `dtype` says otherwise; typed arrays have their own dtype (Uint8Array: bool). `shape` gives flat data a shape.
 * The values are copied. PL1003 where their count does not fit the shape, PL1009 for anything else.
 *
 * ```ts
 * tensor([[1, 2, 3], [4, 5, 6]]).shape; // [2, 3]
 * tensor(new Int32Array([1, 2, 3, 4]), [2, 2]).dtype; // "int32"
 * ```
 */
export function tensor(
  data: Nested<number> | Nested<boolean> | TypedArray,
  shape?: Shape,
  dtype?: DType,
): Tensor {
  return new Tensor(dataFrom(data, shape, dtype));
}

/** A tensor of rank 0. In eager code its value is an input of the programs that use it, not a part of them. */
export function scalar(
  value: number | boolean,
  dtype: DType = typeof value === "boolean" ? "bool" : "float32",
): Tensor {
  return new Tensor(numberNode(Number(value), dtype));
}

/** The same value everywhere. A number is float32 unless told. */
export function full(shape: Shape, value: TensorLike, dtype?: DType): Tensor {
  const start = asTensor(value, dtype);
  return derived(g.broadcast(g.cast(start.node, dtype ?? start.dtype), requireShape(shape)), [start]);
}

const filled = (shape: Shape, value: number, dtype: DType): Tensor =>
  new Tensor(g.constant(value, { shape: requireShape(shape), dtype }), 1);

/** Zeros; `false` for bool. */
export const zeros = (shape: Shape, dtype: DType = "float32"): Tensor => filled(shape, 0, dtype);

/** Ones; `true` for bool. */
export const ones = (shape: Shape, dtype: DType = "float32"): Tensor => filled(shape, 1, dtype);

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
 * are whole numbers, else float32, unless told.
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
  const steps = asTensors([new Tensor(g.cast(g.iota([count], 0), own)), step, from]).map((part) => part.node);
  const [index, by, offset] = steps.map((part) => g.broadcast(g.cast(part, commonDtype(steps)), [count]));
  return new Tensor(g.cast(g.add(g.mul(index, by), offset), own), 6);
}

/** Ones on the diagonal of a `[rows, columns]` matrix (square unless told), zeros elsewhere. */
export function eye(rows: number, columns = rows, dtype: DType = "float32"): Tensor {
  const shape = requireShape([rows, columns]);
  return new Tensor(g.cast(g.equal(g.iota(shape, 0), g.iota(shape, 1)), dtype), 4);
}

function requireShape(shape: Shape): Shape {
  if (shape.every((extent) => Number.isInteger(extent) && extent >= 0)) return [...shape];
  throw new PlumbError("PL1003", {
    asked: `a tensor of shape ${showShape(shape)}`,
    why: "extents are whole numbers from 0",
    fix: "leave out open extents such as -1 or null: the number of elements must be known",
  });
}
