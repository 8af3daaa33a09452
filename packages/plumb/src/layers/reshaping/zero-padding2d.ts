import { ZeroPadding, type Borders } from "./borders.ts";
import type { LayerSample } from "../layer.ts";
import type { SpatialOptions } from "../convolution/spatial.ts";

/**
 * Zeros around an image: one number for all sides, or one entry for the height and one for the width, each a number
 * for both sides or a pair `[before, behind]`. Default 1.
 *
 * Input `[batch, height, width, channels]`, output of the same axes, each extent longer by what is added.
 *
 * Errors: PL4004 for a padding that is none of these; PL4006 for an input of other axes. Keras's layer of the same
 * name.
 *
 * @example
 * new ZeroPadding2D(1).call(ones([4, 28, 28, 8])).shape; // [4, 30, 30, 8]
 */
export class ZeroPadding2D extends ZeroPadding {
  static override readonly className: string = "ZeroPadding2D";
  static override readonly samples: readonly LayerSample[] = [
    { inputs: [2, 2, 3, 3] },
    {
      options: {
        padding: [
          [1, 0],
          [2, 1],
        ],
      },
      inputs: [1, 2, 1, 1],
    },
    { options: { padding: [0, 2], dataFormat: "channelsFirst" }, inputs: [1, 3, 2, 2] },
  ];

  constructor(padding?: Borders, options: SpatialOptions = {}) {
    super(2, padding, options);
  }
}
