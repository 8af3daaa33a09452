import type { Parameters } from "../../base/parameters.ts";
import type { PerAxis } from "../../numerics/index.ts";
import type { LayerSample } from "../layer.ts";
import { MaxPooling, poolingParameters, type PoolingOptions } from "./pooling.ts";

/**
 * The largest element of each window of a volume, channel by channel. Of equal elements the first has the gradient, as
 * in TensorFlow.
 *
 * Input `[batch, depth, height, width, channels]`, output `[batch, depth, height, width, channels]`, where an extent n
 * becomes ⌊(n − size) / stride⌋ + 1 with padding `"valid"` and ⌈n / stride⌉ with `"same"`. `poolSize` is 2 and
 * `strides` the pool size unless told.
 *
 * Errors: PL4004 for options that are none; PL4006 for an input of other axes, or smaller than the window with padding
 * `"valid"`. Keras's layer of the same name.
 *
 * @example
 * new MaxPooling3D(2).call(ones([1, 8, 8, 8, 2])).shape; // [1, 4, 4, 4, 2]
 */
export class MaxPooling3D extends MaxPooling {
  static override readonly className: string = "MaxPooling3D";
  static override readonly parameters: Parameters = poolingParameters(3);
  static override readonly samples: readonly LayerSample[] = [
    { inputs: [2, 2, 4, 3, 3] },
    { options: { poolSize: [2, 1, 3], strides: [1, 2, 2], padding: "same" }, inputs: [1, 3, 2, 4, 1] },
    { options: { dataFormat: "channelsFirst" }, inputs: [1, 3, 2, 2, 3] },
  ];

  constructor(poolSize?: PerAxis, options: PoolingOptions = {}) {
    super(3, poolSize, options);
  }
}
