import type { Parameters } from "../../base/parameters.ts";
import type { PerAxis } from "../../numerics/index.ts";
import {
  ConvolutionTranspose,
  parametersOver,
  type ConvolutionTransposeOptions,
} from "./convolution-transpose.ts";
import type { LayerSample } from "../layer.ts";

/**
 * Lays a learned kernel down at every element of a volume, scaled by it, `strides` apart: the gradient of `Conv3D` by
 * its input, as a layer. `activation(Σ x[o, c] · kernel[k, f, c] + bias[f])` over the places o and offsets k with o ·
 * strides + k · dilationRate − padding at the output's element, and the channels c.
 *
 * Input `[batch, depth, height, width, channels]`, output `[batch, depth, height, width, filters]`, where an extent n
 * becomes n · stride with padding `"same"`, and (n − 1) · stride + max(stride, (size − 1) · dilation + 1) with
 * `"valid"`; `outputPadding` chooses among the extents that a convolution would bring back to n. Kernel
 * `[depth, height, width, filters, channels]`, bias `[filters]`.
 *
 * Errors: PL4004 for options that are none, strides and dilation both above 1, an output padding that does not lead
 * back; PL4006 for an input of other axes, or other channels than it was built for. Zeiler et al., 2010. Keras's layer
 * of the same name.
 *
 * @example
 * new Conv3DTranspose(2, 2, { strides: 2 }).call(ones([1, 3, 3, 3, 4])).shape; // [1, 6, 6, 6, 2]
 */
export class Conv3DTranspose extends ConvolutionTranspose {
  static override readonly className: string = "Conv3DTranspose";
  static override readonly parameters: Parameters = parametersOver(3);
  static override readonly samples: readonly LayerSample[] = [
    { options: { filters: 2, kernelSize: 2, strides: 2, padding: "same" }, inputs: [1, 2, 1, 2, 3] },
    { options: { filters: 1, kernelSize: [2, 1, 3], activation: "tanh" }, inputs: [2, 2, 2, 1, 1] },
    {
      options: { filters: 2, kernelSize: 3, strides: 2, padding: "same", dataFormat: "channelsFirst" },
      inputs: [1, 2, 1, 2, 2],
    },
  ];

  constructor(filters: number, kernelSize: PerAxis, options: ConvolutionTransposeOptions = {}) {
    super(3, filters, kernelSize, options);
  }
}
