/** S-shaped functions and those built on them. */
import { asTensor, where, type Tensor, type TensorLike } from "../tensor/index.ts";
import { relu6 } from "./rectifiers.ts";

/**
 * log(1 + eˣ) = max(x, 0) + log(1 + e^−|x|). The first form is infinite from x = 89 on in float32; the second never
 * raises e to a positive power. Its gradient is the sigmoid.
 */
export function softplus(x: TensorLike): Tensor {
  const input = asTensor(x);
  const negative = input.less(0);
  return where(negative, 0, input).add(where(negative, input, input.neg()).exp().log1p());
}

/** log(1 / (1 + e^−x)) = −softplus(−x): `log(sigmoid(x))` is −∞ from x = −104 down, this is x there. */
export const logSigmoid = (x: TensorLike): Tensor => softplus(asTensor(x).neg()).neg();

/** 1 / (1 + e^−x), in (0, 1). */
export const sigmoid = (x: TensorLike): Tensor => asTensor(x).sigmoid();

/** The hyperbolic tangent, in (−1, 1). */
export const tanh = (x: TensorLike): Tensor => asTensor(x).tanh();

/** min(max(x + 3, 0), 6) / 6: a sigmoid of three straight lines, Keras's slope. */
export const hardSigmoid = (x: TensorLike): Tensor => relu6(asTensor(x).add(3)).div(6);

/** x · sigmoid(x), also called swish. Elfwing, Uchibe and Doya, 2017. */
export function silu(x: TensorLike): Tensor {
  const input = asTensor(x);
  return input.mul(input.sigmoid());
}

/** x · hardSigmoid(x), also called hard swish. Howard et al., 2019. */
export const hardSilu = (x: TensorLike): Tensor => hardSigmoid(x).mul(asTensor(x));

/** x · tanh(softplus(x)). Misra, 2019. */
export const mish = (x: TensorLike): Tensor => softplus(x).tanh().mul(asTensor(x));

/** x / (1 + |x|), in (−1, 1): approaches its limits as 1/x, not exponentially. */
export function softsign(x: TensorLike): Tensor {
  const input = asTensor(x);
  return input.div(input.abs().add(1));
}

/**
 * x · Φ(x), Φ being the distribution function of the standard normal: x/2 · (1 + erf(x/√2)). With `approximate`,
 * Φ(x) ≈ (1 + tanh(√(2/π) (x + 0.044715 x³))) / 2, which differs by at most 5e-4. Hendrycks and Gimpel, 2016.
 */
export function gelu(x: TensorLike, { approximate = false }: { approximate?: boolean } = {}): Tensor {
  const input = asTensor(x);
  const bend = approximate
    ? input
        .mul(input.square().mul(0.044715).add(1))
        .mul(Math.sqrt(2 / Math.PI))
        .tanh()
    : input.mul(Math.SQRT1_2).erf();
  return input.mul(0.5).mul(bend.add(1));
}
