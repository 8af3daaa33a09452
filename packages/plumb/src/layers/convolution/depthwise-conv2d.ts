import type { Parameters } from "../../base/parameters.ts";
import type { PerAxis } from "../../numerics/index.ts";
import {
  DepthwiseConvolution,
  parametersOver,
  type DepthwiseConvolutionOptions,
} from "./depthwise-convolution.ts";
import type { LayerSample } from "../layer.ts";

/**
 * Convolves each channel of an image by itself, with `depthMultiplier` kernels of its own: `activation(Σ x[o · strides
 * + k · dilationRate, c] · kernel[k, c, m] + bias)` over the offsets k, for output channel c · depthMultiplier + m.
 *
 * Input `[batch, height, width, channels]`, output `[batch, height, width, channels · depthMultiplier]`, extents as of
 * `Conv2D`. Kernel `[height, width, channels, depthMultiplier]`, bias of one number per output channel.
 *
 * Errors: PL4004 for options that are none, strides and dilation both above 1; PL4006 for an input of other axes,
 * other channels than it was built for, or smaller than the kernel. Keras's layer of the same name.
 *
 * @example
 * new DepthwiseConv2D(3, { depthMultiplier: 2 }).call(ones([2, 8, 8, 4])).shape; // [2, 6, 6, 8]
 */
export class DepthwiseConv2D extends DepthwiseConvolution {
  static override readonly className: string = "DepthwiseConv2D";
  static override readonly parameters: Parameters = parametersOver(2);
  static override readonly samples: readonly LayerSample[] = [
    { options: { kernelSize: 3, padding: "same", activation: "tanh" }, inputs: [2, 4, 3, 3] },
    { options: { kernelSize: [2, 3], depthMultiplier: 2, strides: 2 }, inputs: [1, 5, 5, 1] },
    { options: { kernelSize: 2, strides: 2, padding: "same", depthMultiplier: 4 }, inputs: [1, 5, 4, 3] },
    { options: { kernelSize: 2, dilationRate: 2, dataFormat: "channelsFirst" }, inputs: [1, 5, 4, 3] },
  ];

  constructor(kernelSize: PerAxis, options: DepthwiseConvolutionOptions = {}) {
    super(2, kernelSize, options);
  }
}
