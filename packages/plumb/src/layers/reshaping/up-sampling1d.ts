import type { PerAxis } from "../../numerics/index.ts";
import type { LayerSample } from "../layer.ts";
import type { SpatialOptions } from "../convolution/spatial.ts";
import { UpSampling } from "./upsampling.ts";

/**
 * Every element of a sequence `size` times along each axis.
 *
 * Input `[batch, steps, channels]`, output of the same axes, each extent `size` times as long. Default size 2.
 *
 * Errors: PL4004 for a size that is no whole number of at least 1; PL4006 for an input of other axes. Keras's layer of
 * the same name.
 *
 * @example
 * new UpSampling1D(2).call(ones([4, 20, 5])).shape; // [4, 40, 5]
 */
export class UpSampling1D extends UpSampling {
  static override readonly className: string = "UpSampling1D";
  static override readonly samples: readonly LayerSample[] = [
    { inputs: [2, 3, 2] },
    { options: { size: 3 }, inputs: [1, 1, 1] },
    { options: { size: 2, dataFormat: "channelsFirst" }, inputs: [1, 3, 2] },
  ];

  constructor(size?: PerAxis, options: SpatialOptions = {}) {
    super(1, size, options);
  }
}
