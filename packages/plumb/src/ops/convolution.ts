/**
 * Convolution and its transpose. As composites, because the gradients of each are the other and a product, where the
 * gradient of a window would lay back one copy of the image per element of it.
 */
import { PlumbError } from "../base/errors.ts";
import { sameShape, sizeOf } from "../base/shape.ts";
import type { Attrs, Node, Spec } from "../graph/node.ts";
import type { Builder, CompositeOp, Sample } from "../graph/op.ts";
import { float32Only, listAttr, numberAttr, requireDtype, showSpec } from "./rules.ts";
import { placesIn } from "./windows.ts";

/** What a convolution is, read from its attributes and shapes. Lists have an entry per spatial axis. */
interface Form {
  readonly rank: number;
  readonly batch: number;
  /** Spatial extents of the image, and the zeros before and behind it. */
  readonly extents: readonly number[];
  readonly low: readonly number[];
  readonly high: readonly number[];
  readonly size: readonly number[];
  readonly stride: readonly number[];
  readonly dilation: readonly number[];
  readonly groups: number;
  /** Channels and filters of one group. */
  readonly channels: number;
  readonly filters: number;
}

/** The form over an image of `batch` and `extents`. */
function formOf(batch: number, extents: readonly number[], filter: Spec, attrs: Attrs): Form {
  const stride = listAttr(attrs, "stride");
  const rank = stride.length;
  const groups = numberAttr(attrs, "groups");
  return {
    rank,
    batch,
    extents,
    low: listAttr(attrs, "low"),
    high: listAttr(attrs, "high"),
    size: filter.shape.slice(0, rank),
    stride,
    dilation: listAttr(attrs, "dilation"),
    groups,
    channels: filter.shape[rank],
    filters: filter.shape[rank + 1] / groups,
  };
}

const formOver = (image: Spec, filter: Spec, attrs: Attrs): Form =>
  formOf(image.shape[0], image.shape.slice(1, -1), filter, attrs);

const attrsOf = ({ stride, dilation, low, high, groups }: Form): Attrs => ({
  stride,
  dilation,
  low,
  high,
  groups,
});

const placesOf = ({ extents, low, high, size, stride, dilation }: Form): number[] =>
  extents.map((extent, i) => placesIn(low[i] + extent + high[i], size[i], stride[i], dilation[i]));

/** Errors unless image and filter have the axes that `attrs` speak of, and the filters divide among the groups. */
function requireForm(name: string, [image, filter]: readonly Spec[], attrs: Attrs): void {
  for (const input of [image, filter]) requireDtype(name, input, float32Only);
  const rank = listAttr(attrs, "stride").length;
  const asked = `a ${name} of ${showSpec(image)} with a filter ${showSpec(filter)}`;
  if (image.shape.length !== rank + 2 || filter.shape.length !== rank + 2) {
    throw new PlumbError("PL1010", {
      asked,
      why: `over ${rank} axes the image is [batch, ${rank} extents, channels] and the filter [${rank} extents, channels, filters]`,
      fix: "reshape the operands to that form",
    });
  }
  const groups = numberAttr(attrs, "groups");
  if (filter.shape[rank + 1] % groups !== 0) {
    throw new PlumbError("PL1010", {
      asked: `${asked} in ${groups} groups`,
      why: `${filter.shape[rank + 1]} filters do not divide evenly among ${groups} groups`,
      fix: "make the number of filters a multiple of the number of groups",
    });
  }
}

/** Errors unless the filter fits into the padded image, and reaches the image wherever it lies. */
function requireFit(asked: string, form: Form): void {
  const { low, high, size, dilation } = form;
  const fits = placesOf(form).every((places, i) => {
    const reach = dilation[i] * (size[i] - 1);
    return places >= 1 && [low[i], high[i]].every((zeros) => zeros >= 0 && zeros <= reach);
  });
  if (fits) return;
  throw new PlumbError("PL1006", {
    asked: `${asked}, padded by [${low.join(", ")}] before and [${high.join(", ")}] behind, dilation [${dilation.join(", ")}]`,
    why: "the filter must fit at least once along each axis, and must reach the image wherever it lies",
    fix: "give a smaller filter or a larger image; pad the image itself by more than the filter's reach",
  });
}

