import type { Parameters } from "../../base/parameters.ts";
import { centred } from "../../numerics/index.ts";
import type { Tensor } from "../../tensor/index.ts";
import {
  AffineNormalization,
  affineParameters,
  type AffineNormalizationOptions,
} from "./affine-normalization.ts";
import { along, axesOf, oneOrMoreAxes, type AxisLike } from "../axes.ts";
import type { LayerSample } from "../layer.ts";
import { axesNeeded } from "./normalized-axes.ts";
import type { BatchShape } from "../shapes.ts";

/** What `LayerNormalization` takes. */
export interface LayerNormalizationOptions extends AffineNormalizationOptions {
  /** The axis, or axes, whose values are normalized together. Default −1. */
  axis?: AxisLike;
}

const parameters = {
  ...affineParameters,
  axis: oneOrMoreAxes(-1, "The axis, or axes, whose values are normalized together"),
};

/**
 * Brings the values of each row to mean 0 and variance 1, then scales and offsets them by what is learned:
 * `gamma · (x − mean) / √(variance + ε) + beta`, with mean and (biased) variance along `axis`. Output has the shape of the
 * input; training or not makes no difference.
 *
 * Weights: `gamma` and `beta`, with the extents of the axes. Errors: PL4004 for an option that is none; PL4006 for an input
 * without these axes, or with extents that are not known or not those that the layer was built for.
 * Ba, Kiros and Hinton, 2016; Keras's layer of the same name.
 *
 * @example
 * new LayerNormalization().call(tensor([[1, 2, 3], [10, 20, 30]])); // two rows alike, but for ε
 */
export class LayerNormalization extends AffineNormalization {
  static override readonly className: string = "LayerNormalization";
  static override readonly parameters: Parameters = parameters;
  static override readonly samples: readonly LayerSample[] = [
    { inputs: [2, 5] },
    { inputs: [1, 3, 4] },
    { options: { axis: [1, 2], epsilon: 1e-5 }, inputs: [2, 3, 4] },
    { options: { axis: 1, center: false }, inputs: [2, 3, 2] },
    { options: { scale: false }, inputs: [3, 4] },
    { options: { epsilon: 0.1 }, inputs: [2, 1] },
  ];
  readonly axis: AxisLike;

  constructor(options: LayerNormalizationOptions = {}) {
    super(options);
    this.axis = this.valuesOf(parameters).axis;
  }

  protected override needs(inputShape: BatchShape): string | undefined {
    return axesNeeded(this.axis, inputShape, this.inputShape as BatchShape | undefined);
  }

  override build(inputShape: BatchShape): void {
    const axes = axesOf(this.axis, inputShape.length) ?? [];
    this.addAffine(axes.map((axis) => inputShape[axis] as number));
  }

  override call(x: Tensor): Tensor {
    const axes = axesOf(this.axis, x.rank) ?? [];
    const { variance, centred: values } = centred(x, axes);
    return this.affine(values, variance.add(this.epsilon).rsqrt(), along(x.shape, axes));
  }
}
