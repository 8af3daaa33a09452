import type { Parameters } from "../../base/parameters.ts";
import type { PerAxis } from "../../numerics/index.ts";
import {
  DepthwiseConvolution,
  parametersOver,
  type DepthwiseConvolutionOptions,
} from "./depthwise-convolution.ts";
import type { LayerSample } from "../layer.ts";

/**
 * Convolves each channel of a sequence by itself, with `depthMultiplier` kernels of its own: `activation(Σ x[o ·
 * strides + k · dilationRate, c] · kernel[k, c, m] + bias)` over the offsets k, for output channel c · depthMultiplier
 * + m.
 *
 * Input `[batch, steps, channels]`, output `[batch, steps, channels · depthMultiplier]`, extents as of `Conv1D`.
 * Kernel `[size, channels, depthMultiplier]`, bias of one number per output channel.
 *
 * Errors: PL4004 for options that are none, strides and dilation both above 1; PL4006 for an input of other axes,
 * other channels than it was built for, or smaller than the kernel. Keras's layer of the same name.
 *
 * @example
 * new DepthwiseConv1D(3, { padding: "same" }).call(ones([2, 10, 4])).shape; // [2, 10, 4]
 */
export class DepthwiseConv1D extends DepthwiseConvolution {
  static override readonly className: string = "DepthwiseConv1D";
  static override readonly parameters: Parameters = parametersOver(1);
  static override readonly samples: readonly LayerSample[] = [
    { options: { kernelSize: 3, activation: "tanh" }, inputs: [2, 6, 3] },
    { options: { kernelSize: 2, depthMultiplier: 3, padding: "same" }, inputs: [1, 4, 1] },
    { options: { kernelSize: 2, strides: 3, depthMultiplier: 2, useBias: false }, inputs: [1, 7, 5] },
    { options: { kernelSize: 2, dilationRate: 2, dataFormat: "channelsFirst" }, inputs: [2, 3, 5] },
  ];

  constructor(kernelSize: PerAxis, options: DepthwiseConvolutionOptions = {}) {
    super(1, kernelSize, options);
  }
}
