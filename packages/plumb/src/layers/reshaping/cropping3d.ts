import { Cropping, type Borders } from "./borders.ts";
import type { LayerSample } from "../layer.ts";
import type { SpatialOptions } from "../convolution/spatial.ts";

/**
 * Cuts off the borders of a volume: one number for all sides, or one entry for each of depth, height and width, a
 * number for both sides or a pair `[before, behind]`. Default 1.
 *
 * Input `[batch, depth, height, width, channels]`, output of the same axes, each extent shorter by what is cut.
 *
 * Errors: PL4004 for a cropping that is none of these; PL4006 for an input of other axes, or with nothing left to
 * keep. Keras's layer of the same name.
 *
 * @example
 * new Cropping3D(1).call(ones([1, 8, 8, 8, 2])).shape; // [1, 6, 6, 6, 2]
 */
export class Cropping3D extends Cropping {
  static override readonly className: string = "Cropping3D";
  static override readonly samples: readonly LayerSample[] = [
    { inputs: [1, 3, 4, 3, 3] },
    {
      options: {
        cropping: [
          [1, 0],
          [0, 2],
          [0, 0],
        ],
        dataFormat: "channelsFirst",
      },
      inputs: [2, 1, 2, 3, 2],
    },
  ];

  constructor(cropping?: Borders, options: SpatialOptions = {}) {
    super(3, cropping, options);
  }
}
