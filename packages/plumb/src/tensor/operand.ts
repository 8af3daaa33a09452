/** What operations accept, and how it becomes a node: tensors, variables, numbers, booleans, nested and typed arrays. */
import { dtypeOf, promote, type DType, type HostArray } from "../base/dtype.ts";
import { PlumbError } from "../base/errors.ts";
import { showShape, sizeOf, type Shape } from "../base/shape.ts";
import type { Node } from "../graph/node.ts";
import { g } from "../ops/builder.ts";
import { requireKnownDtype } from "../ops/rules.ts";
import { scalar as scalarOp } from "../ops/source.ts";
import { currentTrace, isRecording } from "./context.ts";
import { limits } from "./engine.ts";
import { evaluate } from "./run.ts";
import { dataNode, hostArrayFrom, requireInt32, Tensor, type Nested } from "./tensor.ts";

/** The typed arrays that Plumb takes as data, each for its own dtype; Uint8Array is bool. */
export type TypedArray = Float32Array | Int32Array | Uint8Array | Float64Array;

/** Something with a value that is read as a tensor when it is used: a `Variable`. */
export interface Readable {
  read(): Tensor;
}

/**
 * What operations take as an operand. A number adopts the dtype of what it meets: `x.mul(0.5)` keeps float32 and float64,
 * a whole number keeps int32, any other turns int32 into float32.
 */
export type TensorLike = Tensor | Readable | Nested<number> | Nested<boolean> | TypedArray;

/** A shape as callers write it: `3` stands for `[3]`. */
export type ShapeLike = number | Shape;

/** The shape that is meant, in an array of its own. PL1003 for anything else; extents are looked at when it is used. */
export function asShape(shape: ShapeLike): Shape {
  if (typeof shape === "number") return [shape];
  if (Array.isArray(shape)) return [...shape];
  throw new PlumbError("PL1003", {
    asked: `the shape ${JSON.stringify(shape)}`,
    arrived: typeof shape,
    why: "a shape is an array with the extent of each axis",
    fix: "write [rows, columns], or [] for a scalar",
  });
}

const isReadable = (x: unknown): x is Readable => typeof (x as Readable | undefined)?.read === "function";

/** Shape and values of nested arrays, row by row. PL1009 where they are ragged or hold something else. */
function flatten(nested: readonly unknown[]): { shape: Shape; values: number[]; dtype: DType } {
  const shape: number[] = [];
  for (let level: unknown = nested; Array.isArray(level); level = level[0]) shape.push(level.length);
  const values: number[] = [];
  let booleans = 0;
  const walk = (item: unknown, axis: number, at: readonly number[]): void => {
    if (Array.isArray(item)) {
      if (item.length === shape[axis]) return item.forEach((inner, i) => walk(inner, axis + 1, [...at, i]));
      throw notData(
        `an array of ${item.length} at [${at.join("][")}] where ${axis < shape.length ? `${shape[axis]} were` : "one value was"} expected`,
        "rows of a tensor have one length",
      );
    }
    if (axis < shape.length || (typeof item !== "number" && typeof item !== "boolean")) {
      throw notData(
        `${item === null ? "null" : typeof item === "object" ? "an object" : `${typeof item} ${String(item)}`} at [${at.join("][")}]`,
        "nested arrays hold numbers, or booleans, all at one depth",
      );
    }
    if (typeof item === "boolean") booleans++;
    values.push(Number(item));
  };
  walk(nested, 0, []);
  if (booleans > 0 && booleans < values.length) {
    throw notData(`${booleans} booleans among ${values.length} values`, "a tensor has one dtype");
  }
  return { shape, values, dtype: booleans > 0 ? "bool" : "float32" };
}

const notData = (arrived: string, why: string): PlumbError =>
  new PlumbError("PL1009", {
    asked: "a tensor from JavaScript values",
    arrived,
    why,
    fix: "pass a number, a boolean, nested arrays of them, or a Float32Array, Int32Array, Uint8Array (bool) or Float64Array",
  });

/**
 * A data node from JavaScript values: nested arrays of numbers are float32, of booleans bool; typed arrays have their own
 * dtype. `given` is the shape of flat data; `dtype` converts. The values are copied.
 */
export function dataFrom(values: unknown, given?: ShapeLike, dtype?: DType): Node {
  if (dtype !== undefined) requireKnownDtype("a tensor", dtype);
  const shape = given === undefined ? undefined : asShape(given);
  if (typeof values === "number" || typeof values === "boolean") {
    const own = typeof values === "boolean" ? "bool" : "float32";
    return shaped(hostArrayFrom([Number(values)], dtype ?? own), shape ?? [], dtype ?? own);
  }
  if (Array.isArray(values)) {
    const flat = flatten(values);
    return shaped(hostArrayFrom(flat.values, dtype ?? flat.dtype), shape ?? flat.shape, dtype ?? flat.dtype);
  }
  const own = ArrayBuffer.isView(values) ? dtypeOf(values) : undefined;
  if (own === undefined) {
    const name = (values as object | null | undefined)?.constructor?.name;
    throw notData(values === null ? "null" : (name ?? typeof values), "Plumb does not know how to read it");
  }
  const array = values as HostArray;
  if (own === "bool" && (dtype ?? "bool") === "bool") requireBits(array);
  const converted =
    dtype === undefined || (dtype === own && own !== "bool") ? array.slice() : hostArrayFrom(array, dtype);
  return shaped(converted, shape ?? [array.length], dtype ?? own);
}

