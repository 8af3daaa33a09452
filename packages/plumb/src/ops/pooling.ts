/**
 * Pools: the largest element, or the sum, of each place of a sliding window. As composites, because their gradients are
 * one pass over the image, where the gradient of a window would lay back one copy of it per element.
 */
import { PlumbError } from "../base/errors.ts";
import { sizeOf, stridesOf } from "../base/shape.ts";
import type { Attrs, Node, Spec } from "../graph/node.ts";
import type { Builder, CompositeOp, Sample } from "../graph/op.ts";
import { floats, listAttr, requireDtype, showSpec } from "./rules.ts";
import { argmax, max, sum } from "./reduce.ts";
import { placesIn } from "./windows.ts";

function inferPool(name: string, [image]: readonly Spec[], attrs: Attrs): Spec {
  requireDtype(name, image, floats);
  const [size, stride] = [listAttr(attrs, "size"), listAttr(attrs, "stride")];
  const rank = size.length;
  if (image.shape.length !== rank + 2) {
    throw new PlumbError("PL1010", {
      asked: `${name} of ${showSpec(image)} with a window of [${size.join(", ")}]`,
      why: `over ${rank} axes the image is [batch, ${rank} extents, channels]`,
      fix: "reshape the image to that form",
    });
  }
  const extents = image.shape.slice(1, 1 + rank);
  const places = size.map((extent, i) => placesIn(extents[i], extent, stride[i], 1));
  if (places.some((found) => found < 1)) {
    throw new PlumbError("PL1006", {
      asked: `${name} of ${showSpec(image)} with a window of [${size.join(", ")}]`,
      why: "the window must fit at least once along each axis",
      fix: "give a smaller window, or pad the image",
    });
  }
  return { shape: [image.shape[0], ...places, image.shape[rank + 1]], dtype: image.dtype };
}

const sample = (image: number[], size: number[], stride: number[], edges?: readonly number[]): Sample => ({
  inputs: [{ shape: image, dtype: "float32", range: [-2, 2], edges }],
  attrs: { size, stride },
  ulp: 4 + sizeOf(size),
});

/** Windows that meet, that overlap, that leave elements out before the next and at the end; sizes no multiple of the stride. */
const samples = (edges?: readonly number[]): readonly Sample[] => [
  sample([2, 6, 3], [2], [2], edges),
  sample([1, 7, 1], [2], [2]),
  sample([2, 5, 3], [3], [1]),
  sample([1, 7, 2], [3], [2]),
  sample([1, 8, 2], [1], [3]),
  sample([2, 4, 6, 5], [2, 2], [2, 2]),
  sample([1, 5, 7, 1], [3, 2], [2, 1]),
  sample([2, 7, 5, 3], [2, 3], [3, 2]),
  sample([1, 3, 4, 3, 2], [2, 3, 2], [1, 2, 2]),
];

/** The places of the window: `[batch, places…, offsets…, channels]`. */
function seen(g: Builder, { inputs: [image], attrs }: Node): Node {
  const [size, stride] = [listAttr(attrs, "size"), listAttr(attrs, "stride")];
  return g.windows(image, 1, { size, stride, dilation: size.map(() => 1) });
}

const offsetAxes = (rank: number): number[] => Array.from({ length: rank }, (_, i) => rank + 1 + i);

/**
 * `attrs: { size, stride }`, one entry per spatial axis of the image `[batch, spatial…, channels]`; no padding. NaN if any
 * element of the window is. Of equal elements the first has the whole gradient, as in TensorFlow.
 */
export const maxPool: CompositeOp = {
  kind: "composite",
  name: "maxPool",
  doc: "max over offsets k of image[b, o · stride + k, c]",
  arity: 1,
  infer: (inputs, attrs) => inferPool("maxPool", inputs, attrs),
  expand: (g, node) =>
    g.node(max, [seen(g, node)], { axes: offsetAxes(listAttr(node.attrs, "size").length), keepDims: false }),
  gradient: (g, node, dy) => {
    const size = listAttr(node.attrs, "size");
    const rank = size.length;
    const chosen = g.node(argmax, [seen(g, node)], { axes: offsetAxes(rank), keepDims: false });
    return [
      laidBack(g, node, [dy, chosen], ([arrived, at], offset) => {
        // The row-major number of the offset; beyond the end of an axis but the first it would be that of another.
        const numbers = offset.map((k, axis) => g.mul(k, g.constant(stridesOf(size)[axis], k)));
        const here = g.equal(
          at,
          numbers.reduce((a, b) => g.add(a, b)),
        );
        const inside = within(g, node, offset, 1);
        const isIt = inside === undefined ? here : g.logicalAnd(here, inside);
        return g.where(isIt, arrived, g.constant(0, arrived));
      }),
    ];
  },
  samples: samples([NaN, Infinity, -Infinity, -0]),
};