function inferConvolution([image, filter]: readonly Spec[], attrs: Attrs): Spec {
  requireForm("convolution", [image, filter], attrs);
  const asked = `a convolution of ${showSpec(image)} with a filter ${showSpec(filter)}`;
  const form = formOver(image, filter, attrs);
  const { rank, groups, channels, filters } = form;
  if (image.shape[rank + 1] !== channels * groups) {
    throw new PlumbError("PL1005", {
      asked,
      why: `the image has ${image.shape[rank + 1]} channels and the filter reads ${channels}${groups > 1 ? ` in each of ${groups} groups` : ""}`,
      fix: "make the last axis of the image as long as the last but one of the filter, times the groups",
    });
  }
  requireFit(asked, form);
  return { shape: [image.shape[0], ...placesOf(form), filters * groups], dtype: image.dtype };
}

function inferTranspose([places, filter]: readonly Spec[], attrs: Attrs): Spec {
  requireForm("convolutionTranspose", [places, filter], attrs);
  const asked = `a transposed convolution of ${showSpec(places)} with a filter ${showSpec(filter)}`;
  const form = formOf(places.shape[0], listAttr(attrs, "extents"), filter, attrs);
  const { rank, batch, extents, groups, channels, filters } = form;
  if (places.shape[rank + 1] !== filters * groups) {
    throw new PlumbError("PL1005", {
      asked,
      why: `the input has ${places.shape[rank + 1]} channels and the filter reads ${filters * groups}`,
      fix: "make the last axis of the input as long as the last of the filter",
    });
  }
  requireFit(asked, form);
  if (!sameShape(placesOf(form), places.shape.slice(1, -1))) {
    throw new PlumbError("PL1010", {
      asked: `${asked} to extents [${extents.join(", ")}]`,
      why: `over such an image the filter lies at [${placesOf(form).join(", ")}] places`,
      fix: "ask for extents over which it lies at as many places as the input has",
    });
  }
  return { shape: [batch, ...extents, channels * groups], dtype: places.dtype };
}

/** A sample with stride and dilation 1, no padding and one group unless told. */
function sample(
  image: number[],
  filter: number[],
  given: { stride?: number[]; dilation?: number[]; low?: number[]; high?: number[]; groups?: number } = {},
): Sample {
  const all = (value: number): number[] => filter.slice(2).map(() => value);
  return {
    inputs: [
      { shape: image, dtype: "float32", range: [0.1, 2] },
      { shape: filter, dtype: "float32", range: [0.1, 2] },
    ],
    attrs: { stride: all(1), dilation: all(1), low: all(0), high: all(0), groups: 1, ...given },
    ulp: 4 + sizeOf(filter.slice(0, -1)),
  };
}

/**
 * `attrs: { stride, dilation, low, high, groups }`: one entry per spatial axis; `low` and `high` are the zeros before and
 * behind the image, each at most the reach of the filter. Image `[batch, spatial…, channels]`, filter
 * `[spatial…, channels / groups, filters]`. Group g of the channels meets group g of the filters only.
 */
