/**
 * What slides a window over an image: the primitives that `numerics/` makes convolutions and pools of, with everything
 * spelled out. Images are `[batch, spatial…, channels]`; lists have one entry per spatial axis; all compute in float32.
 */
import { g } from "../ops/builder.ts";
import { composite } from "../ops/composite.ts";
import { apply, type TensorLike } from "./operand.ts";
import type { Tensor } from "./tensor.ts";

/** Where a filter lies on an image, and how its channels meet. */
export interface Sliding {
  readonly stride: readonly number[];
  readonly dilation: readonly number[];
  /** Zeros before and behind the image, at most the reach of the filter. */
  readonly low: readonly number[];
  readonly high: readonly number[];
  readonly groups: number;
}

/** Σ image · filter at each place. Filter `[spatial…, channels / groups, filters]`. PL1005, PL1006, PL1010 where they do not fit. */
export function convolution(image: TensorLike, filter: TensorLike, sliding: Sliding): Tensor {
  return apply([image, filter], (x, w) =>
    g.node(composite.convolution, [g.cast(x, "float32"), g.cast(w, "float32")], { ...sliding }),
  );
}

/** The gradient of that convolution by an image of these extents: `[batch, places…, filters]` to `[batch, extents…, channels]`. */
export function convolutionTranspose(
  places: TensorLike,
  filter: TensorLike,
  sliding: Sliding & { readonly extents: readonly number[] },
): Tensor {
  return apply([places, filter], (x, w) =>
    g.node(composite.convolutionTranspose, [g.cast(x, "float32"), g.cast(w, "float32")], { ...sliding }),
  );
}

/** The largest element of each window, which must fit; the first of equals has the gradient. */
export function maxPool(image: TensorLike, size: readonly number[], stride: readonly number[]): Tensor {
  return apply([image], (x) => g.node(composite.maxPool, [g.cast(x, "float32")], { size, stride }));
}

/** The sum of each window, which must fit. */
export function sumPool(image: TensorLike, size: readonly number[], stride: readonly number[]): Tensor {
  return apply([image], (x) => g.node(composite.sumPool, [g.cast(x, "float32")], { size, stride }));
}
