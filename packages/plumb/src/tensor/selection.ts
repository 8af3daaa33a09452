/** Elements chosen by index, by order or by range. Every function here is also a method of tensors. */
import type { DType } from "../base/dtype.ts";
import { PlumbError } from "../base/errors.ts";
import { flag } from "../base/parameters.ts";
import { showShape } from "../base/shape.ts";
import type { Node } from "../graph/node.ts";
import { g } from "../ops/builder.ts";
import { argsort as argsortOp } from "../ops/sort.ts";
import { resolveAxis } from "./broadcasting.ts";
import { elementwiseFunctions } from "./elementwise.ts";
import { apply, asTensor, derived, type TensorLike } from "./operand.ts";
import { optionsOf } from "./options.ts";
import type { Tensor } from "./tensor.ts";

const { abs, less, maximum, minimum, mul } = elementwiseFunctions;

/** x · x. */
export function square(x: TensorLike): Tensor {
  const tensor = asTensor(x);
  return mul(tensor, tensor);
}

/** Neither NaN nor infinite. */
export function isFinite(x: TensorLike): Tensor {
  return less(abs(x), Infinity);
}

/** Values below `low` become `low`, values above `high` become `high`; NaN stays NaN. */
export function clip(x: TensorLike, low: TensorLike, high: TensorLike): Tensor {
  return minimum(maximum(x, low), high);
}

/** Indices given as JavaScript values are int32; tensors must be int32 themselves. */
const asIndices = (indices: TensorLike): Tensor => asTensor(indices, "int32");

/**
 * The elements at `indices` along `axis`; the axes of `indices` take its place. An index out of range reads NaN (0 for
 * int32 and bool). PL1004 unless the indices are int32.
 */
export function gather(x: TensorLike, indices: TensorLike, axis = 0): Tensor {
  return apply([x, asIndices(indices)], (node, at) =>
    g.gather(node, at, resolveAxis("gather", axis, node.shape)),
  );
}

/** `x[..., indices[...], ...]`: for each place of `indices`, the element of x that it names along `axis`. */
export function takeAlong(x: TensorLike, indices: TensorLike, axis: number): Tensor {
  return apply([x, asIndices(indices)], (node, at) =>
    g.takeAlong(node, at, resolveAxis("takeAlong", axis, node.shape)),
  );
}

/** 1 where the class index of a last, new axis of extent `depth` stands, else 0; all 0 for an index out of range. */
export function oneHot(indices: TensorLike, depth: number, dtype: DType = "float32"): Tensor {
  return apply([asIndices(indices)], (node) => {
    const shape = [...node.shape, depth];
    const classes = g.cast(g.iota(shape, shape.length - 1), node.dtype);
    const asked = g.broadcast(g.reshape(node, [...node.shape, 1]), shape);
    return g.cast(g.equal(asked, classes), dtype);
  });
}

export interface SortOptions {
  /** The largest first. Default false. */
  readonly descending?: boolean;
}

const sortOptions = optionsOf({ descending: flag(false, "The largest first") });

/** The indices, int32, that put x in order along `axis` (the last unless told). Stable; NaN goes last. */
export function argsort(x: TensorLike, axis = -1, options?: SortOptions): Tensor {
  const { descending } = sortOptions("argsort", options);
  return apply([x], (node) => orderOf(node, axis, descending));
}

/** x in ascending order along `axis` (the last unless told). Stable; NaN goes last. */
export function sort(x: TensorLike, axis = -1, options?: SortOptions): Tensor {
  const { descending } = sortOptions("sort", options);
  return apply([x], (node) =>
    g.takeAlong(node, orderOf(node, axis, descending), resolveAxis("sort", axis, node.shape)),
  );
}

function orderOf(node: Node, axis: number, descending: boolean): Node {
  const ordered = node.dtype === "bool" ? g.cast(node, "int32") : node;
  return g.node(argsortOp, [ordered], { axis: resolveAxis("sort", axis, node.shape), descending });
}

/** The k largest elements along the last axis, largest first, and where they stood. PL1006 if there are fewer than k. */
export function topK(x: TensorLike, k: number): { values: Tensor; indices: Tensor } {
  const tensor = asTensor(x);
  const extent = tensor.shape.at(-1) ?? 0;
  if (!Number.isInteger(k) || k < 0 || k > extent) {
    throw new PlumbError("PL1006", {
      asked: `topK of a tensor of shape ${showShape(tensor.shape)} with k = ${k}`,
      why: `its last axis has ${extent} elements`,
      fix: `choose a whole k from 0 to ${extent}`,
    });
  }
  const order = argsort(tensor, -1, { descending: true });
  const first = order.shape.map(() => 0);
  const indices = apply([order], (node) =>
    g.slice(
      node,
      first,
      [...node.shape.slice(0, -1), k],
      first.map(() => 1),
    ),
  );
  return { values: takeAlong(tensor, indices, -1), indices };
}

/** Parts along `axis`: `parts` equal ones, or of the sizes given. PL1006 unless they are whole and add up to the extent. */
export function split(x: TensorLike, parts: number | readonly number[], axis = 0): Tensor[] {
  const tensor = asTensor(x);
  const along = resolveAxis("split", axis, tensor.shape);
  const extent = tensor.shape[along];
  const equal = typeof parts === "number";
  const whole = (size: number): boolean => Number.isInteger(size) && size >= 0;
  const fits = equal
    ? whole(parts) && extent % parts === 0
    : parts.every(whole) && parts.reduce((total, size) => total + size, 0) === extent;
  if (!fits) {
    throw new PlumbError("PL1006", {
      asked: `split of axis ${along} of a tensor of shape ${showShape(tensor.shape)} into ${equal ? `${parts} parts` : `parts of ${parts.join(", ")}`}`,
      why: equal
        ? `its extent ${extent} does not fall into so many equal parts`
        : `parts are whole numbers from 0 that add up to its extent ${extent}`,
      fix: "give the sizes of the parts, adding up to the extent",
    });
  }
  const sizes = equal ? Array<number>(parts).fill(extent / parts) : parts;
  const node = tensor.node;
  let offset = 0;
  return sizes.map((size) => {
    const start = node.shape.map((_, i) => (i === along ? offset : 0));
    offset += size;
    const part = g.slice(
      node,
      start,
      node.shape.with(along, size),
      node.shape.map(() => 1),
    );
    return derived(part, [tensor]);
  });
}
