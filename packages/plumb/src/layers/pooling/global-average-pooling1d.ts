import type { Parameters } from "../../base/parameters.ts";
import {
  GlobalAveragePooling,
  globalPoolingParameters,
  type GlobalPoolingOptions,
} from "./global-pooling.ts";
import type { LayerSample } from "../layer.ts";

/**
 * The mean of each channel of a sequence, over all of it. A mask `[batch, steps]` leaves out the steps that are not
 * there; a row without any is 0 and passes no gradient on (in Keras it is NaN, and so is all that is trained with it).
 *
 * Input `[batch, steps, channels]`, output `[batch, channels]`, or `[batch, 1, channels]` with `keepdims`.
 *
 * Errors: PL4004 for options that are none; PL4006 for an input of other axes. Keras's layer of the same name.
 *
 * @example
 * new GlobalAveragePooling1D().call(ones([4, 20, 5])).shape; // [4, 5]
 */
export class GlobalAveragePooling1D extends GlobalAveragePooling {
  static override readonly className: string = "GlobalAveragePooling1D";
  static override readonly parameters: Parameters = globalPoolingParameters;
  static override readonly samples: readonly LayerSample[] = [
    { inputs: [2, 4, 3] },
    { options: { keepdims: true }, inputs: [1, 1, 1] },
    { options: { keepdims: true, dataFormat: "channelsFirst" }, inputs: [2, 3, 4] },
  ];

  constructor(options: GlobalPoolingOptions = {}) {
    super(1, options);
  }
}