/** `attrs: { size, stride }`, as of `maxPool`. */
export const sumPool: CompositeOp = {
  kind: "composite",
  name: "sumPool",
  doc: "Σ over offsets k of image[b, o · stride + k, c]",
  arity: 1,
  infer: (inputs, attrs) => inferPool("sumPool", inputs, attrs),
  expand: (g, node) =>
    g.node(sum, [seen(g, node)], { axes: offsetAxes(listAttr(node.attrs, "size").length), keepDims: false }),
  gradient: (g, node, dy) => [
    laidBack(g, node, [dy], ([arrived], offset) => {
      const inside = within(g, node, offset, 0);
      return inside === undefined ? arrived : g.where(inside, arrived, g.constant(0, arrived));
    }),
  ],
  samples: samples().map((one) => ({
    ...one,
    inputs: one.inputs.map((input) => ({ ...input, range: [0.1, 2] as const })),
  })),
};

/** Where offsets lie inside the window along the axes from `first` on; undefined where they always do. */
function within(g: Builder, { attrs }: Node, offset: readonly Node[], first: number): Node | undefined {
  const [size, stride] = [listAttr(attrs, "size"), listAttr(attrs, "stride")];
  const conditions = offset.flatMap((k, axis) =>
    axis >= first && size[axis] % stride[axis] !== 0 ? [g.less(k, g.constant(size[axis], k))] : [],
  );
  return conditions.length === 0 ? undefined : conditions.reduce((a, b) => g.logicalAnd(a, b));
}

/**
 * For each element of the image the sum, over the windows that saw it, of `share` of what stands at their places.
 *
 * With i = s · B + t and the offset k = s · q + t the window at place o = B − q sees i at k: block B of s elements hears
 * from Q = ⌈size / s⌉ places, one where windows do not overlap. `places` are values `[batch, places…, channels]`; `share` is
 * given them, and the offset along each axis, over `[batch, blocks…, phases…, window…, channels]` in the order in which
 * the image is laid out.
 */
function laidBack(
  g: Builder,
  { inputs: [image], attrs }: Node,
  places: readonly Node[],
  share: (at: readonly Node[], offset: readonly Node[]) => Node,
): Node {
  const [size, stride] = [listAttr(attrs, "size"), listAttr(attrs, "stride")];
  const rank = size.length;
  const [batch, channels] = [image.shape[0], image.shape[rank + 1]];
  const window = size.map((extent, i) => Math.ceil(extent / stride[i]));
  const blocks = stride.map((s, i) => Math.ceil(image.shape[1 + i] / s));
  const pairs = blocks.flatMap((count, i) => [count, stride[i]]);
  const whole = [batch, ...pairs, ...window, channels];
  const blocksOnly = [batch, ...blocks.flatMap((count) => [count, 1]), ...window, channels];
  const spread = places.map((place) => {
    const before = window.map((extent) => extent - 1);
    const behind = blocks.map((count, i) => count - place.shape[1 + i]);
    const none = place.shape.map(() => 0);
    const padded = [...before, ...behind].some((zeros) => zeros > 0)
      ? g.pad(place, [0, ...before, 0], [0, ...behind, 0], none, 0)
      : place;
    const view = g.windows(padded, 1, {
      size: window,
      stride: size.map(() => 1),
      dilation: size.map(() => 1),
    });
    return g.broadcast(g.reshape(view, blocksOnly), whole);
  });
  const offset = window.map((extent, i) => {
    const phase = g.iota(whole, 2 + 2 * i);
    if (extent === 1) return phase;
    const turned = g.sub(g.constant(extent - 1, phase), g.iota(whole, 1 + 2 * rank + i));
    return g.add(g.mul(turned, g.constant(stride[i], phase)), phase);
  });
  const shares = share(spread, offset);
  const axes = window.map((_, i) => 1 + 2 * rank + i).filter((axis) => whole[axis] > 1);
  const joined = g.reshape(g.sum(shares, axes), [
    batch,
    ...blocks.map((count, i) => count * stride[i]),
    channels,
  ]);
  if (joined.shape.every((extent, axis) => extent === image.shape[axis])) return joined;
  const none = image.shape.map(() => 0);
  return g.slice(
    joined,
    none,
    image.shape,
    none.map(() => 1),
  );
}