/** Bytes are booleans unless another dtype is asked for: pixels and class numbers must not become 0 and 1 unnoticed. */
function requireBits(bytes: HostArray): void {
  const at = bytes.findIndex((byte: number) => byte > 1);
  if (at < 0) return;
  throw new PlumbError("PL1009", {
    asked: "a bool tensor from a Uint8Array",
    arrived: `the value ${bytes[at]} at [${at}]`,
    why: "a Uint8Array holds booleans, 0 or 1, unless another dtype is given",
    fix: 'for numbers write tensor(data, shape, "int32") or "float32", or Int32Array.from(data)',
  });
}

function shaped(data: HostArray, shape: Shape, dtype: DType): Node {
  if (!shape.every((extent) => Number.isInteger(extent) && extent >= 0) || sizeOf(shape) !== data.length) {
    throw new PlumbError("PL1003", {
      asked: `a tensor of shape ${showShape(shape)}`,
      arrived: `${data.length} values`,
      why: `such a tensor has ${sizeOf(shape)} elements`,
      fix: "leave the shape out to take that of the data, or choose extents whose product is the number of values",
    });
  }
  return dataNode(data, shape, dtype);
}

/**
 * A number as a node. In eager code it is an input of the program, so that a loop whose rate changes compiles once; in a
 * function that is being compiled it is a constant. int32 truncates; PL1009 where it cannot hold the number.
 */
export function numberNode(given: number, dtype: DType): Node {
  if (dtype === "int32") requireInt32(given);
  const value = dtype === "int32" ? given | 0 : given;
  if (currentTrace()) return g.constant(value, { shape: [], dtype });
  return g.node(scalarOp, [], { dtype }, { kind: "scalar", value });
}

/** The tensor that an operand is; numbers become float32 scalars unless a dtype is given. */
export function asTensor(x: TensorLike, dtype?: DType): Tensor {
  if (x instanceof Tensor) return x;
  if (isReadable(x)) return x.read();
  if (typeof x === "number") return new Tensor(numberNode(x, dtype ?? "float32"));
  return new Tensor(dataFrom(x, undefined, dtype));
}

/** The nodes of operands that meet in one operation: numbers adopt the dtype of the others. */
export function asTensors(operands: readonly TensorLike[]): Tensor[] {
  let met: DType | undefined;
  let whole = true;
  const tensors = operands.map((x) => {
    if (typeof x === "number") {
      whole &&= Number.isInteger(x) && Math.abs(x) < 2 ** 31;
      return undefined;
    }
    const tensor = asTensor(x);
    met = met === undefined ? tensor.dtype : promote(met, tensor.dtype);
    return tensor;
  });
  const floor: DType = met === undefined || !whole ? "float32" : "int32";
  const dtype = met === undefined ? floor : promote(met, floor);
  return tensors.map((tensor, i) => tensor ?? new Tensor(numberNode(operands[i] as number, dtype)));
}

/** More nodes than one operation adds: itself, a cast and a broadcast of each operand, a number or two. */
const perOperation = 6;

/**
 * The tensor of a node that was built from those of `parents` by adding at most so many nodes. Where more operations are pending behind it than the
 * engine lets pile up, they are run.
 */
export function derived(node: Node, parents: readonly Tensor[], added = perOperation): Tensor {
  let pending = added;
  for (const parent of parents) pending += parent.pending;
  const tensor = new Tensor(node, pending);
  if (pending > limits.pendingNodes && !currentTrace() && !isRecording()) runIfLong(tensor, node);
  return tensor;
}

/** Estimates add up what operands share; the exact count, made only when an estimate is too long, replaces it. */
function runIfLong(tensor: Tensor, node: Node): void {
  tensor.pending = retained(node);
  if (tensor.pending <= limits.pendingNodes) return;
  evaluate([node]);
  tensor.settle();
}

/** Nodes that a graph keeps alive, those behind evaluated nodes included. */
export function retained(root: Node): number {
  const seen = new Set([root]);
  for (const node of seen) for (const input of node.inputs) seen.add(input);
  return seen.size;
}

/** One operation: operands to tensors, their nodes to a node. */
export function apply(operands: readonly TensorLike[], build: (...nodes: Node[]) => Node): Tensor {
  const tensors = operands.map((x) => asTensor(x));
  return derived(build(...tensors.map((tensor) => tensor.node)), tensors);
}
