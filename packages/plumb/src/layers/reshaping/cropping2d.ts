import { Cropping, type Borders } from "./borders.ts";
import type { LayerSample } from "../layer.ts";
import type { SpatialOptions } from "../convolution/spatial.ts";

/**
 * Cuts off the borders of an image: one number for all sides, or one entry for the height and one for the width, each
 * a number for both sides or a pair `[before, behind]`. Default 1.
 *
 * Input `[batch, height, width, channels]`, output of the same axes, each extent shorter by what is cut.
 *
 * Errors: PL4004 for a cropping that is none of these; PL4006 for an input of other axes, or with nothing left to
 * keep. Keras's layer of the same name.
 *
 * @example
 * new Cropping2D(1).call(ones([4, 28, 28, 8])).shape; // [4, 26, 26, 8]
 */
export class Cropping2D extends Cropping {
  static override readonly className: string = "Cropping2D";
  static override readonly samples: readonly LayerSample[] = [
    { inputs: [2, 4, 3, 3] },
    {
      options: {
        cropping: [
          [1, 0],
          [0, 2],
        ],
      },
      inputs: [1, 2, 4, 1],
    },
    { options: { cropping: [0, 1], dataFormat: "channelsFirst" }, inputs: [1, 3, 2, 3] },
  ];

  constructor(cropping?: Borders, options: SpatialOptions = {}) {
    super(2, cropping, options);
  }
}
