import type { PerAxis } from "../../numerics/index.ts";
import { AdaptiveAveragePooling } from "./adaptive-pooling.ts";
import type { LayerSample } from "../layer.ts";
import type { SpatialOptions } from "../convolution/spatial.ts";

/**
 * The mean of each of `outputSize` windows that cover a sequence evenly, whatever its extents: window i of an axis
 * goes from ⌊i · n / outputSize⌋ up to ⌈(i + 1) · n / outputSize⌉, so that neighbours share elements where the size
 * does not divide n.
 *
 * Input `[batch, steps, channels]`, output `[batch, outputSize, channels]`.
 *
 * Errors: PL4004 for options that are none; PL4006 for an input of other axes, or of none along one. Keras's layer of
 * the same name.
 *
 * @example
 * new AdaptiveAveragePooling1D(3).call(ones([4, 20, 5])).shape; // [4, 3, 5]
 */
export class AdaptiveAveragePooling1D extends AdaptiveAveragePooling {
  static override readonly className: string = "AdaptiveAveragePooling1D";
  static override readonly samples: readonly LayerSample[] = [
    { options: { outputSize: 2 }, inputs: [2, 5, 3] },
    { options: { outputSize: 3 }, inputs: [1, 2, 1] },
    { options: { outputSize: 1, dataFormat: "channelsFirst" }, inputs: [2, 3, 4] },
  ];

  constructor(outputSize: PerAxis, options: SpatialOptions = {}) {
    super(1, outputSize, options);
  }
}
