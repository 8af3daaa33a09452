/** The same elements under another shape or order. Every function here is also a method of tensors. */
import { isFloat, type DType } from "../base/dtype.ts";
import { PlumbError } from "../base/errors.ts";
import { showValue } from "../base/parameters.ts";
import { broadcastShapes, showShape, sizeOf, type Shape } from "../base/shape.ts";
import type { Node } from "../graph/node.ts";
import { g } from "../ops/builder.ts";
import { commonDtype, resolveAxes, resolveAxis } from "./broadcasting.ts";
import { apply, asShape, type ShapeLike, type TensorLike } from "./operand.ts";
import type { Tensor } from "./tensor.ts";

/** Another dtype: to int32 truncates towards 0 and saturates (NaN gives 0), to bool is `!= 0`. */
export function cast(x: TensorLike, dtype: DType): Tensor {
  return apply([x], (node) => g.cast(node, dtype));
}

/**
 * The same elements in row-major order; one extent may be −1 and is worked out. PL1003 where the counts differ, and for
 * extents that are not in one list.
 */
export function reshape(x: TensorLike, shape: ShapeLike, ...more: never[]): Tensor {
  // As NumPy's and PyTorch's methods take it: what follows the first extent would get lost.
  if (more.length > 0) {
    const extents = [shape, ...more].join(", ");
    throw new PlumbError("PL1003", {
      asked: `reshape to ${extents}`,
      why: "a shape is one list with the extent of each axis",
      fix: `write x.reshape([${extents}])`,
    });
  }
  return apply([x], (node) => g.reshape(node, resolveShape(asShape(shape), node)));
}

function resolveShape(shape: Shape, node: Node): Shape {
  const open = shape.indexOf(-1);
  if (open < 0) return shape;
  const known = sizeOf(shape.filter((_, axis) => axis !== open));
  const extent = sizeOf(node.shape) / known;
  if (shape.lastIndexOf(-1) !== open || !Number.isInteger(extent)) {
    throw new PlumbError("PL1003", {
      asked: `reshape of ${showShape(node.shape)} to ${showShape(shape)}`,
      arrived: `${sizeOf(node.shape)} elements`,
      why: `-1 stands for the one extent that makes the product ${sizeOf(node.shape)}, and here none does`,
      fix: "leave open one extent only, and choose the others so that their product divides the number of elements",
    });
  }
  return shape.with(open, extent);
}

/** Repeated along new leading axes and along axes of extent 1, to the given shape. PL1001 where NumPy's rule forbids it. */
export function broadcastTo(x: TensorLike, shape: ShapeLike): Tensor {
  return apply([x], (node) => g.broadcast(node, asShape(shape)));
}

/**
 * Axes in another order: axis i of the result is axis `permutation[i]` of x. Left out, the order is reversed. PL1002 for
 * what is no list of axes.
 */
export function transpose(x: TensorLike, permutation?: readonly number[]): Tensor {
  if (permutation !== undefined && !Array.isArray(permutation)) {
    throw new PlumbError("PL1002", {
      asked: `transpose by ${showValue(permutation)}`,
      why: "the new order names every axis, in one list",
      fix: "write x.transpose([1, 0]), or x.transpose() to reverse the order",
    });
  }
  return apply([x], (node) =>
    g.transpose(
      node,
      permutation?.map((axis) => resolveAxis("transpose", axis, node.shape)) ??
        [...node.shape.keys()].reverse(),
    ),
  );
}

/** A new axis of extent 1 at place `axis` of the result. */
export function expandDims(x: TensorLike, axis: number): Tensor {
  return apply([x], (node) => {
    const place = resolveAxis("expandDims", axis, [...node.shape, 1]);
    return g.reshape(node, [...node.shape.slice(0, place), 1, ...node.shape.slice(place)]);
  });
}

/** Without axes of extent 1: those named, or all there are. PL1010 if a named axis is longer. */
export function squeeze(x: TensorLike, axis?: number | readonly number[]): Tensor {
  return apply([x], (node) => {
    const gone =
      axis === undefined
        ? [...node.shape.keys()].filter((i) => node.shape[i] === 1)
        : resolveAxes("squeeze", axis, node.shape);
    const long = gone.find((i) => node.shape[i] !== 1);
    if (long !== undefined) {
      throw new PlumbError("PL1010", {
        asked: `squeeze of axis ${long} of a tensor of shape ${showShape(node.shape)}`,
        why: `only axes of extent 1 can be left out, and this one has ${node.shape[long]}`,
        fix: "index it with gather, or fold it with sum or mean",
      });
    }
    return g.reshape(
      node,
      node.shape.filter((_, i) => !gone.includes(i)),
    );
  });
}

/**
 * `size[i]` elements along axis i, from `start[i]` in steps of `step[i]` (1 unless told; negative walks backwards). Axes
 * beyond the lists are taken whole; a size of −1 goes to the end; a negative start counts from the end. PL1006 where that
 * leaves the tensor.
 */