export const convolution: CompositeOp = {
  kind: "composite",
  name: "convolution",
  doc: "Σ over offsets k and channels c of image[b, o · stride + k · dilation − low, c] · filter[k, c, f]",
  arity: 2,
  infer: inferConvolution,
  expand: (g, { inputs: [image, filter], attrs }) => {
    const form = formOver(image, filter, attrs);
    if (isThin(form)) return folded(g, image, filter, form);
    if (form.groups > 1) return multiplied(g, image, filter, form);
    return g.contract(ungrouped(g, seen(g, image, form), form), filter, { batch: 0, inner: form.rank + 1 });
  },
  gradient: (g, { inputs: [image, filter], attrs }, dy) => {
    const form = formOver(image, filter, attrs);
    const byImage = g.node(convolutionTranspose, [dy, filter], { ...attrs, extents: form.extents });
    return [byImage, byFilter(g, image, filter, form, dy)];
  },
  samples: [
    sample([2, 5, 3], [3, 3, 4]),
    sample([1, 6, 1], [2, 1, 1], { stride: [2] }),
    sample([2, 7, 2], [2, 2, 3], { stride: [3], dilation: [2] }),
    sample([2, 5, 3], [4, 3, 2], { low: [1], high: [2] }),
    sample([1, 5, 2], [3, 2, 2], { low: [4], high: [0], dilation: [2] }),
    sample([2, 5, 6, 3], [3, 2, 3, 5]),
    sample([1, 7, 6, 1], [3, 3, 1, 4], { stride: [2, 1], dilation: [1, 2] }),
    sample([2, 6, 5, 3], [3, 2, 3, 2], { stride: [2, 3], low: [0, 1], high: [1, 1] }),
    sample([1, 8, 8, 1], [2, 4, 1, 3], { stride: [3, 2], low: [0, 3], high: [0, 2] }),
    sample([1, 1, 1, 3], [1, 1, 3, 9]),
    sample([1, 2, 1, 2], [3, 3, 2, 1], { low: [2, 1], high: [1, 1], stride: [3, 1] }),
    sample([2, 3, 4, 3, 2], [2, 2, 2, 2, 3], { stride: [1, 2, 1] }),
    sample([1, 4, 17], [2, 17, 1], { low: [1] }),
    // Groups: products of their own, or thin enough to be folded (depthwise, with one and with several filters each).
    sample([2, 5, 8], [2, 4, 8], { groups: 2, stride: [2] }),
    sample([1, 4, 3, 6], [3, 2, 2, 12], { groups: 3, low: [1, 0], high: [1, 1] }),
    sample([2, 4, 5, 3], [3, 3, 1, 3], { groups: 3, low: [1, 1], high: [1, 1] }),
    sample([1, 6, 5, 5], [2, 3, 1, 10], { groups: 5, stride: [2, 2], high: [0, 1] }),
    sample([1, 5, 9], [2, 1, 9], { groups: 9, stride: [2], dilation: [3] }),
    sample([1, 5, 10], [2, 2, 5], { groups: 5, stride: [3] }),
  ],
};

/** A sample of the transpose: that of the convolution which it is the gradient of. */
function transposeSample(...given: Parameters<typeof sample>): Sample {
  const { inputs, attrs = {}, ulp } = sample(...given);
  const [image, filter] = inputs;
  const { shape } = inferConvolution(inputs, attrs);
  return {
    inputs: [{ ...image, shape }, filter],
    attrs: { ...attrs, extents: image.shape.slice(1, -1) },
    ulp: (ulp ?? 0) + 4 + sizeOf(filter.shape),
  };
}

/**
 * `attrs: { stride, dilation, low, high, groups, extents }`: what the gradient of a convolution over an image of these
 * spatial extents gives. Input `[batch, places…, filters]`, filter as of the convolution, `[spatial…, channels / groups,
 * filters]`, result `[batch, extents…, channels]`.
 */
