/** Sliding windows as a view: convolution and pooling read their input through it, and nothing is copied. */
import { PlumbError } from "../base/errors.ts";
import type { Shape } from "../base/shape.ts";
import type { Attrs, Node } from "../graph/node.ts";
import type { Builder, Sample, ViewOp, Window } from "../graph/op.ts";
import { listAttr, numberAttr, showSpec } from "./rules.ts";

const windowOf = (attrs: Attrs): Window & { readonly first: number } => ({
  first: numberAttr(attrs, "first"),
  size: listAttr(attrs, "size"),
  stride: listAttr(attrs, "stride"),
  dilation: listAttr(attrs, "dilation"),
});

/** How many places a window of `size` elements, `dilation` apart, has in `extent` elements, `stride` apart. */
export const placesIn = (extent: number, size: number, stride: number, dilation: number): number =>
  Math.floor((extent - dilation * (size - 1) - 1) / stride) + 1;

const sample = (
  shape: Shape,
  first: number,
  size: number[],
  stride: number[],
  dilation: number[],
): Sample => ({
  inputs: [{ shape, dtype: "float32", range: [-2, 2], edges: [NaN, Infinity, -0] }],
  attrs: { first, size, stride, dilation },
  ulp: 0,
});

/**
 * `attrs: { first, size, stride, dilation }`: along the axes from `first` on, one per entry, the axis of places, and
 * behind all of those one axis per window: `[batch, 5, 5, channels]` seen through 3 × 3 is `[batch, 3, 3, 3, 3, channels]`.
 */
export const windows: ViewOp = {
  kind: "view",
  name: "windows",
  keepsOrder: false,
  doc: "x[…, place · stride + offset · dilation, …]: every place of a sliding window, and what it shows there",
  arity: 1,
  infer: ([input], attrs) => {
    const { first, size, stride, dilation } = windowOf(attrs);
    const sliding = input.shape.slice(first, first + size.length);
    const places = sliding.map((extent, i) => placesIn(extent, size[i], stride[i], dilation[i]));
    const wellFormed = [...size, ...stride, ...dilation].every((n) => Number.isInteger(n) && n >= 1);
    if (!wellFormed || sliding.length !== size.length || places.some((count) => count < 1)) {
      throw new PlumbError("PL1006", {
        asked: `windows of [${size.join(", ")}] along axes ${first} to ${first + size.length - 1} of ${showSpec(input)}, stride [${stride.join(", ")}], dilation [${dilation.join(", ")}]`,
        why: wellFormed
          ? "a window must fit at least once along each of its axes"
          : "sizes, strides and dilations are whole numbers of at least 1",
        fix: "pad the input, or make the window smaller",
      });
    }
    const behind = input.shape.slice(first + size.length);
    return { shape: [...input.shape.slice(0, first), ...places, ...size, ...behind], dtype: input.dtype };
  },
  read: (ix, at, { attrs }) => {
    const { first, size, stride, dilation } = windowOf(attrs);
    const read = size.map((_, i) => {
      const place = ix.scale(at[first + i], stride[i]);
      return ix.add(place, ix.scale(at[first + size.length + i], dilation[i]));
    });
    return [...at.slice(0, first), ...read, ...at.slice(first + 2 * size.length)];
  },
  gradient: (g, node, dy) => [laidBack(g, node, dy)],
  samples: [
    sample([2, 5, 3], 1, [3], [1], [1]),
    sample([7], 0, [2], [2], [1]),
    sample([7], 0, [3], [3], [2]),
    sample([1, 5, 6, 2], 1, [3, 2], [2, 1], [1, 2]),
    sample([4, 3], 0, [1], [1], [1]),
    sample([5], 0, [5], [1], [1]),
  ],
};

/** One term per element of the window: what arrived for it, laid back to where it was read. */
function laidBack(g: Builder, { inputs: [x], attrs }: Node, dy: Node): Node {
  const { first, size, stride, dilation } = windowOf(attrs);
  const rank = size.length;
  const offsets = size.reduce<number[][]>(
    (all, extent) => all.flatMap((offset) => Array.from({ length: extent }, (_, k) => [...offset, k])),
    [[]],
  );
  const terms = offsets.map((offset) => {
    const start = dy.shape.map((_, axis) => offset[axis - first - rank] ?? 0);
    const extent = dy.shape.map((n, axis) => (axis >= first + rank && axis < first + 2 * rank ? 1 : n));
    const chosen = g.slice(
      dy,
      start,
      extent,
      dy.shape.map(() => 1),
    );
    const flat = g.reshape(chosen, [...dy.shape.slice(0, first + rank), ...dy.shape.slice(first + 2 * rank)]);
    const low = x.shape.map((_, axis) => (offset[axis - first] ?? 0) * (dilation[axis - first] ?? 1));
    const gap = x.shape.map((_, axis) => (stride[axis - first] ?? 1) - 1);
    const high = x.shape.map((n, axis) => n - low[axis] - ((flat.shape[axis] - 1) * (gap[axis] + 1) + 1));
    return x.shape.includes(0) ? g.constant(0, x) : g.pad(flat, low, high, gap, 0);
  });
  return terms.reduce((sum, term) => g.add(sum, term));
}
