import type { Parameters } from "../../base/parameters.ts";
import type { PerAxis } from "../../numerics/index.ts";
import type { LayerSample } from "../layer.ts";
import { MaxPooling, poolingParameters, type PoolingOptions } from "./pooling.ts";

/**
 * The largest element of each window of a sequence, channel by channel. Of equal elements the first has the gradient,
 * as in TensorFlow.
 *
 * Input `[batch, steps, channels]`, output `[batch, steps, channels]`, where an extent n becomes ⌊(n − size) / stride⌋
 * + 1 with padding `"valid"` and ⌈n / stride⌉ with `"same"`. `poolSize` is 2 and `strides` the pool size unless told.
 *
 * Errors: PL4004 for options that are none; PL4006 for an input of other axes, or smaller than the window with padding
 * `"valid"`. Keras's layer of the same name.
 *
 * @example
 * new MaxPooling1D(2).call(ones([4, 20, 5])).shape; // [4, 10, 5]
 */
export class MaxPooling1D extends MaxPooling {
  static override readonly className: string = "MaxPooling1D";
  static override readonly parameters: Parameters = poolingParameters(1);
  static override readonly samples: readonly LayerSample[] = [
    { inputs: [2, 6, 3] },
    { options: { poolSize: 3, strides: 2, padding: "same" }, inputs: [1, 7, 1] },
    { options: { poolSize: 2, strides: 3, dataFormat: "channelsFirst" }, inputs: [2, 3, 6] },
  ];

  constructor(poolSize?: PerAxis, options: PoolingOptions = {}) {
    super(1, poolSize, options);
  }
}
