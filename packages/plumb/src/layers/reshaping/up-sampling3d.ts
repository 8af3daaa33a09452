import type { PerAxis } from "../../numerics/index.ts";
import type { LayerSample } from "../layer.ts";
import type { SpatialOptions } from "../convolution/spatial.ts";
import { UpSampling } from "./upsampling.ts";

/**
 * Every element of a volume `size` times along each axis.
 *
 * Input `[batch, depth, height, width, channels]`, output of the same axes, each extent `size` times as long. Default
 * size 2.
 *
 * Errors: PL4004 for a size that is no whole number of at least 1, or a list of 3; PL4006 for an input of other axes.
 * Keras's layer of the same name.
 *
 * @example
 * new UpSampling3D(2).call(ones([1, 8, 8, 8, 2])).shape; // [1, 16, 16, 16, 2]
 */
export class UpSampling3D extends UpSampling {
  static override readonly className: string = "UpSampling3D";
  static override readonly samples: readonly LayerSample[] = [
    { inputs: [1, 2, 1, 2, 3] },
    { options: { size: [2, 1, 3], dataFormat: "channelsFirst" }, inputs: [2, 1, 2, 1, 2] },
  ];

  constructor(size?: PerAxis, options: SpatialOptions = {}) {
    super(3, size, options);
  }
}
