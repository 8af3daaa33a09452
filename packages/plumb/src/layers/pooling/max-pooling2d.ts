import type { Parameters } from "../../base/parameters.ts";
import type { PerAxis } from "../../numerics/index.ts";
import type { LayerSample } from "../layer.ts";
import { MaxPooling, poolingParameters, type PoolingOptions } from "./pooling.ts";

/**
 * The largest element of each window of an image, channel by channel. Of equal elements the first has the gradient, as
 * in TensorFlow.
 *
 * Input `[batch, height, width, channels]`, output `[batch, height, width, channels]`, where an extent n becomes ⌊(n −
 * size) / stride⌋ + 1 with padding `"valid"` and ⌈n / stride⌉ with `"same"`. `poolSize` is 2 and `strides` the pool
 * size unless told.
 *
 * Errors: PL4004 for options that are none; PL4006 for an input of other axes, or smaller than the window with padding
 * `"valid"`. Keras's layer of the same name.
 *
 * @example
 * new MaxPooling2D(2).call(ones([4, 28, 28, 8])).shape; // [4, 14, 14, 8]
 */
export class MaxPooling2D extends MaxPooling {
  static override readonly className: string = "MaxPooling2D";
  static override readonly parameters: Parameters = poolingParameters(2);
  static override readonly samples: readonly LayerSample[] = [
    { inputs: [2, 4, 6, 3] },
    { options: { poolSize: [3, 2], strides: 2, padding: "same" }, inputs: [1, 5, 4, 1] },
    { options: { poolSize: 2, strides: 1 }, inputs: [1, 3, 4, 3] },
    { options: { poolSize: [1, 3], dataFormat: "channelsFirst" }, inputs: [1, 2, 3, 5] },
  ];

  constructor(poolSize?: PerAxis, options: PoolingOptions = {}) {
    super(2, poolSize, options);
  }
}
