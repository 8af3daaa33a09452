import type { Parameters } from "../../base/parameters.ts";
import type { PerAxis } from "../../numerics/index.ts";
import type { LayerSample } from "../layer.ts";
import {
  parametersOver,
  SeparableConvolution,
  type SeparableConvolutionOptions,
} from "./separable-convolution.ts";

/**
 * A convolution in two steps, with fewer weights and sums than `Conv2D`: each channel by itself (`DepthwiseConv2D`),
 * then a weighted sum of the channels at every place: `activation(depthwise(x) · pointwise + bias)`.
 *
 * Input `[batch, height, width, channels]`, output `[batch, height, width, filters]`, extents as of `Conv2D`.
 * Depthwise kernel `[height, width, channels, depthMultiplier]`, pointwise kernel
 * `[1, 1, channels · depthMultiplier, filters]`, bias `[filters]`.
 *
 * Errors: PL4004 for options that are none, strides and dilation both above 1; PL4006 for an input of other axes,
 * other channels than it was built for, or smaller than the kernel. Chollet, 2017 (Xception). Keras's layer of the
 * same name.
 *
 * @example
 * new SeparableConv2D(16, 3, { activation: "relu" }).call(ones([2, 8, 8, 4])).shape; // [2, 6, 6, 16]
 */
export class SeparableConv2D extends SeparableConvolution {
  static override readonly className: string = "SeparableConv2D";
  static override readonly parameters: Parameters = parametersOver(2);
  static override readonly samples: readonly LayerSample[] = [
    { options: { filters: 4, kernelSize: 3, activation: "tanh" }, inputs: [2, 4, 4, 3] },
    {
      options: { filters: 1, kernelSize: [2, 1], depthMultiplier: 2, padding: "same", strides: 2 },
      inputs: [1, 5, 4, 1],
    },
    {
      options: { filters: 2, kernelSize: 2, dilationRate: 2, useBias: false, dataFormat: "channelsFirst" },
      inputs: [1, 3, 4, 3],
    },
  ];

  constructor(filters: number, kernelSize: PerAxis, options: SeparableConvolutionOptions = {}) {
    super(2, filters, kernelSize, options);
  }
}
