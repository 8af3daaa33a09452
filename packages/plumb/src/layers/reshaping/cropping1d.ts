import { Cropping, type Borders } from "./borders.ts";
import type { LayerSample } from "../layer.ts";
import type { SpatialOptions } from "../convolution/spatial.ts";

/**
 * Cuts off the borders of a sequence: one number for both ends, or a pair `[before, behind]`. Default 1.
 *
 * Input `[batch, steps, channels]`, output of the same axes, each extent shorter by what is cut.
 *
 * Errors: PL4004 for a cropping that is none of these; PL4006 for an input of other axes, or with nothing left to
 * keep. Keras's layer of the same name.
 *
 * @example
 * new Cropping1D(1).call(ones([4, 20, 5])).shape; // [4, 18, 5]
 */
export class Cropping1D extends Cropping {
  static override readonly className: string = "Cropping1D";
  static override readonly samples: readonly LayerSample[] = [
    { inputs: [2, 4, 2] },
    { options: { cropping: [2, 0] }, inputs: [1, 3, 1] },
    { options: { cropping: [0, 1], dataFormat: "channelsFirst" }, inputs: [1, 3, 2] },
  ];

  constructor(cropping?: Borders, options: SpatialOptions = {}) {
    super(1, cropping, options);
  }
}
