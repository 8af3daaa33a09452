import type { Parameters } from "../../base/parameters.ts";
import type { PerAxis } from "../../numerics/index.ts";
import {
  ConvolutionTranspose,
  parametersOver,
  type ConvolutionTransposeOptions,
} from "./convolution-transpose.ts";
import type { LayerSample } from "../layer.ts";

/**
 * Lays a learned kernel down at every element of a sequence, scaled by it, `strides` apart: the gradient of `Conv1D`
 * by its input, as a layer. `activation(Σ x[o, c] · kernel[k, f, c] + bias[f])` over the places o and offsets k with o
 * · strides + k · dilationRate − padding at the output's element, and the channels c.
 *
 * Input `[batch, steps, channels]`, output `[batch, steps, filters]`, where an extent n becomes n · stride with
 * padding `"same"`, and (n − 1) · stride + max(stride, (size − 1) · dilation + 1) with `"valid"`; `outputPadding`
 * chooses among the extents that a convolution would bring back to n. Kernel `[size, filters, channels]`, bias
 * `[filters]`.
 *
 * Errors: PL4004 for options that are none, strides and dilation both above 1, an output padding that does not lead
 * back; PL4006 for an input of other axes, or other channels than it was built for. Zeiler et al., 2010. Keras's layer
 * of the same name.
 *
 * @example
 * new Conv1DTranspose(8, 4, { strides: 2, padding: "same" }).call(ones([2, 10, 3])).shape; // [2, 20, 8]
 */
export class Conv1DTranspose extends ConvolutionTranspose {
  static override readonly className: string = "Conv1DTranspose";
  static override readonly parameters: Parameters = parametersOver(1);
  static override readonly samples: readonly LayerSample[] = [
    { options: { filters: 2, kernelSize: 3, strides: 2, activation: "tanh" }, inputs: [2, 4, 3] },
    { options: { filters: 1, kernelSize: 2, strides: 3 }, inputs: [1, 1, 1] },
    { options: { filters: 3, kernelSize: 4, padding: "same", strides: 2 }, inputs: [1, 3, 2] },
    { options: { filters: 2, kernelSize: 3, dilationRate: 2, padding: "same" }, inputs: [1, 5, 3] },
    {
      options: { filters: 2, kernelSize: 3, strides: 2, outputPadding: 1, dataFormat: "channelsFirst" },
      inputs: [2, 3, 4],
    },
  ];

  constructor(filters: number, kernelSize: PerAxis, options: ConvolutionTransposeOptions = {}) {
    super(1, filters, kernelSize, options);
  }
}
