/**
 * The relu family: identity on one side, bent on the other. Written with `where`, which passes NaN on (`max(x, 0)` of
 * some machines drops it) and gives the bent side's gradient at the kink, as Keras on TensorFlow does.
 */
import { asTensor, where, type Tensor, type TensorLike } from "../tensor/index.ts";

/** Options of `relu`; Keras's names and defaults. */
export interface ReluOptions {
  /** Slope below the threshold. */
  negativeSlope?: number;
  /** The value at which the output saturates. */
  maxValue?: number;
  /** Where the bend lies. */
  threshold?: number;
}

/**
 * max(x, 0). With options: x from `threshold` up to `maxValue`, and `negativeSlope · (x − threshold)` below.
 * The gradient at the kink is that of the lower side. Glorot, Bordes and Bengio, 2011.
 */
export function relu(x: TensorLike, { negativeSlope = 0, maxValue, threshold = 0 }: ReluOptions = {}): Tensor {
  const input = asTensor(x);
  const below = negativeSlope === 0 ? 0 : input.sub(threshold).mul(negativeSlope);
  const bent = where(input.lessEqual(threshold), below, input);
  return maxValue === undefined ? bent : where(bent.greaterEqual(maxValue), maxValue, bent);
}

/** min(max(x, 0), 6): a relu that keeps a fixed range. Krizhevsky, 2010. */
export const relu6 = (x: TensorLike): Tensor => relu(x, { maxValue: 6 });

/** x above 0, `negativeSlope · x` below: no unit is ever without gradient. Maas, Hannun and Ng, 2013; Keras's slope. */
export const leakyRelu = (x: TensorLike, { negativeSlope = 0.2 }: { negativeSlope?: number } = {}): Tensor =>
  relu(x, { negativeSlope });

/**
 * x above 0, α (eˣ − 1) below. Clevert, Unterthiner and Hochreiter, 2015.
 * The exponential is fed 0 on the upper side: e^100 there is infinite, and infinity times the 0 that `where` sends back
 * would make the gradient NaN.
 */
export function elu(x: TensorLike, { alpha = 1 }: { alpha?: number } = {}): Tensor {
  const input = asTensor(x);
  const below = input.lessEqual(0);
  return where(below, where(below, input, 0).expm1().mul(alpha), input);
}

/**
 * `scale · elu(x, α)` with the constants that keep mean 0 and variance 1 from layer to layer (with LecunNormal).
 * Klambauer, Unterthiner, Mayr and Hochreiter, 2017.
 */
export const selu = (x: TensorLike): Tensor =>
  elu(x, { alpha: 1.6732632423543772 }).mul(1.0507009873554805);
