/**
 * Random initializers whose spread follows from the shape, so that signals neither grow nor fade from layer to layer:
 * one formula, of which the well-known ones are settings.
 */
import { oneOf, real, type GivenOf, type Parameter } from "../base/parameters.ts";
import type { Shape } from "../base/shape.ts";
import { random, type Tensor } from "../tensor/index.ts";
import { Initializer, seeded, type InitializerRecord } from "./initializer.ts";
import { truncatedNormal } from "./random.ts";

/** Which axes of a weight are inputs and which are outputs, where its last two do not say it. */
export interface FanAxes {
  readonly inputAxes?: readonly number[];
  readonly outputAxes?: readonly number[];
}

/**
 * How many inputs feed one output, and how many outputs one input feeds. A kernel's last two axes are inputs and
 * outputs, unless both are named; the axes before them are the window of a convolution.
 */
export function fans(
  shape: Shape,
  { inputAxes, outputAxes }: FanAxes = {},
): { fanIn: number; fanOut: number } {
  const product = (axes: readonly number[]): number =>
    axes.reduce((total, axis) => total * (shape.at(axis) ?? 1), 1);
  if (inputAxes && outputAxes) return { fanIn: product(inputAxes), fanOut: product(outputAxes) };
  if (shape.length < 2) return { fanIn: shape[0] ?? 1, fanOut: shape[0] ?? 1 };
  const window = shape.slice(0, -2).reduce((product, extent) => product * extent, 1);
  return { fanIn: shape[shape.length - 2] * window, fanOut: shape[shape.length - 1] * window };
}

/** Standard deviation of a standard normal cut off at ±2. */
const truncatedDeviation = 0.8796256610342398;

type Mode = "fan_in" | "fan_out" | "fan_avg";
type Distribution = "truncated_normal" | "untruncated_normal" | "uniform" | "normal";

/** Values of variance scale / fan, fan being what `mode` names. */
function scaled(shape: Shape, scale: number, mode: Mode, distribution: Distribution, axes: FanAxes): Tensor {
  const { fanIn, fanOut } = fans(shape, axes);
  const fan = { fan_in: fanIn, fan_out: fanOut, fan_avg: (fanIn + fanOut) / 2 }[mode];
  const deviation = Math.sqrt(scale / Math.max(1, fan));
  switch (distribution) {
    case "truncated_normal":
    case "normal":
      return truncatedNormal(shape).mul(deviation / truncatedDeviation);
    case "untruncated_normal":
      return random.normal(shape, { mean: 0, stddev: deviation });
    case "uniform": {
      const limit = Math.sqrt(3) * deviation;
      return random.uniform(shape, { low: -limit, high: limit });
    }
  }
}

const axes = (doc: string): Parameter<readonly number[] | undefined> => ({
  default: undefined,
  doc,
  accepts: (value) =>
    value === undefined || value === null || (Array.isArray(value) && value.every(Number.isSafeInteger)),
  read: (value) => value ?? undefined,
  words: "a list of axes",
});
const fanParameters = {
  inputAxes: axes("The axes whose extents multiply to the number of inputs; given together with outputAxes"),
  outputAxes: axes("The axes whose extents multiply to the number of outputs"),
  ...seeded,
};

const scalingParameters = {
  scale: real(1, "Variance times fan", { above: 0 }),
  mode: oneOf(["fan_in", "fan_out", "fan_avg"], "fan_in", "Which fan the variance is divided by"),
  distribution: oneOf(
    ["truncated_normal", "untruncated_normal", "uniform", "normal"],
    "truncated_normal",
    'The distribution of that variance; "normal" is the truncated one',
  ),
  ...fanParameters,
};

export const varianceScaling: InitializerRecord<typeof scalingParameters> = {
  name: "VarianceScaling",
  doc: "variance scale / fan",
  source: "He, Zhang, Ren and Sun, Delving Deep into Rectifiers, 2015",
  parameters: scalingParameters,
  values: (shape, { scale, mode, distribution, ...axes }) => scaled(shape, scale, mode, distribution, axes),
};

