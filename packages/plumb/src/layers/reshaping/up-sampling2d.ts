import { oneOf, type Parameters } from "../../base/parameters.ts";
import { interpolations, resize, type Interpolation, type PerAxis } from "../../numerics/index.ts";
import type { Tensor } from "../../tensor/index.ts";
import type { LayerSample } from "../layer.ts";
import type { SpatialOptions } from "../convolution/spatial.ts";
import { UpSampling } from "./upsampling.ts";

/** What `UpSampling2D` takes besides its size. */
export interface UpSampling2DOptions extends SpatialOptions {
  /** How values between those of the input are found. Default `"nearest"`: they are not, elements are repeated. */
  interpolation?: "nearest" | Interpolation;
}

const parameters = {
  interpolation: oneOf(["nearest", ...interpolations], "nearest", "How values in between are found"),
};

/**
 * An image `size` times as large: every element repeated, or values in between interpolated from those around.
 *
 * Input `[batch, height, width, channels]`, output of the same axes, height and width `size` times as long. Default
 * size 2, interpolation `"nearest"`. Interpolated values are weighted sums along one axis, then the other, the centres
 * of elements corresponding; at the borders, weights of elements that do not exist go to those that do. `"bicubic"` is
 * Keys's, 1981, with a = −1/2.
 *
 * Errors: PL4004 for options that are none; PL4006 for an input of other axes. Keras's layer of the same name.
 *
 * @example
 * new UpSampling2D(2, { interpolation: "bilinear" }).call(ones([4, 28, 28, 8])).shape; // [4, 56, 56, 8]
 */
export class UpSampling2D extends UpSampling {
  static override readonly className: string = "UpSampling2D";
  static override readonly parameters: Parameters = parameters;
  static override readonly samples: readonly LayerSample[] = [
    { inputs: [2, 2, 3, 3] },
    { options: { size: [1, 3] }, inputs: [1, 2, 1, 1] },
    { options: { size: [2, 3], interpolation: "bilinear" }, inputs: [2, 2, 3, 3] },
    { options: { size: 2, interpolation: "bicubic", dataFormat: "channelsFirst" }, inputs: [1, 3, 3, 2] },
    { options: { size: 3, interpolation: "lanczos3" }, inputs: [1, 4, 1, 1] },
    { options: { size: 2, interpolation: "lanczos5" }, inputs: [1, 7, 2, 1] },
  ];
  readonly interpolation: "nearest" | Interpolation;

  constructor(size?: PerAxis, options: UpSampling2DOptions = {}) {
    super(2, size, options);
    this.interpolation = this.valuesOf(parameters).interpolation;
  }

  override get movesValues(): boolean {
    return this.interpolation === "nearest" && super.movesValues;
  }

  protected override larger(x: Tensor): Tensor {
    if (this.interpolation === "nearest") return super.larger(x);
    const extents = this.size.map((times, i) => x.shape[1 + i] * times);
    return resize(x, extents, this.interpolation);
  }
}