export function slice(
  x: TensorLike,
  start: number | readonly number[],
  size?: number | readonly number[],
  step?: number | readonly number[],
): Tensor {
  return apply([x], (node) => {
    const starts = listOf(start);
    const sizes = listOf(size);
    const steps = listOf(step);
    const longest = Math.max(starts.length, sizes.length, steps.length);
    if (longest > node.shape.length) {
      throw new PlumbError("PL1006", {
        asked: `slice of a tensor of shape ${showShape(node.shape)} with ${longest} entries`,
        why: `it has ${node.shape.length} axes`,
        fix: "give at most one entry per axis",
      });
    }
    const by = node.shape.map((_, axis) => steps[axis] ?? 1);
    const from = node.shape.map((extent, axis) => {
      const first = starts[axis] ?? (by[axis] < 0 ? extent - 1 : 0);
      return first < 0 ? first + extent : first;
    });
    const count = node.shape.map((extent, axis) => {
      const asked = sizes[axis] ?? -1;
      if (asked !== -1) return asked;
      const left = by[axis] < 0 ? from[axis] + 1 : extent - from[axis];
      return Math.max(0, Math.ceil(left / Math.abs(by[axis])));
    });
    return g.slice(node, from, count, by);
  });
}

function listOf(entries: number | readonly number[] | undefined): readonly number[] {
  if (entries === undefined) return [];
  if (typeof entries === "number") return [entries];
  if (Array.isArray(entries)) return entries as readonly number[];
  throw new PlumbError("PL1006", {
    asked: `slice with ${showValue(entries)}`,
    why: "start, size and step are numbers, or lists with one for each axis, in this order",
    fix: "write x.slice(start, size, step), such as x.slice([0, 2], [-1, 1])",
  });
}

/** In reverse order along `axis` (one, several, or all). */
export function flip(x: TensorLike, axis?: number | readonly number[]): Tensor {
  return apply([x], (node) => {
    const axes = resolveAxes("flip", axis, node.shape);
    const start = node.shape.map((extent, i) => (axes.includes(i) ? Math.max(0, extent - 1) : 0));
    return g.slice(
      node,
      start,
      node.shape,
      node.shape.map((_, i) => (axes.includes(i) ? -1 : 1)),
    );
  });
}

/** `[before, after]` elements of `value` around the tensor, one pair per axis. */
export function pad(x: TensorLike, widths: readonly (readonly [number, number])[], value = 0): Tensor {
  return apply([x], (node) =>
    g.pad(
      node,
      widths.map(([before]) => before),
      widths.map(([, after]) => after),
      widths.map(() => 0),
      value,
    ),
  );
}

/**
 * The matrix product `[..., m, k] × [..., k, n]` → `[..., m, n]`; leading axes broadcast. A vector counts as a row on the
 * left and as a column on the right. int32 and bool are computed in float32. PL1005 where the inner extents differ.
 */
export function matmul(a: TensorLike, b: TensorLike): Tensor {
  return apply([a, b], (left, right) => {
    if (left.shape.length === 0 || right.shape.length === 0) {
      throw new PlumbError("PL1010", {
        asked: `matmul of shapes ${showShape(left.shape)} and ${showShape(right.shape)}`,
        why: "a scalar is neither a row nor a column",
        fix: "use mul",
      });
    }
    const met = commonDtype([left, right]);
    const dtype = isFloat(met) ? met : "float32";
    const row = left.shape.length === 1;
    const column = right.shape.length === 1;
    const x = g.cast(row ? g.reshape(left, [1, ...left.shape]) : left, dtype);
    const y = g.cast(column ? g.reshape(right, [...right.shape, 1]) : right, dtype);
    const product = matrixProduct(x, y);
    const lead = product.shape.slice(0, -2);
    const [m, n] = product.shape.slice(-2);
    return g.reshape(product, [...lead, ...(row ? [] : [m]), ...(column ? [] : [n])]);
  });
}

function matrixProduct(a: Node, b: Node): Node {
  const [m, k] = a.shape.slice(-2);
  const leadA = a.shape.slice(0, -2);
  const leadB = b.shape.slice(0, -2);
  if (leadB.length === 0 && leadA.length > 0 && k === b.shape[0]) {
    // One matrix for all batches: a taller product, rather than many with copies of b.
    const tall = g.matmul(g.reshape(a, [sizeOf(leadA) * m, k]), b);
    return g.reshape(tall, [...leadA, m, b.shape[1]]);
  }
  const lead = broadcastShapes(leadA, leadB);
  if (lead === undefined) {
    throw new PlumbError("PL1001", {
      asked: `matmul of shapes ${showShape(a.shape)} and ${showShape(b.shape)}`,
      why: `the leading axes ${showShape(leadA)} and ${showShape(leadB)} do not broadcast`,
      fix: "make them equal, or 1 where one matrix serves all",
    });
  }
  return g.matmul(
    g.broadcast(a, [...lead, ...a.shape.slice(-2)]),
    g.broadcast(b, [...lead, ...b.shape.slice(-2)]),
  );
}