/** Numbers of mean 0 and variance `scale` / fan: the formula behind the initializers named after people. */
export class VarianceScaling extends Initializer<typeof scalingParameters> {
  static readonly record = varianceScaling;
  constructor(given: GivenOf<typeof scalingParameters> = {}) {
    super(varianceScaling, given);
  }
}

type Fans = typeof fanParameters;

const setting = (
  name: string,
  doc: string,
  source: string,
  scale: number,
  mode: Mode,
  distribution: Distribution,
): InitializerRecord<Fans> => ({
  name,
  doc,
  source,
  parameters: fanParameters,
  values: (shape, axes) => scaled(shape, scale, mode, distribution, axes),
});

const glorot =
  "Glorot and Bengio, Understanding the difficulty of training deep feedforward neural networks, 2010";
const he = "He, Zhang, Ren and Sun, Delving Deep into Rectifiers, 2015";
const lecun = "LeCun, Bottou, Orr and Müller, Efficient BackProp, 1998";

export const glorotUniform = setting(
  "GlorotUniform",
  "uniform in ±√(6 / (inputs + outputs))",
  glorot,
  1,
  "fan_avg",
  "uniform",
);

/** Uniform in ±√(6 / (inputs + outputs)): variance 2 / (inputs + outputs). The default of `Dense`. Glorot and Bengio, 2010. */
export class GlorotUniform extends Initializer<Fans> {
  static readonly record = glorotUniform;
  constructor(given: GivenOf<Fans> = {}) {
    super(glorotUniform, given);
  }
}

export const glorotNormal = setting(
  "GlorotNormal",
  "truncated normal of variance 2 / (inputs + outputs)",
  glorot,
  1,
  "fan_avg",
  "truncated_normal",
);

/** Normal, cut off at two deviations, of variance 2 / (inputs + outputs). Glorot and Bengio, 2010. */
export class GlorotNormal extends Initializer<Fans> {
  static readonly record = glorotNormal;
  constructor(given: GivenOf<Fans> = {}) {
    super(glorotNormal, given);
  }
}

export const heUniform = setting("HeUniform", "uniform in ±√(6 / inputs)", he, 2, "fan_in", "uniform");

/** Uniform in ±√(6 / inputs): variance 2 / inputs, for relu layers. He et al., 2015. */
export class HeUniform extends Initializer<Fans> {
  static readonly record = heUniform;
  constructor(given: GivenOf<Fans> = {}) {
    super(heUniform, given);
  }
}

export const heNormal = setting(
  "HeNormal",
  "truncated normal of variance 2 / inputs",
  he,
  2,
  "fan_in",
  "truncated_normal",
);

/** Normal, cut off at two deviations, of variance 2 / inputs, for relu layers. He et al., 2015. */
export class HeNormal extends Initializer<Fans> {
  static readonly record = heNormal;
  constructor(given: GivenOf<Fans> = {}) {
    super(heNormal, given);
  }
}

export const lecunUniform = setting(
  "LecunUniform",
  "uniform in ±√(3 / inputs)",
  lecun,
  1,
  "fan_in",
  "uniform",
);

/** Uniform in ±√(3 / inputs): variance 1 / inputs. LeCun et al., 1998. */
export class LecunUniform extends Initializer<Fans> {
  static readonly record = lecunUniform;
  constructor(given: GivenOf<Fans> = {}) {
    super(lecunUniform, given);
  }
}

export const lecunNormal = setting(
  "LecunNormal",
  "truncated normal of variance 1 / inputs",
  lecun,
  1,
  "fan_in",
  "truncated_normal",
);

/** Normal, cut off at two deviations, of variance 1 / inputs, for selu layers. LeCun et al., 1998. */
export class LecunNormal extends Initializer<Fans> {
  static readonly record = lecunNormal;
  constructor(given: GivenOf<Fans> = {}) {
    super(lecunNormal, given);
  }
}
