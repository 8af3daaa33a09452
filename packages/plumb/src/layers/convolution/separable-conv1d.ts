import type { Parameters } from "../../base/parameters.ts";
import type { PerAxis } from "../../numerics/index.ts";
import type { LayerSample } from "../layer.ts";
import {
  parametersOver,
  SeparableConvolution,
  type SeparableConvolutionOptions,
} from "./separable-convolution.ts";

/**
 * A convolution in two steps, with fewer weights and sums than `Conv1D`: each channel by itself (`DepthwiseConv1D`),
 * then a weighted sum of the channels at every place: `activation(depthwise(x) · pointwise + bias)`.
 *
 * Input `[batch, steps, channels]`, output `[batch, steps, filters]`, extents as of `Conv1D`. Depthwise kernel
 * `[size, channels, depthMultiplier]`, pointwise kernel `[1, channels · depthMultiplier, filters]`, bias `[filters]`.
 *
 * Errors: PL4004 for options that are none, strides and dilation both above 1; PL4006 for an input of other axes,
 * other channels than it was built for, or smaller than the kernel. Chollet, 2017 (Xception). Keras's layer of the
 * same name.
 *
 * @example
 * new SeparableConv1D(8, 3, { padding: "same" }).call(ones([2, 10, 4])).shape; // [2, 10, 8]
 */
export class SeparableConv1D extends SeparableConvolution {
  static override readonly className: string = "SeparableConv1D";
  static override readonly parameters: Parameters = parametersOver(1);
  static override readonly samples: readonly LayerSample[] = [
    { options: { filters: 4, kernelSize: 3, activation: "tanh" }, inputs: [2, 6, 3] },
    {
      options: { filters: 1, kernelSize: 2, depthMultiplier: 2, padding: "same", strides: 2 },
      inputs: [1, 5, 1],
    },
    {
      options: { filters: 2, kernelSize: 2, useBias: false, dataFormat: "channelsFirst" },
      inputs: [1, 3, 4],
    },
  ];

  constructor(filters: number, kernelSize: PerAxis, options: SeparableConvolutionOptions = {}) {
    super(1, filters, kernelSize, options);
  }
}