export const convolutionTranspose: CompositeOp = {
  kind: "composite",
  name: "convolutionTranspose",
  doc: "image[b, i, c] = Σ over places o and offsets k with o · stride + k · dilation − low = i, and filters f, of y[b, o, f] · filter[k, c, f]",
  arity: 2,
  infer: inferTranspose,
  expand: (g, { inputs: [places, filter], attrs }) =>
    spread(g, filter, formOf(places.shape[0], listAttr(attrs, "extents"), filter, attrs), places),
  gradient: (g, { inputs: [places, filter], attrs }, dy) => {
    const form = formOver(dy, filter, attrs);
    return [g.node(convolution, [dy, filter], attrsOf(form)), byFilter(g, dy, filter, form, places)];
  },
  samples: [
    transposeSample([2, 5, 3], [3, 3, 4]),
    transposeSample([1, 6, 1], [2, 1, 1], { stride: [2] }),
    transposeSample([1, 8, 2], [2, 2, 3], { stride: [3] }),
    transposeSample([1, 9, 2], [2, 2, 2], { stride: [3], dilation: [2], low: [1] }),
    transposeSample([2, 5, 3], [4, 3, 2], { low: [1], high: [2] }),
    transposeSample([1, 6, 4, 3], [3, 2, 3, 2], { stride: [2, 2], low: [0, 0], high: [1, 0] }),
    transposeSample([1, 4, 5, 4], [3, 3, 2, 4], { groups: 2, stride: [2, 1], low: [1, 1], high: [1, 1] }),
    transposeSample([1, 4, 5, 5], [2, 2, 1, 5], { groups: 5, stride: [2, 2], high: [0, 1] }),
    transposeSample([1, 3, 4, 3, 1], [2, 2, 2, 1, 2], { stride: [1, 2, 1] }),
  ],
};

/** Elements of a vector. */
const lanes = 4;

/** Channels from which a fold over them, four at a time, is faster than a product of one column. */
const manyChannels = 16;

/**
 * True where a product would leave most lanes empty, and something else fills them: the groups side by side, or, for a
 * single filter, its channels.
 */
const isThin = ({ groups, channels, filters }: Form): boolean =>
  groups === 1 ? filters === 1 && channels >= manyChannels : filters < Math.min(lanes, groups);

const count = (from: number, length: number): number[] => Array.from({ length }, (_, i) => from + i);
const ones = (length: number): number[] => new Array<number>(length).fill(1);

/** Zeros before, behind and between along the spatial axes; the image itself where there are none. */
function around(
  g: Builder,
  image: Node,
  low: readonly number[],
  high: readonly number[],
  gap: readonly number[],
): Node {
  if ([...low, ...high, ...gap].every((zeros) => zeros === 0)) return image;
  return g.pad(image, [0, ...low, 0], [0, ...high, 0], [0, ...gap, 0], 0);
}

/** The windows of the padded image: `[batch, places…, offsets…, groups, channels]`. */
function seen(g: Builder, image: Node, form: Form): Node {
  const { low, high, groups, channels } = form;
  const padded = around(
    g,
    image,
    low,
    high,
    low.map(() => 0),
  );
  return g.windows(g.reshape(padded, [...padded.shape.slice(0, -1), groups, channels]), 1, form);
}

/** The windows with all channels in one axis, where there is one group. */
const ungrouped = (g: Builder, view: Node, { channels }: Form): Node =>
  g.reshape(view, [...view.shape.slice(0, -2), channels]);

/** The groups as batches of one contraction. */
function multiplied(g: Builder, image: Node, filter: Node, form: Form): Node {
  const { rank, size, groups, channels, filters } = form;
  const view = seen(g, image, form);
  const grouped = 2 * rank + 1;
  const rows = g.transpose(view, [grouped, ...count(0, grouped), grouped + 1]);
  const split = g.reshape(filter, [...size, channels, groups, filters]);
  const columns = g.transpose(split, [rank + 1, ...count(0, rank + 1), rank + 2]);
  const product = g.contract(rows, columns, { batch: 1, inner: rank + 1 });
  const back = g.transpose(product, [...count(1, rank + 1), 0, rank + 2]);
  return g.reshape(back, [...back.shape.slice(0, -2), groups * filters]);
}

