import { integer, real, type Parameters } from "../../base/parameters.ts";
import { rotate } from "../../numerics/index.ts";
import type { Tensor } from "../../tensor/index.ts";
import { axesOf } from "../axes.ts";
import { Layer, type CallOptions, type LayerOptions, type LayerSample } from "../layer.ts";
import type { BatchShape } from "../shapes.ts";

/** What `RotaryEmbedding` takes. */
export interface RotaryEmbeddingOptions extends LayerOptions {
  /** The longest wavelength, over 2π. Default 10,000. */
  maxWavelength?: number;
  /** What positions are divided by, to stretch what was learned on short sequences over longer ones. Default 1. */
  scalingFactor?: number;
  /** The axis of the steps. Default 1. */
  sequenceAxis?: number;
  /** The axis of the features. Default −1. */
  featureAxis?: number;
}

/** What goes with one call of a layer of positions. */
export interface PositionCallOptions extends CallOptions {
  /** The position of the first step; an int32 scalar where it changes from call to call of a compiled function. Default 0. */
  readonly startIndex?: number | Tensor;
}

const parameters = {
  maxWavelength: real(10_000, "The longest wavelength, over 2π", { above: 0 }),
  scalingFactor: real(1, "What positions are divided by", { above: 0 }),
  sequenceAxis: integer(1, "The axis of the steps"),
  featureAxis: integer(-1, "The axis of the features"),
};

/**
 * Writes positions into queries and keys by turning them: features j and j + d/2, as a point of the plane, are turned by
 * the angle position · maxWavelength^(−2j/d). Products of turned queries and keys depend on how far apart they are, not on
 * where. It goes between the projections of attention and their products.
 *
 * Input `[batch, steps, …, d]`, or with other places for steps and features; output of the same shape. Call option:
 * `startIndex`, the position of the first step. No weights.
 *
 * Errors: PL4004 for options that are none; PL4006 for an input without these axes, or an odd number of features. Su et
 * al., RoFormer, 2021; KerasHub's layer of the same name.
 *
 * @example
 * new RotaryEmbedding().call(ones([1, 2, 4])).arraySync(); // the first step as it is, the second turned
 */
export class RotaryEmbedding extends Layer {
  static override readonly className: string = "RotaryEmbedding";
  static override readonly takesList: boolean = false;
  static override readonly parameters: Parameters = parameters;
  static override readonly callOptions: readonly string[] = ["startIndex"];
  static override readonly samples: readonly LayerSample[] = [
    { inputs: [2, 5, 4] },
    { inputs: [1, 1, 2], call: { startIndex: 3 } as object },
    { options: { sequenceAxis: 2, maxWavelength: 50, scalingFactor: 2 }, inputs: [2, 3, 5, 6] },
    { options: { sequenceAxis: -1, featureAxis: 1 }, inputs: [2, 4, 3] },
  ];

  constructor(options: RotaryEmbeddingOptions = {}) {
    super(options);
  }

  protected override needs(inputShape: BatchShape): string | undefined {
    const { sequenceAxis, featureAxis } = this.valuesOf(parameters);
    const axes = axesOf([sequenceAxis, featureAxis], inputShape.length);
    if (axes === undefined || axes.includes(0))
      return `a batch, steps along axis ${sequenceAxis} and features along axis ${featureAxis}: [batch, steps, …, features]`;
    const features = inputShape[axes[1]];
    return features !== null && features % 2 === 0
      ? undefined
      : "an even number of features, which are turned in pairs";
  }

  override get supportsMasking(): boolean {
    return true;
  }

  override call(x: Tensor, { startIndex: start = 0 }: PositionCallOptions = {}): Tensor {
    const { maxWavelength, scalingFactor, sequenceAxis, featureAxis } = this.valuesOf(parameters);
    const [steps, features] = axesOf([sequenceAxis, featureAxis], x.rank) ?? [];
    const rest = [...x.shape.keys()].filter((axis) => axis !== 0 && axis !== steps && axis !== features);
    const order = [0, steps, ...rest, features];
    const turned = rotate(x.transpose(order), { start, maxWavelength, scalingFactor });
    return turned.transpose(order.map((_, axis) => order.indexOf(axis)));
  }
}
