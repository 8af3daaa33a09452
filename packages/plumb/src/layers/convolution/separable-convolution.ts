/** Separable convolutions: `SeparableConv1D` and `SeparableConv2D` over one and two axes. */
import { unchecked } from "../../base/parameters.ts";
import type { ConstraintLike } from "../../constraints/index.ts";
import type { InitializerLike } from "../../initializers/index.ts";
import { convolve, depthwiseConvolve, type PerAxis } from "../../numerics/index.ts";
import type { RegularizerLike } from "../../regularizers/index.ts";
import type { Tensor, Variable } from "../../tensor/index.ts";
import {
  ConvolutionLayer,
  convolutionParameters,
  depthwiseParameters,
  filtersOf,
  type ConvolutionLayerOptions,
  type DepthwiseOptions,
} from "./convolution-layer.ts";
import type { BatchShape } from "../shapes.ts";
import type { SpatialRank } from "./spatial.ts";

/** What `SeparableConv2D` and its kin take besides filters and kernel size. */
export interface SeparableConvolutionOptions extends ConvolutionLayerOptions, DepthwiseOptions {
  /** First values of the kernel that mixes the channels. Default `"glorotUniform"`. */
  pointwiseInitializer?: InitializerLike;
  /** A penalty on the pointwise kernel. Default none. */
  pointwiseRegularizer?: RegularizerLike;
  /** What the pointwise kernel is brought back to after every update. Default none. */
  pointwiseConstraint?: ConstraintLike;
}

const pointwiseParameters = {
  pointwiseInitializer: unchecked<InitializerLike>("glorotUniform", "First values of the pointwise kernel"),
  pointwiseRegularizer: unchecked<RegularizerLike | undefined>(
    undefined,
    "A penalty on the pointwise kernel",
  ),
  pointwiseConstraint: unchecked<ConstraintLike | undefined>(
    undefined,
    "What the pointwise kernel is brought back to",
  ),
};

/** What a separable convolution over `rank` axes declares. */
export const parametersOver = (rank: SpatialRank) => ({
  ...convolutionParameters(rank),
  ...depthwiseParameters,
  ...pointwiseParameters,
});

/** A separable convolution over `rank` axes. */
export abstract class SeparableConvolution extends ConvolutionLayer {
  static override readonly byPlace: readonly string[] = ["filters", "kernelSize"];
  readonly filters: number;
  readonly depthMultiplier: number;
  #depthwise!: Variable;
  #pointwise!: Variable;

  constructor(rank: SpatialRank, filters: number, kernelSize: PerAxis, options: SeparableConvolutionOptions) {
    super(rank, kernelSize, options);
    this.filters = filtersOf(this.className, filters);
    this.depthMultiplier = this.valuesOf(depthwiseParameters).depthMultiplier;
  }

  override build(inputShape: BatchShape): void {
    const channels = this.channelsOf(inputShape);
    const values = this.valuesOf(parametersOver(this.spatialRank));
    this.#depthwise = this.addWeight({
      name: "depthwise_kernel",
      shape: [...this.kernelSize, channels, this.depthMultiplier],
      initializer: values.depthwiseInitializer,
      regularizer: values.depthwiseRegularizer,
      constraint: values.depthwiseConstraint,
    });
    this.#pointwise = this.addWeight({
      name: "pointwise_kernel",
      shape: [...this.kernelSize.map(() => 1), channels * this.depthMultiplier, this.filters],
      initializer: values.pointwiseInitializer,
      regularizer: values.pointwiseRegularizer,
      constraint: values.pointwiseConstraint,
    });
    this.addBias(this.filters);
  }

  protected override convolved(x: Tensor): Tensor {
    const { strides, padding, dilationRate: dilation } = this;
    const each = depthwiseConvolve(x, this.#depthwise.read(), { strides, padding, dilation });
    return convolve(each, this.#pointwise.read());
  }
}
