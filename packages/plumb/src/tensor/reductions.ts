/** Folding axes away. Every function here is also a method of tensors. */
import { isFloat } from "../base/dtype.ts";
import { flag } from "../base/parameters.ts";
import { sizeOf } from "../base/shape.ts";
import type { Node } from "../graph/node.ts";
import type { ReduceOp } from "../graph/op.ts";
import { g } from "../ops/builder.ts";
import { reduce } from "../ops/reduce.ts";
import { cumsum as cumsumOp } from "../ops/scan.ts";
import { dtypeFor, resolveAxes, resolveAxis } from "./broadcasting.ts";
import { apply, type TensorLike } from "./operand.ts";
import { optionsOf } from "./options.ts";
import type { Tensor } from "./tensor.ts";

/** One axis, several, or (left out) all of them; negative axes count from the end. */
export type Axes = number | readonly number[];
export interface ReduceOptions {
  /** Leave folded axes in place with extent 1. */
  readonly keepDims?: boolean;
}

const reduceOptions = optionsOf({ keepDims: flag(false, "Leave folded axes in place with extent 1") });

/** A node folded over axes, in the dtype that the record computes in; `name` is what the caller asked for. */
function fold(
  op: ReduceOp,
  x: Node,
  axis: Axes | undefined,
  options: ReduceOptions | undefined,
  name = op.name,
): Node {
  const { keepDims } = reduceOptions(name, options);
  const axes = resolveAxes(name, axis, x.shape);
  return g.node(op, [g.cast(x, dtypeFor(op, x.dtype))], { axes, keepDims });
}

/**
 * Σ x over `axis`; 0 over nothing. bool is counted in int32. PL1002 for an axis there is not and PL4004 for an option
 * there is not, here and below.
 */
export function sum(x: TensorLike, axis?: Axes, options?: ReduceOptions): Tensor {
  return apply([x], (node) => fold(reduce.sum, node, axis, options));
}

/** Π x over `axis`; 1 over nothing. */
export function prod(x: TensorLike, axis?: Axes, options?: ReduceOptions): Tensor {
  return apply([x], (node) => fold(reduce.prod, node, axis, options));
}

/** The largest element over `axis`; NaN if any is; −∞ over nothing. Equal largest elements share the gradient. */
export function max(x: TensorLike, axis?: Axes, options?: ReduceOptions): Tensor {
  return apply([x], (node) => fold(reduce.max, node, axis, options));
}

/** The smallest element over `axis`; NaN if any is; ∞ over nothing. Equal smallest elements share the gradient. */
export function min(x: TensorLike, axis?: Axes, options?: ReduceOptions): Tensor {
  return apply([x], (node) => fold(reduce.min, node, axis, options));
}

/** The mean over `axis`; NaN over nothing. int32 and bool give float32. */
export function mean(x: TensorLike, axis?: Axes, options?: ReduceOptions): Tensor {
  return apply([x], (node) => {
    const floating = isFloat(node.dtype) ? node : g.cast(node, "float32");
    const count = sizeOf(resolveAxes("mean", axis, node.shape).map((folded) => node.shape[folded]));
    const total = fold(reduce.sum, floating, axis, options, "mean");
    return g.div(total, g.constant(count, total));
  });
}

/** Whether any element over `axis` is true (not 0); false over nothing. */
export function any(x: TensorLike, axis?: Axes, options?: ReduceOptions): Tensor {
  return apply([x], (node) => fold(reduce.max, g.cast(node, "bool"), axis, options, "any"));
}

/** Whether all elements over `axis` are true (not 0); true over nothing. */
export function all(x: TensorLike, axis?: Axes, options?: ReduceOptions): Tensor {
  return apply([x], (node) => fold(reduce.min, g.cast(node, "bool"), axis, options, "all"));
}

/** Where the largest element stands along `axis` (left out: in row-major order), int32: the first of equals, the first NaN. */
export function argmax(x: TensorLike, axis?: number, options?: ReduceOptions): Tensor {
  return apply([x], (node) => fold(reduce.argmax, node, axis, options));
}

/** Where the smallest element stands along `axis` (left out: in row-major order), int32: the first of equals, the first NaN. */
export function argmin(x: TensorLike, axis?: number, options?: ReduceOptions): Tensor {
  return apply([x], (node) => fold(reduce.argmin, node, axis, options));
}

export interface CumsumOptions {
  /** Sum the elements before each one, leaving it out. */
  readonly exclusive?: boolean;
  /** Sum from the far end. */
  readonly reverse?: boolean;
}

const cumsumOptions = optionsOf({
  exclusive: flag(false, "Sum the elements before each one, leaving it out"),
  reverse: flag(false, "Sum from the far end"),
});

/** Running sums along `axis`, as long as x. */
export function cumsum(x: TensorLike, axis = 0, options?: CumsumOptions): Tensor {
  const { exclusive, reverse } = cumsumOptions("cumsum", options);
  return apply([x], (node) => {
    const counted = node.dtype === "bool" ? g.cast(node, "int32") : node;
    return g.node(cumsumOp, [counted], { axis: resolveAxis("cumsum", axis, node.shape), exclusive, reverse });
  });
}
