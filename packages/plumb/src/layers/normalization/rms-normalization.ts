import { real, type Parameters } from "../../base/parameters.ts";
import type { Tensor, Variable } from "../../tensor/index.ts";
import { along, axesOf, oneOrMoreAxes, type AxisLike } from "../axes.ts";
import { Layer, type LayerOptions, type LayerSample } from "../layer.ts";
import { axesNeeded } from "./normalized-axes.ts";
import type { BatchShape } from "../shapes.ts";

/** What `RMSNormalization` takes. */
export interface RMSNormalizationOptions extends LayerOptions {
  /** The axis, or axes, whose values are normalized together. Default −1. */
  axis?: AxisLike;
  /** Added to the mean square, so that rows of zeros are not divided by 0. Default 1e-6. */
  epsilon?: number;
}

const parameters = {
  axis: oneOrMoreAxes(-1, "The axis, or axes, whose values are normalized together"),
  epsilon: real(1e-6, "Added to the mean square", { min: 0 }),
};

/**
 * Divides the values of each row by their root mean square, and scales them by what is learned:
 * `scale · x / √(mean(x²) + ε)`, with the mean along `axis`. Layer normalization without the mean. Output has the shape of
 * the input; training or not makes no difference.
 *
 * Weight: `scale`, with the extents of the axes, ones at first. Errors: PL4004 for an option that is none; PL4006 for an
 * input without these axes, or with extents that are not known or not those that the layer was built for.
 * Zhang and Sennrich, 2019; Keras's layer of the same name.
 *
 * @example
 * new RMSNormalization().call(tensor([[3, 4], [30, 40]])); // [[0.8485, 1.1314], [0.8485, 1.1314]]
 */
export class RMSNormalization extends Layer {
  static override readonly className: string = "RMSNormalization";
  static override readonly takesList: boolean = false;
  static override readonly parameters: Parameters = parameters;
  static override readonly samples: readonly LayerSample[] = [
    { inputs: [2, 5] },
    { options: { epsilon: 0.1 }, inputs: [1, 3, 1] },
    { options: { axis: [1, 2], epsilon: 0.1 }, inputs: [2, 3, 4] },
  ];
  readonly axis: AxisLike;
  readonly epsilon: number;
  #scale!: Variable;

  constructor(options: RMSNormalizationOptions = {}) {
    super(options);
    const { axis, epsilon } = this.valuesOf(parameters);
    this.axis = axis;
    this.epsilon = epsilon;
  }

  protected override needs(inputShape: BatchShape): string | undefined {
    return axesNeeded(this.axis, inputShape, this.inputShape as BatchShape | undefined);
  }

  override build(inputShape: BatchShape): void {
    const axes = axesOf(this.axis, inputShape.length) ?? [];
    const shape = axes.map((axis) => inputShape[axis] as number);
    this.#scale = this.addWeight({ name: "scale", shape, initializer: "ones" });
  }

  override get supportsMasking(): boolean {
    return true;
  }

  override call(x: Tensor): Tensor {
    const axes = axesOf(this.axis, x.rank) ?? [];
    const inverse = x.square().mean(axes, { keepDims: true }).add(this.epsilon).rsqrt();
    return x.mul(inverse).mul(this.#scale.read().reshape(along(x.shape, axes)));
  }
}
