/**
 * The relu family: identity on one side, bent on the other. The plain relu is an op, whose gradient needs only its
 * result; the others are written with `where`, which passes NaN on (`max(x, 0)` of some machines drops it) and gives the
 * bent side's gradient at the kink, as Keras on TensorFlow does.
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
export function relu(
  x: TensorLike,
  { negativeSlope = 0, maxValue, threshold = 0 }: ReluOptions = {},
): Tensor {
  const input = asTensor(x);
  if (negativeSlope === 0 && threshold === 0) {
    const bent = input.relu();
    return maxValue === undefined ? bent : where(bent.greater(maxValue), maxValue, bent);
  }
  const below = negativeSlope === 0 ? 0 : input.sub(threshold).mul(negativeSlope);
  // Above another threshold than 0 the line does not start where the lower one ends; the point between is 0, and flat.
  const above = threshold === 0 ? input : where(input.equal(threshold), 0, input);
  const bent = where(threshold === 0 ? input.lessEqual(0) : input.less(threshold), below, above);
  return maxValue === undefined ? bent : where(bent.greater(maxValue), maxValue, bent);
}

/** min(max(x, 0), 6): a relu that keeps a fixed range; flat at both kinks. Krizhevsky, 2010. */
export function relu6(x: TensorLike): Tensor {
  const bent = relu(x);
  return where(bent.greaterEqual(6), 6, bent);
}

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

const [seluScale, seluAlpha] = [1.0507009873554805, 1.6732632423543772];

/**
 * s x from 0 up, s α (eˣ − 1) below, with the s and α that keep mean 0 and variance 1 from layer to layer (with
 * LecunNormal). At 0 its gradient is s, that of the upper side. Klambauer, Unterthiner, Mayr and Hochreiter, 2017.
 */
export function selu(x: TensorLike): Tensor {
  const input = asTensor(x);
  const below = input.less(0);
  const bent = where(below, input, 0)
    .expm1()
    .mul(seluScale * seluAlpha);
  return where(below, bent, input.mul(seluScale));
}
