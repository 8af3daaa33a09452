import type { Parameters } from "../../base/parameters.ts";
import {
  GlobalAveragePooling,
  globalPoolingParameters,
  type GlobalPoolingOptions,
} from "./global-pooling.ts";
import type { LayerSample } from "../layer.ts";

/**
 * The mean of each channel of a volume, over all of it.
 *
 * Input `[batch, depth, height, width, channels]`, output `[batch, channels]`, or `[batch, 1, 1, 1, channels]` with
 * `keepdims`.
 *
 * Errors: PL4004 for options that are none; PL4006 for an input of other axes. Keras's layer of the same name.
 *
 * @example
 * new GlobalAveragePooling3D().call(ones([1, 8, 8, 8, 2])).shape; // [1, 2]
 */
export class GlobalAveragePooling3D extends GlobalAveragePooling {
  static override readonly className: string = "GlobalAveragePooling3D";
  static override readonly parameters: Parameters = globalPoolingParameters;
  static override readonly samples: readonly LayerSample[] = [
    { inputs: [2, 2, 3, 2, 3] },
    { options: { keepdims: true, dataFormat: "channelsFirst" }, inputs: [1, 3, 1, 2, 2] },
  ];

  constructor(options: GlobalPoolingOptions = {}) {
    super(3, options);
  }
}
