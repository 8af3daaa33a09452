import type { PerAxis } from "../../numerics/index.ts";
import { AdaptiveAveragePooling } from "./adaptive-pooling.ts";
import type { LayerSample } from "../layer.ts";
import type { SpatialOptions } from "../convolution/spatial.ts";

/**
 * The mean of each of `outputSize` windows that cover an image evenly, whatever its extents: window i of an axis goes
 * from ⌊i · n / outputSize⌋ up to ⌈(i + 1) · n / outputSize⌉, so that neighbours share elements where the size does
 * not divide n.
 *
 * Input `[batch, height, width, channels]`, output `[batch, …outputSize, channels]`.
 *
 * Errors: PL4004 for options that are none; PL4006 for an input of other axes, or of none along one. Keras's layer of
 * the same name.
 *
 * @example
 * new AdaptiveAveragePooling2D(3).call(ones([4, 28, 28, 8])).shape; // [4, 3, 3, 8]
 */
export class AdaptiveAveragePooling2D extends AdaptiveAveragePooling {
  static override readonly className: string = "AdaptiveAveragePooling2D";
  static override readonly samples: readonly LayerSample[] = [
    { options: { outputSize: [2, 3] }, inputs: [2, 5, 4, 3] },
    { options: { outputSize: 2 }, inputs: [1, 4, 1, 1] },
    { options: { outputSize: [1, 2], dataFormat: "channelsFirst" }, inputs: [1, 3, 2, 3] },
  ];

  constructor(outputSize: PerAxis, options: SpatialOptions = {}) {
    super(2, outputSize, options);
  }
}
