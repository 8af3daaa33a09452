import type { Parameters } from "../../base/parameters.ts";
import { GlobalMaxPooling, globalPoolingParameters, type GlobalPoolingOptions } from "./global-pooling.ts";
import type { LayerSample } from "../layer.ts";

/**
 * The largest element of each channel of an image, over all of it. Equal largest elements share the gradient.
 *
 * Input `[batch, height, width, channels]`, output `[batch, channels]`, or `[batch, 1, 1, channels]` with `keepdims`.
 *
 * Errors: PL4004 for options that are none; PL4006 for an input of other axes. Keras's layer of the same name.
 *
 * @example
 * new GlobalMaxPooling2D().call(ones([4, 28, 28, 8])).shape; // [4, 8]
 */
export class GlobalMaxPooling2D extends GlobalMaxPooling {
  static override readonly className: string = "GlobalMaxPooling2D";
  static override readonly parameters: Parameters = globalPoolingParameters;
  static override readonly samples: readonly LayerSample[] = [
    { inputs: [2, 3, 4, 3] },
    { options: { keepdims: true }, inputs: [1, 1, 2, 1] },
    { options: { dataFormat: "channelsFirst" }, inputs: [2, 3, 2, 2] },
  ];

  constructor(options: GlobalPoolingOptions = {}) {
    super(2, options);
  }
}
