/** S-shaped functions and those built on them. */
import { flag, real, resolve, type GivenOf } from "../base/parameters.ts";
import { asTensor, clip, div, split, where, type Tensor, type TensorLike } from "../tensor/index.ts";
import { relu6 } from "./rectifiers.ts";

/**
 * log(1 + eˣ) = max(x, 0) + log(1 + e^−|x|). The first form is infinite from x = 89 on in float32; the second never
 * raises e to a positive power. Its gradient is the sigmoid. Shape: that of `x`. Dugas et al., 2001.
 *
 * @example
 * softplus([-100, 0, 100]); // [3.8e-44, 0.6931, 100]
 */
export function softplus(x: TensorLike): Tensor {
  const input = asTensor(x);
  const negative = input.less(0);
  return where(negative, 0, input).add(where(negative, input, input.neg()).exp().log1p());
}

/**
 * log(1 / (1 + e^−x)) = −softplus(−x): `log(sigmoid(x))` is −∞ from x = −104 down, this is x there. Shape: that of `x`.
 *
 * @example
 * logSigmoid([-1000, 0]); // [-1000, -0.6931]
 */
export const logSigmoid = (x: TensorLike): Tensor => softplus(asTensor(x).neg()).neg();

export const squareplusParameters = {
  b: real(4, "How round the bend is; towards 0 it becomes the relu", { above: 0 }),
};

/**
 * (x + √(x² + b)) / 2, with b = 4 unless given: a softplus without exponentials. Shape: that of `x`; √b / 2 at 0.
 * Below 0 computed as b/2 / (√(x² + b) − x), the same without the difference of two numbers that are nearly equal.
 * Errors: PL4004 for a b that is not above 0. Barron, Squareplus: A Softplus-Like Algebraic Rectifier, 2021.
 *
 * @example
 * squareplus([-1.5, 0, 1.5]); // [0.5, 1, 2]
 */
export function squareplus(x: TensorLike, options: GivenOf<typeof squareplusParameters> = {}): Tensor {
  const { b } = resolve("PL4004", "squareplus", squareplusParameters, options);
  const input = asTensor(x);
  const negative = input.less(0);
  const sum = input
    .square()
    .add(b)
    .sqrt()
    .add(where(negative, input.neg(), input));
  return where(negative, div(b / 2, sum), sum.div(2));
}

/**
 * min(max(x, −1), 1): a hyperbolic tangent of three straight lines. Shape: that of `x`; its gradient is 1 at both kinks.
 * Collobert, 2004.
 *
 * @example
 * hardTanh([-3, 0.5, 3]); // [-1, 0.5, 1]
 */
export const hardTanh = (x: TensorLike): Tensor => clip(x, -1, 1);

/**
 * min(max(x + 3, 0), 6) / 6: a sigmoid of three straight lines, Keras's slope. Shape: that of `x`; flat at both kinks.
 *
 * @example
 * hardSigmoid([-3, 0, 1.5, 3]); // [0, 0.5, 0.75, 1]
 */
export const hardSigmoid = (x: TensorLike): Tensor => relu6(asTensor(x).add(3)).div(6);

/**
 * x · sigmoid(x), also called swish. Shape: that of `x`; least, −0.278, at x = −1.278. Elfwing, Uchibe and Doya, 2017.
 *
 * @example
 * silu([-1, 0, 1]); // [-0.2689, 0, 0.7311]
 */
export function silu(x: TensorLike): Tensor {
  const input = asTensor(x);
  return input.mul(input.sigmoid());
}

/**
 * x · hardSigmoid(x), also called hard swish. Shape: that of `x`. Howard et al., Searching for MobileNetV3, 2019.
 *
 * @example
 * hardSilu([-3, -1, 3]); // [0, -0.3333, 3]
 */
export const hardSilu = (x: TensorLike): Tensor => hardSigmoid(x).mul(asTensor(x));

/**
 * x · tanh(softplus(x)). Shape: that of `x`. Misra, Mish: A Self Regularized Non-Monotonic Activation Function, 2019.
 *
 * @example
 * mish([-1, 0, 1]); // [-0.3034, 0, 0.8651]
 */
export const mish = (x: TensorLike): Tensor => softplus(x).tanh().mul(asTensor(x));

/**
 * x / (1 + |x|), in (−1, 1): approaches its limits as 1/x, not exponentially. Shape: that of `x`. Bergstra et al., 2009.
 *
 * @example
 * softsign([-1, 0, 3]); // [-0.5, 0, 0.75]
 */
export function softsign(x: TensorLike): Tensor {
  const input = asTensor(x);
  return input.div(input.abs().add(1));
}

export const geluParameters = {
  approximate: flag(false, "Compute Φ with a hyperbolic tangent"),
};

/**
 * x · Φ(x), Φ being the distribution function of the standard normal: x/2 · (1 + erf(x/√2)). Shape: that of `x`. With
 * `approximate`, Φ(x) ≈ (1 + tanh(√(2/π) (x + 0.044715 x³))) / 2, which differs by at most 5e-4.
 * Errors: PL4004 for an option that is none. Hendrycks and Gimpel, 2016.
 *
 * @example
 * gelu([-1, 0, 1]); // [-0.1587, 0, 0.8413]
 * gelu([-1, 0, 1], { approximate: true }); // [-0.1588, 0, 0.8412]
 */
export function gelu(x: TensorLike, options: GivenOf<typeof geluParameters> = {}): Tensor {
  const { approximate } = resolve("PL4004", "gelu", geluParameters, options);
  const input = asTensor(x);
  const bend = approximate
    ? input
        .mul(input.square().mul(0.044715).add(1))
        .mul(Math.sqrt(2 / Math.PI))
        .tanh()
    : input.mul(Math.SQRT1_2).erf();
  return input.mul(0.5).mul(bend.add(1));
}

/**
 * The gated linear unit: the first half along an axis times the sigmoid of the second half. Shape: that of `x`, with half
 * the extent along the axis. Errors: PL1006 for an odd extent. Dauphin, Fan, Auli and Grangier, Language Modeling with
 * Gated Convolutional Networks, 2016.
 *
 * @example
 * glu([1, 2, 0, 100]); // [0.5, 2]
 */
export function glu(x: TensorLike, axis = -1): Tensor {
  const [value, gate] = split(x, 2, axis);
  return value.mul(gate.sigmoid());
}
