import type { PerAxis } from "../../numerics/index.ts";
import { AdaptiveMaxPooling } from "./adaptive-pooling.ts";
import type { LayerSample } from "../layer.ts";
import type { SpatialOptions } from "../convolution/spatial.ts";

/**
 * The largest element of each of `outputSize` windows that cover a volume evenly, whatever its extents: window i of an
 * axis goes from ⌊i · n / outputSize⌋ up to ⌈(i + 1) · n / outputSize⌉, so that neighbours share elements where the
 * size does not divide n.
 *
 * Input `[batch, depth, height, width, channels]`, output `[batch, …outputSize, channels]`.
 *
 * Errors: PL4004 for options that are none; PL4006 for an input of other axes, or of none along one. Keras's layer of
 * the same name.
 *
 * @example
 * new AdaptiveMaxPooling3D(3).call(ones([1, 8, 8, 8, 2])).shape; // [1, 3, 3, 3, 2]
 */
export class AdaptiveMaxPooling3D extends AdaptiveMaxPooling {
  static override readonly className: string = "AdaptiveMaxPooling3D";
  static override readonly samples: readonly LayerSample[] = [
    { options: { outputSize: 2 }, inputs: [1, 3, 2, 4, 3] },
    { options: { outputSize: [1, 2, 1], dataFormat: "channelsFirst" }, inputs: [2, 1, 2, 3, 1] },
  ];

  constructor(outputSize: PerAxis, options: SpatialOptions = {}) {
    super(3, outputSize, options);
  }
}
