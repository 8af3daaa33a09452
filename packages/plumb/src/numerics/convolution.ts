/** Convolutions of sequences, images and volumes, `[batch, spatial…, channels]`, with padding as Keras and TensorFlow name it. */
import {
  asTensor,
  convolution,
  convolutionTranspose,
  type Tensor,
  type TensorLike,
} from "../tensor/index.ts";
import { padded, perAxis, type PerAxis, type Padding } from "./padding.ts";

/** What goes with a convolution. */
export interface ConvolveOptions {
  /** Steps from place to place. Default 1. */
  readonly strides?: PerAxis;
  /**
   * "valid" places the kernel inside the input only; "same" pads with zeros so that there are ⌈extent / stride⌉ places,
   * the odd zero behind; "causal" pads before only, so that a place sees nothing after it. Default "valid".
   */
  readonly padding?: Padding;
  /** Steps from element to element of the kernel. Default 1. */
  readonly dilation?: PerAxis;
  /** Parts into which channels and filters fall; each part of the filters reads its part of the channels. Default 1. */
  readonly groups?: number;
}

/**
 * `y[b, o, f] = Σ x[b, o · strides + k · dilation − low, c] · kernel[k, c, f]` over offsets k and channels c. x
 * `[batch, spatial…, channels]`, kernel `[spatial…, channels / groups, filters]`.
 * Errors: PL1005, PL1006, PL1010 where they do not fit.
 */
export function convolve(x: TensorLike, kernel: TensorLike, options: ConvolveOptions = {}): Tensor {
  const [image, filter] = [asTensor(x), asTensor(kernel)];
  const rank = filter.rank - 2;
  const { padding = "valid", groups = 1 } = options;
  const stride = perAxis(options.strides ?? 1, rank);
  const dilation = perAxis(options.dilation ?? 1, rank);
  const zeros = padded(padding, image.shape.slice(1, -1), filter.shape, stride, dilation);
  return convolution(image, filter, { stride, dilation, ...zeros, groups });
}

/**
 * Each channel convolved by itself, `multiplier` times: kernel `[spatial…, channels, multiplier]`, output channel
 * c · multiplier + m. The rest as `convolve`.
 */
export function depthwiseConvolve(
  x: TensorLike,
  kernel: TensorLike,
  options: Omit<ConvolveOptions, "groups"> = {},
): Tensor {
  const filter = asTensor(kernel);
  const [channels, multiplier] = filter.shape.slice(-2);
  const grouped = filter.reshape([...filter.shape.slice(0, -2), 1, channels * multiplier]);
  return convolve(x, grouped, { ...options, groups: channels });
}

/** What goes with a transposed convolution. */
export interface ConvolveTransposedOptions {
  readonly strides?: PerAxis;
  readonly padding?: "valid" | "same";
  readonly dilation?: PerAxis;
  /** Extents of the output; unset, those of `transposedExtent`. */
  readonly extents?: readonly number[];
}

/**
 * The extent of the output of a transposed convolution along one axis: an image of that extent is one over which the
 * kernel would lie at `places` places. Keras's rule; undefined `outputPadding` chooses the common one.
 */
export function transposedExtent(
  places: number,
  size: number,
  stride: number,
  dilation: number,
  padding: "valid" | "same",
  outputPadding?: number,
): number {
  const reach = (size - 1) * dilation + 1;
  if (padding === "valid")
    return (places - 1) * stride + reach + (outputPadding ?? Math.max(stride - reach, 0));
  return outputPadding === undefined ? places * stride : (places - 1) * stride + (reach % 2) + outputPadding;
}

/**
 * The gradient of `convolve` by its input, as a layer of its own: every element of x lays the kernel down, scaled by it,
 * `strides` apart. x `[batch, spatial…, channels]`, kernel `[spatial…, filters, channels]`, output
 * `[batch, extents…, filters]`. Errors: PL1005, PL1010 where they do not fit.
 */
export function convolveTransposed(
  x: TensorLike,
  kernel: TensorLike,
  options: ConvolveTransposedOptions = {},
): Tensor {
  const [places, filter] = [asTensor(x), asTensor(kernel)];
  const rank = filter.rank - 2;
  const { padding = "valid" } = options;
  const stride = perAxis(options.strides ?? 1, rank);
  const dilation = perAxis(options.dilation ?? 1, rank);
  const extents =
    options.extents ??
    stride.map((s, i) => transposedExtent(places.shape[1 + i], filter.shape[i], s, dilation[i], padding));
  const zeros = padded(padding, extents, filter.shape, stride, dilation);
  return convolutionTranspose(places, filter, { stride, dilation, ...zeros, groups: 1, extents });
}
