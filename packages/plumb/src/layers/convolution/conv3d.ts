import type { Parameters } from "../../base/parameters.ts";
import type { PerAxis } from "../../numerics/index.ts";
import { Convolution, parametersOver, type ConvolutionOptions } from "./convolution.ts";
import type { LayerSample } from "../layer.ts";

/**
 * Convolves a volume with learned kernels: `activation(Σ x[o · strides + k · dilationRate, c] · kernel[k, c, f] +
 * bias[f])` over the offsets k in the kernel and the channels c, at every place o.
 *
 * Input `[batch, depth, height, width, channels]`, output `[batch, depth, height, width, filters]`, where an extent n
 * becomes ⌈n / stride⌉ with padding `"same"`, and ⌊(n − (size − 1) · dilation − 1) / stride⌋ + 1 with `"valid"`.
 * Kernel `[depth, height, width, channels / groups, filters]`, bias `[filters]`.
 *
 * Errors: PL4004 for options that are none, filters that are no multiple of the groups, strides and dilation both
 * above 1; PL4006 for an input of other axes, other channels than it was built for, or smaller than the kernel.
 * Keras's layer of the same name.
 *
 * @example
 * new Conv3D(4, 2).call(ones([1, 6, 6, 6, 1])).shape; // [1, 5, 5, 5, 4]
 */
export class Conv3D extends Convolution {
  static override readonly className: string = "Conv3D";
  static override readonly parameters: Parameters = parametersOver(3);
  static override readonly samples: readonly LayerSample[] = [
    { options: { filters: 2, kernelSize: 2, activation: "tanh" }, inputs: [2, 3, 2, 4, 1] },
    { options: { filters: 3, kernelSize: [1, 2, 3], strides: 2, padding: "same" }, inputs: [1, 3, 3, 2, 3] },
    {
      options: { filters: 2, kernelSize: 2, groups: 2, dataFormat: "channelsFirst" },
      inputs: [1, 2, 2, 3, 2],
    },
  ];

  constructor(filters: number, kernelSize: PerAxis, options: ConvolutionOptions = {}) {
    super(3, filters, kernelSize, options);
  }
}
