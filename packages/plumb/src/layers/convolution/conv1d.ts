import { oneOf, type Parameters } from "../../base/parameters.ts";
import type { PerAxis } from "../../numerics/index.ts";
import { Convolution, parametersOver, type ConvolutionOptions } from "./convolution.ts";
import type { LayerSample } from "../layer.ts";

/** What `Conv1D` takes besides filters and kernel size. */
export interface Conv1DOptions extends Omit<ConvolutionOptions, "padding"> {
  /** As of `Conv2D`; `"causal"` adds zeros before the sequence only. Default `"valid"`. */
  padding?: "valid" | "same" | "causal";
}

const parameters = {
  ...parametersOver(1),
  padding: oneOf(["valid", "same", "causal"], "valid", "How the input is padded"),
};

/**
 * Convolves a sequence with learned kernels: `activation(Σ x[o · strides + k · dilationRate, c] · kernel[k, c, f] +
 * bias[f])` over the offsets k in the kernel and the channels c, at every place o.
 *
 * Input `[batch, steps, channels]`, output `[batch, steps, filters]`, where an extent n becomes ⌈n / stride⌉ with
 * padding `"same"` or `"causal"`, and ⌊(n − (size − 1) · dilation − 1) / stride⌋ + 1 with `"valid"`. Kernel
 * `[size, channels / groups, filters]`, bias `[filters]`. `"causal"` adds zeros before the sequence only, so that no
 * output sees a later step.
 *
 * Errors: PL4004 for options that are none, filters that are no multiple of the groups, strides and dilation both
 * above 1; PL4006 for an input of other axes, other channels than it was built for, or smaller than the kernel.
 * Keras's layer of the same name.
 *
 * @example
 * new Conv1D(8, 3, { padding: "causal" }).call(ones([4, 20, 5])).shape; // [4, 20, 8]
 */
export class Conv1D extends Convolution {
  static override readonly className: string = "Conv1D";
  static override readonly parameters: Parameters = parameters;
  static override readonly samples: readonly LayerSample[] = [
    { options: { filters: 4, kernelSize: 3, activation: "tanh" }, inputs: [2, 7, 3] },
    { options: { filters: 1, kernelSize: 2, padding: "same", strides: 2 }, inputs: [1, 5, 1] },
    { options: { filters: 2, kernelSize: 3, padding: "causal", dilationRate: 2 }, inputs: [2, 6, 3] },
    { options: { filters: 4, kernelSize: 1, groups: 2, useBias: false }, inputs: [1, 3, 2] },
    {
      options: { filters: 3, kernelSize: 4, strides: 5, padding: "same", activation: "softmax" },
      inputs: [1, 7, 3],
    },
    { options: { filters: 2, kernelSize: 2, dataFormat: "channelsFirst" }, inputs: [2, 3, 4] },
  ];

  constructor(filters: number, kernelSize: PerAxis, options: Conv1DOptions = {}) {
    super(1, filters, kernelSize, options);
  }
}
