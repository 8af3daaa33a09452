import type { Parameters } from "../../base/parameters.ts";
import type { PerAxis } from "../../numerics/index.ts";
import { Convolution, parametersOver, type ConvolutionOptions } from "./convolution.ts";
import type { LayerSample } from "../layer.ts";

/**
 * Convolves an image with learned kernels: `activation(Σ x[o · strides + k · dilationRate, c] · kernel[k, c, f] +
 * bias[f])` over the offsets k in the kernel and the channels c, at every place o.
 *
 * Input `[batch, height, width, channels]`, output `[batch, height, width, filters]`, where an extent n becomes ⌈n /
 * stride⌉ with padding `"same"`, and ⌊(n − (size − 1) · dilation − 1) / stride⌋ + 1 with `"valid"`. Kernel
 * `[height, width, channels / groups, filters]`, bias `[filters]`.
 *
 * Errors: PL4004 for options that are none, filters that are no multiple of the groups, strides and dilation both
 * above 1; PL4006 for an input of other axes, other channels than it was built for, or smaller than the kernel.
 * Keras's layer of the same name.
 *
 * @example
 * new Conv2D(32, 3, { activation: "relu", padding: "same" }).call(ones([4, 28, 28, 1])).shape; // [4, 28, 28, 32]
 */
export class Conv2D extends Convolution {
  static override readonly className: string = "Conv2D";
  static override readonly parameters: Parameters = parametersOver(2);
  static override readonly samples: readonly LayerSample[] = [
    { options: { filters: 4, kernelSize: 3, activation: "tanh" }, inputs: [2, 5, 4, 3] },
    { options: { filters: 2, kernelSize: [2, 3], strides: [2, 1], padding: "same" }, inputs: [1, 5, 4, 1] },
    { options: { filters: 3, kernelSize: 2, dilationRate: 2 }, inputs: [1, 4, 5, 3] },
    { options: { filters: 6, kernelSize: 2, groups: 3, padding: "same" }, inputs: [2, 3, 3, 3] },
    { options: { filters: 2, kernelSize: 1, strides: 3, useBias: false }, inputs: [1, 4, 4, 3] },
    {
      options: { filters: 2, kernelSize: 3, padding: "same", dataFormat: "channelsFirst" },
      inputs: [1, 3, 2, 4],
    },
  ];

  constructor(filters: number, kernelSize: PerAxis, options: ConvolutionOptions = {}) {
    super(2, filters, kernelSize, options);
  }
}
