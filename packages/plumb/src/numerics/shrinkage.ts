/** Functions that pull small values to 0, and so make what they are given sparse. */
import { real, resolve, type GivenOf } from "../base/parameters.ts";
import { asTensor, where, type Tensor, type TensorLike } from "../tensor/index.ts";

export const shrinkParameters = {
  threshold: real(0.5, "The size up to which values become 0", { min: 0 }),
};

/**
 * x where |x| > `threshold` (0.5 unless given), else 0. Shape: that of `x`; the gradient at the threshold is 0.
 * Errors: PL4004 for a negative threshold. Donoho and Johnstone, Ideal Spatial Adaptation by Wavelet Shrinkage, 1994.
 *
 * @example
 * hardShrink([-2, 0.4, 1], { threshold: 0.5 }); // [-2, 0, 1]
 */
export function hardShrink(x: TensorLike, options: GivenOf<typeof shrinkParameters> = {}): Tensor {
  const { threshold } = resolve("PL4004", "hardShrink", shrinkParameters, options);
  const input = asTensor(x);
  return where(input.abs().lessEqual(threshold), 0, input);
}

/**
 * x moved towards 0 by `threshold` (0.5 unless given), and 0 where it would pass it: sign(x) max(|x| − threshold, 0).
 * Shape: that of `x`; the gradient at the threshold is 0. It is what a step on an L1 penalty does to a weight.
 * Errors: PL4004 for a negative threshold. Donoho, De-Noising by Soft-Thresholding, 1995.
 *
 * @example
 * softShrink([-2, 0.4, 1], { threshold: 0.5 }); // [-1.5, 0, 0.5]
 */
export function softShrink(x: TensorLike, options: GivenOf<typeof shrinkParameters> = {}): Tensor {
  const { threshold } = resolve("PL4004", "softShrink", shrinkParameters, options);
  const input = asTensor(x);
  return where(input.abs().lessEqual(threshold), 0, input.sub(input.sign().mul(threshold)));
}

/**
 * x − tanh(x): about x³/3 near 0, one less in size far from it. Shape: that of `x`.
 *
 * @example
 * tanhShrink([-100, 0, 100]); // [-99, 0, 99]
 */
export function tanhShrink(x: TensorLike): Tensor {
  const input = asTensor(x);
  return input.sub(input.tanh());
}
