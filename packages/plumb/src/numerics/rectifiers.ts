/**
 * The relu family: identity on one side, bent on the other. The plain relu is an op, whose gradient needs only its
 * result; the others are written with `where`, which passes NaN on (`max(x, 0)` of some machines drops it) and gives the
 * gradient at the kink that Keras on TensorFlow gives.
 */
import { optional, real, required, resolve, type GivenOf } from "../base/parameters.ts";
import { asTensor, where, type Tensor, type TensorLike } from "../tensor/index.ts";

export const reluParameters = {
  negativeSlope: real(0, "Slope below the threshold", { min: 0 }),
  maxValue: optional(real(0, "The value at which the output saturates", { min: 0 })),
  threshold: real(0, "Where the bend lies", { min: 0 }),
};

/**
 * max(x, 0): what is negative becomes 0. Shape: that of `x`.
 *
 * With options (none negative; `negativeSlope` and `threshold` are 0, `maxValue` is without bound unless given): x above
 * `threshold`, at most `maxValue`, and `negativeSlope · (x − threshold)` below. At the kink the gradient is that of the
 * lower side; 0 where `threshold` or `maxValue` is given. At `maxValue` it is 1, for a `maxValue` of 6 it is 0: those are
 * two functions of TensorFlow.
 * Errors: PL4004 for an option that is none, or negative. Glorot, Bordes and Bengio, 2011.
 *
 * @example
 * relu([-2, 0, 3]); // [0, 0, 3]
 * relu([-2, 0, 3], { negativeSlope: 0.1, maxValue: 2 }); // [-0.2, 0, 2]
 */
export function relu(x: TensorLike, options: GivenOf<typeof reluParameters> = {}): Tensor {
  const { negativeSlope, maxValue, threshold } = resolve("PL4004", "relu", reluParameters, options);
  const bent = bentAt(asTensor(x), threshold, negativeSlope, maxValue !== undefined);
  if (maxValue === undefined) return bent;
  const saturates = maxValue === 6 && threshold === 0 ? bent.greaterEqual(maxValue) : bent.greater(maxValue);
  return where(saturates, maxValue, bent);
}

/** relu before it saturates. Above another threshold than 0 its line does not start where the lower one ends. */
function bentAt(x: Tensor, threshold: number, slope: number, saturates: boolean): Tensor {
  if (slope === 0 && threshold === 0) return x.relu();
  const below = slope === 0 ? 0 : x.sub(threshold).mul(slope);
  if (threshold === 0 && !saturates) return where(x.lessEqual(0), below, x);
  // The point between the two lines is 0, and flat.
  return where(x.less(threshold), below, where(x.equal(threshold), 0, x));
}

/**
 * min(max(x, 0), 6): a relu that keeps a fixed range; flat at both kinks. Shape: that of `x`. Krizhevsky, 2010.
 *
 * @example
 * relu6([-1, 3, 8]); // [0, 3, 6]
 */
export const relu6 = (x: TensorLike): Tensor => relu(x, { maxValue: 6 });

export const leakyReluParameters = {
  negativeSlope: real(0.2, "Slope below 0", { min: 0 }),
};

/**
 * x above 0, `negativeSlope · x` below (0.2 unless given, as in Keras): no unit is ever without gradient. Shape: that of
 * `x`; the gradient at 0 is the slope. Errors: PL4004 for a negative slope. Maas, Hannun and Ng, 2013.
 *
 * @example
 * leakyRelu([-1, 2]); // [-0.2, 2]
 * leakyRelu([-1, 2], { negativeSlope: 0.01 }); // [-0.01, 2]
 */
export const leakyRelu = (x: TensorLike, options: GivenOf<typeof leakyReluParameters> = {}): Tensor =>
  relu(x, resolve("PL4004", "leakyRelu", leakyReluParameters, options));

export const eluParameters = {
  alpha: real(1, "Minus the value that large negative x approach"),
};

/**
 * x above 0, α (eˣ − 1) below, with α = 1 unless given. Shape: that of `x`; the gradient at 0 is α.
 * Clevert, Unterthiner and Hochreiter, 2015.
 *
 * @example
 * elu([-100, 0, 2], { alpha: 0.5 }); // [-0.5, 0, 2]
 */
export function elu(x: TensorLike, options: GivenOf<typeof eluParameters> = {}): Tensor {
  const { alpha } = resolve("PL4004", "elu", eluParameters, options);
  const input = asTensor(x);
  const below = input.lessEqual(0);
  // The exponential is fed 0 on the upper side: e^100 there is infinite, and infinity times the 0 that `where` sends back
  // would make the gradient NaN.
  return where(below, where(below, input, 0).expm1().mul(alpha), input);
}

export const celuParameters = {
  alpha: real(1, "Minus the value that large negative x approach", { above: 0 }),
};

/**
 * max(x, 0) + α (exp(min(x, 0) / α) − 1), with α = 1 unless given: an elu whose slope is continuous for every α. Shape:
 * that of `x`. At 0 itself both terms pass the gradient on, which makes 2, as in TensorFlow.
 * Errors: PL4004 for an α that is not above 0. Barron, Continuously Differentiable Exponential Linear Units, 2017.
 *
 * @example
 * celu([-100, 0, 2], { alpha: 0.5 }); // [-0.5, 0, 2]
 */
export function celu(x: TensorLike, options: GivenOf<typeof celuParameters> = {}): Tensor {
  const { alpha } = resolve("PL4004", "celu", celuParameters, options);
  const input = asTensor(x);
  const [above, below] = [where(input.less(0), 0, input), where(input.greater(0), 0, input)];
  return above.add(below.div(alpha).expm1().mul(alpha));
}

const [seluScale, seluAlpha] = [1.0507009873554805, 1.6732632423543772];

/** What selu approaches at −∞. */
export const seluFloor = -seluScale * seluAlpha;

/**
 * s x from 0 up, s α (eˣ − 1) below, with the s and α that keep mean 0 and variance 1 from layer to layer (with
 * LecunNormal). Shape: that of `x`. At 0 its gradient is s, that of the upper side. Klambauer, Unterthiner, Mayr and
 * Hochreiter, 2017.
 *
 * @example
 * selu([-100, 0, 1]); // [-1.7581, 0, 1.0507]
 */
export function selu(x: TensorLike): Tensor {
  const input = asTensor(x);
  const below = input.less(0);
  const bent = where(below, input, 0)
    .expm1()
    .mul(seluScale * seluAlpha);
  return where(below, bent, input.mul(seluScale));
}

export const thresholdParameters = {
  threshold: required(real(0, "The value that x must exceed to be kept")),
  defaultValue: required(real(0, "What stands in the place of what is not kept")),
};

/**
 * x above `threshold`, `defaultValue` elsewhere; both must be given. Shape: that of `x`; the gradient at the threshold is
 * that of the lower side, 0. Errors: PL4004 where one is missing.
 *
 * @example
 * threshold([0, 1, 2], { threshold: 1, defaultValue: -1 }); // [-1, -1, 2]
 */
export function threshold(x: TensorLike, options: Required<GivenOf<typeof thresholdParameters>>): Tensor {
  const { threshold: least, defaultValue } = resolve("PL4004", "threshold", thresholdParameters, options);
  const input = asTensor(x);
  return where(input.lessEqual(least), defaultValue, input);
}
