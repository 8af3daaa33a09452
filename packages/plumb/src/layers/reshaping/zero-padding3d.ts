import { ZeroPadding, type Borders } from "./borders.ts";
import type { LayerSample } from "../layer.ts";
import type { SpatialOptions } from "../convolution/spatial.ts";

/**
 * Zeros around a volume: one number for all sides, or one entry for each of depth, height and width, a number for both
 * sides or a pair `[before, behind]`. Default 1.
 *
 * Input `[batch, depth, height, width, channels]`, output of the same axes, each extent longer by what is added.
 *
 * Errors: PL4004 for a padding that is none of these; PL4006 for an input of other axes. Keras's layer of the same
 * name.
 *
 * @example
 * new ZeroPadding3D(1).call(ones([1, 8, 8, 8, 2])).shape; // [1, 10, 10, 10, 2]
 */
export class ZeroPadding3D extends ZeroPadding {
  static override readonly className: string = "ZeroPadding3D";
  static override readonly samples: readonly LayerSample[] = [
    { inputs: [1, 2, 1, 2, 3] },
    {
      options: {
        padding: [
          [1, 0],
          [0, 2],
          [0, 0],
        ],
        dataFormat: "channelsFirst",
      },
      inputs: [2, 1, 2, 1, 2],
    },
  ];

  constructor(padding?: Borders, options: SpatialOptions = {}) {
    super(3, padding, options);
  }
}
