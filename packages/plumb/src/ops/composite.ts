/** Ops made of others, for the sake of a better gradient. */
import { PlumbError } from "../base/errors.ts";
import { sizeOf } from "../base/shape.ts";
import type { Attrs, Node, Spec } from "../graph/node.ts";
import type { Builder, CompositeOp, Sample } from "../graph/op.ts";
import { topological } from "../graph/order.ts";
import { float32Only, listAttr, requireDtype, showSpec } from "./rules.ts";
import { placesIn } from "./windows.ts";

/** The stretches of spatial axes in an image `[batch, spatial…, channels]`. */
const spatialRank = (attrs: Attrs): number => listAttr(attrs, "stride").length;

function inferConvolution([image, filter]: readonly Spec[], attrs: Attrs): Spec {
  for (const input of [image, filter]) requireDtype("convolution", input, float32Only);
  const rank = spatialRank(attrs);
  const size = filter.shape.slice(0, rank);
  const [stride, dilation] = [listAttr(attrs, "stride"), listAttr(attrs, "dilation")];
  const asked = `a convolution of ${showSpec(image)} with a filter ${showSpec(filter)}`;
  if (image.shape.length !== rank + 2 || filter.shape.length !== rank + 2) {
    throw new PlumbError("PL1010", {
      asked,
      why: `over ${rank} axes the image is [batch, ${rank} extents, channels] and the filter [${rank} extents, channels, filters]`,
      fix: "reshape the operands to that form",
    });
  }
  if (image.shape[rank + 1] !== filter.shape[rank]) {
    throw new PlumbError("PL1005", {
      asked,
      why: `the image has ${image.shape[rank + 1]} channels and the filter reads ${filter.shape[rank]}`,
      fix: "make the last axis of the image as long as the last but one of the filter",
    });
  }
  const places = size.map((k, i) => placesIn(image.shape[1 + i], k, stride[i], dilation[i]));
  return { shape: [image.shape[0], ...places, filter.shape[rank + 1]], dtype: image.dtype };
}

const sample = (image: number[], filter: number[], stride: number[], dilation: number[]): Sample => ({
  inputs: [
    { shape: image, dtype: "float32", range: [0.1, 2] },
    { shape: filter, dtype: "float32", range: [0.1, 2] },
  ],
  attrs: { stride, dilation },
  ulp: 4 + sizeOf(filter.slice(0, -1)),
});

/**
 * `attrs: { stride, dilation }`; no padding (pad the image before). Image `[batch, spatial…, channels]`, filter
 * `[spatial…, channels, filters]`. A contraction of the image's windows with the filter; as a composite, because the
 * gradient by the image is a convolution too, where the gradient of a window would lay back one copy per element of it.
 */
export const convolution: CompositeOp = {
  kind: "composite",
  name: "convolution",
  doc: "Σ over offsets k and channels c of image[b, o · stride + k · dilation, c] · filter[k, c, f]",
  arity: 2,
  infer: inferConvolution,
  expand: (g, { inputs: [image, filter], attrs }) => {
    const rank = spatialRank(attrs);
    return g.contract(seen(g, image, filter, attrs), filter, { batch: 0, inner: rank + 1 });
  },
  gradient: (g, { inputs: [image, filter], attrs }, dy) => [
    byImage(g, image, filter, attrs, dy),
    byFilter(g, image, filter, attrs, dy),
  ],
  samples: [
    sample([2, 5, 3], [3, 3, 4], [1], [1]),
    sample([1, 6, 1], [2, 1, 1], [2], [1]),
    sample([2, 7, 2], [2, 2, 3], [3], [2]),
    sample([2, 5, 6, 3], [3, 2, 3, 5], [1, 1], [1, 1]),
    sample([1, 7, 6, 1], [3, 3, 1, 4], [2, 1], [1, 2]),
    sample([1, 1, 1, 3], [1, 1, 3, 9], [1, 1], [1, 1]),
    sample([2, 3, 4, 3, 2], [2, 2, 2, 2, 3], [1, 2, 1], [1, 1, 1]),
  ],
};

/** The windows of the image: `[batch, places…, offsets…, channels]`. */
const seen = (g: Builder, image: Node, filter: Node, attrs: Attrs): Node =>
  g.windows(image, 1, {
    size: filter.shape.slice(0, spatialRank(attrs)),
    stride: listAttr(attrs, "stride"),
    dilation: listAttr(attrs, "dilation"),
  });

/**
 * The gradient spread out to the image's scale and padded all round, convolved with the filter turned about:
 * dx[i] = Σ dy[o] · filter[k] over o · stride + k · dilation = i.
 */
function byImage(g: Builder, image: Node, filter: Node, attrs: Attrs, dy: Node): Node {
  const rank = spatialRank(attrs);
  const [stride, dilation] = [listAttr(attrs, "stride"), listAttr(attrs, "dilation")];
  const size = filter.shape.slice(0, rank);
  const low = [0, ...size.map((k, i) => dilation[i] * (k - 1)), 0];
  const gap = [0, ...stride.map((s) => s - 1), 0];
  const high = dy.shape.map((places, axis) => {
    const spread = (places - 1) * (gap[axis] + 1) + 1;
    return axis === 0 || axis > rank ? 0 : image.shape[axis] - spread;
  });
  const turned = g.slice(
    filter,
    filter.shape.map((extent, axis) => (axis < rank ? extent - 1 : 0)),
    filter.shape,
    filter.shape.map((_, axis) => (axis < rank ? -1 : 1)),
  );
  const axes = [...size.keys()];
  const exchanged = g.transpose(turned, [...axes, rank + 1, rank]);
  const padded = g.pad(dy, low, high, gap, 0);
  return g.node(convolution, [padded, exchanged], { stride: size.map(() => 1), dilation });
}

/** Each offset of the filter against the gradient, over all places it was seen at. */
function byFilter(g: Builder, image: Node, filter: Node, attrs: Attrs, dy: Node): Node {
  const rank = spatialRank(attrs);
  const view = seen(g, image, filter, attrs);
  const places = Array.from({ length: rank + 1 }, (_, axis) => axis);
  const offsets = Array.from({ length: rank + 1 }, (_, i) => rank + 1 + i);
  return g.contract(g.transpose(view, [...offsets, ...places]), dy, { batch: 0, inner: rank + 1 });
}

export const composite = { convolution };

/** The same values with every composite replaced by its parts. */
export function expandComposites(g: Builder, roots: readonly Node[]): readonly Node[] {
  const order = topological(roots);
  if (!order.some(({ op }) => op.kind === "composite")) return roots;
  const parts = new Map<Node, Node>();
  const partsOf = (node: Node): Node => {
    const known = parts.get(node);
    if (known !== undefined) return known;
    if (node.value !== undefined) return node;
    const inputs = node.inputs.map(partsOf);
    const same = inputs.every((input, i) => input === node.inputs[i]);
    const renewed = same ? node : g.node(node.op, inputs, node.attrs, node.binding);
    const expanded = renewed.op.kind === "composite" ? partsOf(renewed.op.expand(g, renewed)) : renewed;
    parts.set(node, expanded);
    return expanded;
  };
  // Inputs first, so that the recursion above goes no deeper than one composite.
  for (const node of order) partsOf(node);
  return roots.map(partsOf);
}