/** Products of elements, summed over the window and the channels, with the groups, or else the channels, in the lanes. */
function folded(g: Builder, image: Node, filter: Node, form: Form): Node {
  const { rank, batch, size, groups, channels, filters } = form;
  const places = placesOf(form);
  const whole = [batch, ...places, ...size, channels, filters, groups];
  const offsets = count(rank + 1, rank);
  const view = g.transpose(seen(g, image, form), [...count(0, 2 * rank + 1), 2 * rank + 2, 2 * rank + 1]);
  const left = g.reshape(view, [batch, ...places, ...size, channels, 1, groups]);
  const split = g.reshape(filter, [...size, channels, groups, filters]);
  const turned = g.transpose(split, [...count(0, rank + 1), rank + 2, rank + 1]);
  const right = g.reshape(turned, [...ones(rank + 1), ...turned.shape]);
  const products = g.mul(g.broadcast(left, whole), g.broadcast(right, whole));
  const sums = g.sum(products, [...offsets, 2 * rank + 1]);
  const back = g.transpose(sums, [...count(0, rank + 1), rank + 2, rank + 1]);
  return g.reshape(back, [batch, ...places, groups * filters]);
}

/**
 * x[i] = Σ y[o] · filter[k] over o · s + k · d − low = i.
 *
 * Where d = 1, write i + low = s · B + t and k = s · q + t: then o = B − q, so that block B of s elements is what windows of
 * Q = ⌈size / s⌉ places of y give, each phase t a filter of its own: a convolution without stride, whose filters are the
 * s phases of every channel. Otherwise y is laid out with gaps of the stride, and there is one phase.
 */
function spread(g: Builder, filter: Node, form: Form, y: Node): Node {
  const { rank, batch, extents, low, size, stride, dilation, groups, channels } = form;
  const phases = stride.map((s, i) => (dilation[i] === 1 ? s : 1));
  const gap = stride.map((s, i) => (dilation[i] === 1 ? 0 : s - 1));
  const window = size.map((k, i) => Math.ceil(k / phases[i]));
  const first = low.map((zeros, i) => Math.floor(zeros / phases[i]));
  const last = low.map((zeros, i) => Math.floor((zeros + extents[i] - 1) / phases[i]));
  const blocks = last.map((block, i) => block - first[i] + 1);
  const before = window.map((extent, i) => dilation[i] * (extent - 1) - first[i]);
  const behind = last.map((block, i) => block - (y.shape[1 + i] - 1) * (gap[i] + 1));
  const padded = around(g, y, before, behind, gap);
  const turned = phaseFilters(g, filter, form, window, phases);
  const stepless = { stride: ones(rank), dilation, low: size.map(() => 0), high: size.map(() => 0), groups };
  const found = g.node(convolution, [padded, turned], stepless);
  // [batch, blocks…, groups, phases…, channels], the phases brought behind their blocks.
  const apart = g.reshape(found, [batch, ...blocks, groups, ...phases, channels]);
  const pairs = blocks.flatMap((_, i) => [1 + i, rank + 2 + i]);
  const beside = g.transpose(apart, [0, ...pairs, rank + 1, 2 * rank + 2]);
  const joined = g.reshape(beside, [batch, ...blocks.map((n, i) => n * phases[i]), groups * channels]);
  const start = [0, ...low.map((zeros, i) => zeros - first[i] * phases[i]), 0];
  return cut(g, joined, start, [batch, ...extents, groups * channels]);
}

/** The filter of each phase, turned about: `[window…, filters of a group, groups · phases… · channels]`. */
function phaseFilters(
  g: Builder,
  filter: Node,
  form: Form,
  window: readonly number[],
  phases: readonly number[],
): Node {
  const { rank, size, groups, channels, filters } = form;
  const missing = size.map((k, i) => window[i] * phases[i] - k);
  const filled = missing.some((zeros) => zeros > 0)
    ? g.pad(
        filter,
        filter.shape.map(() => 0),
        [...missing, 0, 0],
        filter.shape.map(() => 0),
        0,
      )
    : filter;
  const pairs = window.flatMap((extent, i) => [extent, phases[i]]);
  const split = g.reshape(filled, [...pairs, channels, groups, filters]);
  const turns = (axis: number): boolean => axis < 2 * rank && axis % 2 === 0;
  const turned = g.slice(
    split,
    split.shape.map((extent, axis) => (turns(axis) ? extent - 1 : 0)),
    split.shape,
    split.shape.map((_, axis) => (turns(axis) ? -1 : 1)),
  );
  const places = size.map((_, i) => 2 * i);
  const inPhase = size.map((_, i) => 2 * i + 1);
  const order = [...places, 2 * rank + 2, 2 * rank + 1, ...inPhase, 2 * rank];
  return g.reshape(g.transpose(turned, order), [...window, filters, groups * sizeOf(phases) * channels]);
}

