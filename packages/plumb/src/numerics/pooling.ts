/** Pools of sequences, images and volumes, `[batch, spatial…, channels]`, with padding as Keras and TensorFlow name it. */
import {
  arange,
  asTensor,
  concat,
  maximum,
  maxPool,
  minimum,
  pad,
  sumPool,
  type Tensor,
  type TensorLike,
} from "../tensor/index.ts";
import { padded, perAxis, type PerAxis } from "./padding.ts";

/** What goes with a pool. */
export interface PoolOptions {
  /** Steps from window to window. Default: the size, so that windows meet. */
  readonly strides?: PerAxis;
  /** "valid" places windows inside the input only; "same" has ⌈extent / stride⌉ of them. Default "valid". */
  readonly padding?: "valid" | "same";
}

interface Windows {
  readonly image: Tensor;
  readonly size: readonly number[];
  readonly stride: readonly number[];
  readonly low: readonly number[];
  readonly high: readonly number[];
}

function windowsOf(x: TensorLike, poolSize: PerAxis, { strides, padding = "valid" }: PoolOptions): Windows {
  const image = asTensor(x).cast("float32");
  const rank = image.rank - 2;
  const size = perAxis(poolSize, rank);
  const stride = perAxis(strides ?? size, rank);
  const none = size.map(() => 1);
  return { image, size, stride, ...padded(padding, image.shape.slice(1, -1), size, stride, none) };
}

/** The image with `value` around it. */
function around({ image, low, high }: Windows, value: number): Tensor {
  if ([...low, ...high].every((count) => count === 0)) return image;
  const none = [0, 0] as const;
  return pad(image, [none, ...low.map((before, i) => [before, high[i]] as const), none], value);
}

/**
 * The largest element of each window; what is padded is never it. Of equal elements the first has the gradient, as in
 * TensorFlow. Errors: PL1006 where a window does not fit, PL1010 for other axes.
 */
export function maxPooling(x: TensorLike, poolSize: PerAxis, options: PoolOptions = {}): Tensor {
  const windows = windowsOf(x, poolSize, options);
  return maxPool(around(windows, -Infinity), windows.size, windows.stride);
}

/** The mean of each window over the elements of the input in it; what is padded is not counted. Errors as `maxPooling`. */
export function averagePooling(x: TensorLike, poolSize: PerAxis, options: PoolOptions = {}): Tensor {
  const windows = windowsOf(x, poolSize, options);
  const { image, size, stride, low, high } = windows;
  const sums = sumPool(around(windows, 0), size, stride);
  return size.reduce((mean, extent, i) => {
    if (low[i] + high[i] === 0) return mean.div(extent);
    const first = arange(sums.shape[1 + i])
      .mul(stride[i])
      .sub(low[i]);
    const count = minimum(first.add(extent), image.shape[1 + i]).sub(maximum(first, 0));
    return mean.div(count.reshape(sums.shape.map((n, axis) => (axis === 1 + i ? n : 1))));
  }, sums);
}

/** The first element and the length of each of `count` windows that cover `extent` elements evenly. */
const evenly = (
  extent: number,
  count: number,
): readonly { readonly first: number; readonly length: number }[] =>
  Array.from({ length: count }, (_, i) => {
    const first = Math.floor((i * extent) / count);
    return { first, length: Math.ceil(((i + 1) * extent) / count) - first };
  });

/**
 * `outputSize` windows along each spatial axis that cover it evenly, window i from ⌊i · extent / outputSize⌋ up to
 * ⌈(i + 1) · extent / outputSize⌉, each pooled by `pool`, axis by axis.
 */
function adaptively(
  x: TensorLike,
  outputSize: PerAxis,
  pool: (image: Tensor, size: readonly number[], stride: readonly number[]) => Tensor,
): Tensor {
  const image = asTensor(x);
  const rank = image.rank - 2;
  return perAxis(outputSize, rank).reduce((pooled, count, i) => {
    const axis = 1 + i;
    const extent = pooled.shape[axis];
    const along = (value: number): number[] => Array.from({ length: rank }, (_, k) => (k === i ? value : 1));
    const windows = evenly(extent, count);
    // Windows that meet are a pool like any other.
    if (extent % count === 0) return pool(pooled, along(extent / count), along(extent / count));
    const parts = windows.map(({ first, length }) => {
      const start = pooled.shape.map((_, k) => (k === axis ? first : 0));
      const size = pooled.shape.map((n, k) => (k === axis ? length : n));
      return pool(pooled.slice(start, size), along(length), along(1));
    });
    return concat(parts, axis);
  }, image);
}

/** The largest element of each of `outputSize` windows that cover the spatial axes evenly. */
export const adaptiveMaxPooling = (x: TensorLike, outputSize: PerAxis): Tensor =>
  adaptively(x, outputSize, (image, size, stride) => maxPool(image, size, stride));

/** The mean of each of `outputSize` windows that cover the spatial axes evenly. */
export const adaptiveAveragePooling = (x: TensorLike, outputSize: PerAxis): Tensor =>
  adaptively(x, outputSize, (image, size, stride) =>
    sumPool(image, size, stride).div(size.reduce((product, n) => product * n, 1)),
  );
