import type { Parameters } from "../../base/parameters.ts";
import type { PerAxis } from "../../numerics/index.ts";
import {
  ConvolutionTranspose,
  parametersOver,
  type ConvolutionTransposeOptions,
} from "./convolution-transpose.ts";
import type { LayerSample } from "../layer.ts";

/**
 * Lays a learned kernel down at every element of an image, scaled by it, `strides` apart: the gradient of `Conv2D` by
 * its input, as a layer. `activation(Σ x[o, c] · kernel[k, f, c] + bias[f])` over the places o and offsets k with o ·
 * strides + k · dilationRate − padding at the output's element, and the channels c.
 *
 * Input `[batch, height, width, channels]`, output `[batch, height, width, filters]`, where an extent n becomes n ·
 * stride with padding `"same"`, and (n − 1) · stride + max(stride, (size − 1) · dilation + 1) with `"valid"`;
 * `outputPadding` chooses among the extents that a convolution would bring back to n. Kernel
 * `[height, width, filters, channels]`, bias `[filters]`.
 *
 * Errors: PL4004 for options that are none, strides and dilation both above 1, an output padding that does not lead
 * back; PL4006 for an input of other axes, or other channels than it was built for. Zeiler et al., 2010. Keras's layer
 * of the same name.
 *
 * @example
 * new Conv2DTranspose(16, 2, { strides: 2 }).call(ones([2, 7, 7, 32])).shape; // [2, 14, 14, 16]
 */
export class Conv2DTranspose extends ConvolutionTranspose {
  static override readonly className: string = "Conv2DTranspose";
  static override readonly parameters: Parameters = parametersOver(2);
  static override readonly samples: readonly LayerSample[] = [
    {
      options: { filters: 2, kernelSize: 3, strides: 2, padding: "same", activation: "tanh" },
      inputs: [2, 3, 2, 3],
    },
    { options: { filters: 1, kernelSize: 2, strides: 2 }, inputs: [1, 2, 3, 1] },
    {
      options: { filters: 3, kernelSize: [2, 3], strides: [3, 1], outputPadding: 0, useBias: false },
      inputs: [1, 2, 2, 2],
    },
    {
      options: { filters: 2, kernelSize: 3, strides: 2, outputPadding: 1, dataFormat: "channelsFirst" },
      inputs: [1, 3, 2, 2],
    },
  ];

  constructor(filters: number, kernelSize: PerAxis, options: ConvolutionTransposeOptions = {}) {
    super(2, filters, kernelSize, options);
  }
}
