import { ZeroPadding, type Borders } from "./borders.ts";
import type { LayerSample } from "../layer.ts";
import type { SpatialOptions } from "../convolution/spatial.ts";

/**
 * Zeros around a sequence: one number for both ends, or a pair `[before, behind]`. Default 1.
 *
 * Input `[batch, steps, channels]`, output of the same axes, each extent longer by what is added.
 *
 * Errors: PL4004 for a padding that is none of these; PL4006 for an input of other axes. Keras's layer of the same
 * name.
 *
 * @example
 * new ZeroPadding1D(1).call(ones([4, 20, 5])).shape; // [4, 22, 5]
 */
export class ZeroPadding1D extends ZeroPadding {
  static override readonly className: string = "ZeroPadding1D";
  static override readonly samples: readonly LayerSample[] = [
    { inputs: [2, 3, 2] },
    { options: { padding: [2, 0] }, inputs: [1, 1, 1] },
    { options: { padding: [0, 3], dataFormat: "channelsFirst" }, inputs: [1, 3, 2] },
  ];

  constructor(padding?: Borders, options: SpatialOptions = {}) {
    super(1, padding, options);
  }
}
