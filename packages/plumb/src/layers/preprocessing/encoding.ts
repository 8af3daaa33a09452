/** Indices as vectors: one per index, or one per sample. What the layers that turn values into indices have in common. */
import { isFloat, type HostArray } from "../../base/dtype.ts";
import type { PlumbError } from "../../base/errors.ts";
import { showShape, stridesOf, type Shape } from "../../base/shape.ts";
import { arange, checked, oneHot, ones, scatterAdd, where, type Tensor } from "../../tensor/index.ts";
import type { BatchShape } from "../shapes.ts";

/** How indices are given out, besides as they are. */
export const encodings = ["one_hot", "multi_hot", "count"] as const;
/** How layers give indices out as vectors: one per index, or one per sample, of ones or of counts. */
export type EncodingMode = (typeof encodings)[number];

/**
 * Indices, int32, as float32 vectors of length `depth`. An index outside 0 … depth − 1 stands for nothing.
 *
 * `one_hot`: one vector per index, `[…, tokens]` → `[…, tokens, depth]`; a last axis of extent 1 is that of the index
 * itself, and goes: `[batch, 1]` → `[batch, depth]`. `multi_hot` and `count`: one vector per sample, `[batch, tokens]` →
 * `[batch, depth]`, `[tokens]` → `[depth]`, of ones where the index occurs, or of how often it does; with weights, of
 * their sums.
 */
export function encode(indices: Tensor, encoding: EncodingMode, depth: number, weights?: Tensor): Tensor {
  const { shape, rank } = indices;
  if (encoding === "one_hot") {
    const alone = rank > 1 && shape[rank - 1] === 1;
    return oneHot(alone ? indices.reshape(shape.slice(0, -1)) : indices, depth);
  }
  const rows = rank === 1 ? 1 : shape[0];
  const tokens = shape[rank - 1];
  const inRows = indices.reshape([rows, tokens]);
  const known = inRows.greaterEqual(0).logicalAnd(inRows.less(depth));
  // Each place in one vector of all rows: an index outside its row must not fall into the next one.
  const places = where(known, inRows.add(arange(rows).mul(depth).reshape([rows, 1])), -1);
  const updates = weights ?? ones([rows * tokens]);
  const counts = scatterAdd(updates.reshape([rows * tokens]), places.reshape([rows * tokens]), 0, [
    rows * depth,
  ]);
  const vectors = counts.reshape(rank === 1 ? [depth] : [rows, depth]);
  return encoding === "count" ? vectors : vectors.minimum(1);
}

/** Why indices of this shape cannot be encoded, as the words after "The layer needs"; undefined when they can. */
export function encodingNeeds(encoding: string, inputShape: BatchShape): string | undefined {
  const rank = inputShape.length;
  if (rank === 0) return "at least one axis";
  // Keras's documentation sums over the last axis, and its code over the second: with two they are the same.
  if (encoding !== "int" && encoding !== "one_hot" && rank > 2)
    return `the tokens of each sample on one axis, [batch, tokens], to give them out as ${encoding}`;
  return undefined;
}

/**
 * Values as int32, on condition that they are whole numbers from `low` to `high`; `explain` makes the error from the first
 * that is none, in words: `7 at [1, 0]`.
 */
export function wholeNumbers(
  x: Tensor,
  low: number,
  high: number,
  explain: (first: string) => PlumbError,
): Tensor {
  const inside = x.greaterEqual(low).logicalAnd(x.lessEqual(high));
  const ok = isFloat(x.dtype) ? inside.logicalAnd(x.equal(x.floor())) : inside;
  const isBad = (value: number): boolean => !(value >= low && value <= high && Number.isInteger(value));
  return checked(x.cast("int32"), ok, [x], ([values]) => explain(firstOf(values, x.shape, isBad)));
}

/** The first value of a kind, and where it stands: `7 at [1, 0]`. */
export function firstOf(values: HostArray, shape: Shape, isOfKind: (value: number) => boolean): string {
  const index = values.findIndex(isOfKind);
  const strides = stridesOf(shape);
  const place = shape.map((extent, axis) => Math.floor(index / strides[axis]) % extent);
  return `${values[index]} at ${showShape(place)}`;
}
