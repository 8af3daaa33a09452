/** Random initializers with a spread of their own, whatever the shape. */
import { real, type GivenOf } from "../base/parameters.ts";
import type { Shape } from "../base/shape.ts";
import { random, type Tensor } from "../tensor/index.ts";
import { Initializer, seeded, type InitializerRecord } from "./initializer.ts";

/** erf(√2): the share of a normal distribution that lies within two standard deviations. */
const withinTwo = 0.9544997361036416;

/** Giles's polynomial for erf⁻¹(u)/u in w = −log(1 − u²) − 2.5, from the highest power down; good to 1e-7 for w < 2.5. */
const giles = [
  2.81022636e-8, 3.43273939e-7, -3.5233877e-6, -4.39150654e-6, 0.00021858087, -0.00125372503, -0.00417768164,
  0.246640727, 1.50140941,
];

/**
 * Standard normal numbers cut off at ±2, by the inverse of the distribution function: √2 erf⁻¹(u), u uniform in
 * ±erf(√2). One uniform number per element, where drawing again what falls outside would need a number of them that
 * depends on the values. The cut keeps |u| below 0.9545, where one branch of the approximation is enough.
 * Giles, "Approximating the erfinv function", GPU Computing Gems, 2011.
 */
export function truncatedNormal(shape: Shape): Tensor {
  const u = random.uniform(shape, { low: -withinTwo, high: withinTwo });
  const w = u.square().neg().log1p().neg().sub(2.5);
  const [highest, ...rest] = giles;
  const polynomial = rest.reduce((sum, coefficient) => sum.mul(w).add(coefficient), w.mul(0).add(highest));
  return polynomial.mul(u).mul(Math.SQRT2);
}

const uniformParameters = {
  minval: real(-0.05, "Lower bound, included"),
  maxval: real(0.05, "Upper bound, excluded"),
  ...seeded,
};

export const randomUniform: InitializerRecord<typeof uniformParameters> = {
  name: "RandomUniform",
  aliases: ["uniform"],
  doc: "uniform in [minval, maxval)",
  parameters: uniformParameters,
  values: (shape, { minval, maxval }) => random.uniform(shape, { low: minval, high: maxval }),
};

/** Uniform numbers in [`minval`, `maxval`). Keras's bounds, ±0.05. */
export class RandomUniform extends Initializer<typeof uniformParameters> {
  static readonly record = randomUniform;
  constructor(given: GivenOf<typeof uniformParameters> = {}) {
    super(randomUniform, given);
  }
}

const normalParameters = {
  mean: real(0, "Mean of the distribution"),
  stddev: real(0.05, "Standard deviation (before a truncation)", { min: 0 }),
  ...seeded,
};

export const randomNormal: InitializerRecord<typeof normalParameters> = {
  name: "RandomNormal",
  aliases: ["normal"],
  doc: "normal, of a mean and a standard deviation",
  parameters: normalParameters,
  values: (shape, { mean, stddev }) => random.normal(shape, { mean, stddev }),
};

/** Normal numbers. Keras's standard deviation, 0.05. */
export class RandomNormal extends Initializer<typeof normalParameters> {
  static readonly record = randomNormal;
  constructor(given: GivenOf<typeof normalParameters> = {}) {
    super(randomNormal, given);
  }
}

export const truncatedNormalRecord: InitializerRecord<typeof normalParameters> = {
  name: "TruncatedNormal",
  doc: "normal, cut off two standard deviations from the mean",
  parameters: normalParameters,
  values: (shape, { mean, stddev }) => truncatedNormal(shape).mul(stddev).add(mean),
};

/** Normal numbers none of which lies further than two `stddev` from the mean. */
export class TruncatedNormal extends Initializer<typeof normalParameters> {
  static readonly record = truncatedNormalRecord;
  constructor(given: GivenOf<typeof normalParameters> = {}) {
    super(truncatedNormalRecord, given);
  }
}
