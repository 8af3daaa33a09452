/** Depthwise convolutions: `DepthwiseConv1D` and `DepthwiseConv2D` over one and two axes. */
import { depthwiseConvolve, type PerAxis } from "../../numerics/index.ts";
import type { Tensor, Variable } from "../../tensor/index.ts";
import {
  ConvolutionLayer,
  convolutionParameters,
  depthwiseParameters,
  type ConvolutionLayerOptions,
  type DepthwiseOptions,
} from "./convolution-layer.ts";
import type { BatchShape } from "../shapes.ts";
import type { SpatialRank } from "./spatial.ts";

/** What `DepthwiseConv2D` and its kin take besides the kernel size. */
export interface DepthwiseConvolutionOptions extends ConvolutionLayerOptions, DepthwiseOptions {}

/** What a depthwise convolution over `rank` axes declares. */
export const parametersOver = (rank: SpatialRank) => ({
  ...convolutionParameters(rank),
  ...depthwiseParameters,
});

/** A depthwise convolution over `rank` axes. */
export abstract class DepthwiseConvolution extends ConvolutionLayer {
  static override readonly byPlace: readonly string[] = ["kernelSize"];
  readonly depthMultiplier: number;
  #kernel!: Variable;

  constructor(rank: SpatialRank, kernelSize: PerAxis, options: DepthwiseConvolutionOptions) {
    super(rank, kernelSize, options);
    this.depthMultiplier = this.valuesOf(depthwiseParameters).depthMultiplier;
  }

  override build(inputShape: BatchShape): void {
    const channels = this.channelsOf(inputShape);
    const { depthwiseInitializer, depthwiseRegularizer, depthwiseConstraint } =
      this.valuesOf(depthwiseParameters);
    this.#kernel = this.addWeight({
      name: "kernel",
      shape: [...this.kernelSize, channels, this.depthMultiplier],
      initializer: depthwiseInitializer,
      regularizer: depthwiseRegularizer,
      constraint: depthwiseConstraint,
    });
    this.addBias(channels * this.depthMultiplier);
  }

  protected override convolved(x: Tensor): Tensor {
    const { strides, padding, dilationRate: dilation } = this;
    return depthwiseConvolve(x, this.#kernel.read(), { strides, padding, dilation });
  }
}