/** `size` elements along each axis, from `start` on. */
const cut = (g: Builder, x: Node, start: readonly number[], size: readonly number[]): Node =>
  x.shape.every((extent, axis) => extent === size[axis])
    ? x
    : g.slice(
        x,
        start,
        size,
        size.map(() => 1),
      );

/** Places that a sum over a run of images has at least. */
const leastPlaces = 256;

/**
 * Runs of images that the gradient of a filter is summed over, each by itself: what a run reads stays in the cache while all
 * offsets of the filter meet it, and threads have runs to share. As many as divide the batch, as long as they store no more
 * than half of what they read.
 */
function runsOf({ batch, size, channels, filters }: Form, places: number): number {
  const stored = sizeOf(size) * channels * filters;
  const read = places * (channels + filters);
  const fits = (runs: number): boolean =>
    batch % runs === 0 && places >= leastPlaces * runs && 2 * runs * stored <= read;
  return count(2, Math.max(0, batch - 1)).findLast(fits) ?? 1;
}

/** Each offset of the filter against the gradient, over all places it was seen at. */
function byFilter(g: Builder, image: Node, filter: Node, form: Form, dy: Node): Node {
  const { rank, batch, size, groups, channels, filters } = form;
  const view = seen(g, image, form);
  const places = count(0, rank + 1);
  const offsets = count(rank + 1, rank);
  const arrived = g.reshape(dy, [...dy.shape.slice(0, -1), groups, filters]);
  if (isThin(form)) {
    const whole = [batch, ...dy.shape.slice(1, -1), ...size, channels, filters, groups];
    const left = g.transpose(view, [...places, ...offsets, 2 * rank + 2, 2 * rank + 1]);
    const right = g.transpose(arrived, [...places, rank + 2, rank + 1]);
    const products = g.mul(
      g.broadcast(g.reshape(left, [...left.shape.slice(0, -1), 1, groups]), whole),
      g.broadcast(g.reshape(right, [...dy.shape.slice(0, -1), ...ones(rank + 1), filters, groups]), whole),
    );
    // Image by image: each is read again for every offset, and stays in the cache meanwhile.
    const sums = g.sum(g.sum(products, places.slice(1)), [0]);
    return g.reshape(g.transpose(sums, [...count(0, rank + 1), rank + 2, rank + 1]), filter.shape);
  }
  if (groups === 1) {
    const runs = runsOf(form, sizeOf(dy.shape.slice(0, -1)));
    const split = (x: Node): Node => g.reshape(x, [runs, batch / runs, ...x.shape.slice(1)]);
    const behind = (axes: readonly number[]): number[] => axes.map((axis) => axis + 1);
    const seenByRun = split(ungrouped(g, view, form));
    const rows = g.transpose(seenByRun, [0, ...behind(offsets), 2 * rank + 2, ...behind(places)]);
    const sums = g.contract(rows, split(dy), { batch: 1, inner: rank + 1 });
    return runs === 1 ? g.reshape(sums, filter.shape) : g.sum(sums, [0]);
  }
  const rows = g.transpose(view, [2 * rank + 1, ...offsets, 2 * rank + 2, ...places]);
  const columns = g.transpose(arrived, [rank + 1, ...places, rank + 2]);
  const product = g.contract(rows, columns, { batch: 1, inner: rank + 1 });
  return g.reshape(g.transpose(product, [...count(1, rank + 1), 0, rank + 2]), filter.shape);
}
