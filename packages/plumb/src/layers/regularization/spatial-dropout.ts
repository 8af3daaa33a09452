import { oneOf, type Parameters } from "../../base/parameters.ts";
import type { Tensor } from "../../tensor/index.ts";
import { along } from "../axes.ts";
import type { LayerSample } from "../layer.ts";
import { dropOut, RateNoise, type NoiseOptions } from "./noise.ts";
import type { BatchShape } from "../shapes.ts";

/** What the spatial dropouts of images and volumes take besides their rate. */
export interface SpatialDropoutOptions extends NoiseOptions {
  /** Where the channels stand. Default `"channelsLast"`. */
  dataFormat?: "channelsLast" | "channelsFirst" | "channels_last" | "channels_first" | null;
}

const formats = {
  dataFormat: oneOf(
    ["channels_last", "channels_first", null],
    null,
    "Where the channels stand; null for last",
  ),
};

/** What the three have in common: a channel is dropped in all places, or in none. */
abstract class SpatialDropout<O extends NoiseOptions = NoiseOptions> extends RateNoise<O> {
  /** Number of axes of places. */
  protected abstract readonly places: number;
  /** The axis of the channels. */
  protected get channelAxis(): number {
    return this.places + 1;
  }

  protected override needs(inputShape: BatchShape): string | undefined {
    return inputShape.length === this.places + 2
      ? undefined
      : `a batch axis, ${this.places} of places and one of channels`;
  }

  protected override disturb(x: Tensor): Tensor {
    return dropOut(x, this.rate, along(x.shape, [0, this.channelAxis]), this.seed);
  }
}

/** Of the two that know both formats. */
abstract class FormattedSpatialDropout extends SpatialDropout<SpatialDropoutOptions> {
  static override readonly parameters: Parameters = formats;

  protected override get channelAxis(): number {
    return this.valuesOf(formats).dataFormat === "channels_first" ? 1 : super.channelAxis;
  }
}

/**
 * Dropout of whole features of a sequence: while training, a random share of them is set to 0 at all steps, and the rest
 * is scaled by 1 / (1 − rate). Neighbouring steps are alike, so that dropping single ones would hide little. Input and
 * output `[batch, steps, features]`; outside training it does nothing.
 *
 * Errors: PL4004 for a rate outside [0, 1); PL4006 for an input of other than three axes. Tompson et al., 2014; Keras's
 * layer of the same name.
 *
 * @example
 * new SpatialDropout1D(0.2).call(ones([8, 10, 64]), { training: true }).shape; // [8, 10, 64]
 */
export class SpatialDropout1D extends SpatialDropout {
  static override readonly className: string = "SpatialDropout1D";
  static override readonly samples: readonly LayerSample[] = [
    { options: { rate: 0.5 }, inputs: [2, 3, 4] },
    { options: { rate: 0.2 }, inputs: [1, 1, 1] },
  ];
  protected override readonly places = 1;
}

/**
 * Dropout of whole channels of images: while training, a random share of them is set to 0 at all places, and the rest is
 * scaled by 1 / (1 − rate). Input and output `[batch, height, width, channels]`, or `[batch, channels, height, width]`
 * with `dataFormat: "channelsFirst"`; outside training it does nothing.
 *
 * Errors: PL4004 for a rate outside [0, 1); PL4006 for an input of other than four axes. Tompson et al., 2014; Keras's
 * layer of the same name.
 *
 * @example
 * new SpatialDropout2D(0.2).call(ones([8, 28, 28, 16]), { training: true }).shape; // [8, 28, 28, 16]
 */
export class SpatialDropout2D extends FormattedSpatialDropout {
  static override readonly className: string = "SpatialDropout2D";
  static override readonly samples: readonly LayerSample[] = [
    { options: { rate: 0.5 }, inputs: [2, 3, 2, 4] },
    { options: { rate: 0.2, dataFormat: "channelsFirst" }, inputs: [1, 3, 1, 2] },
  ];
  protected override readonly places = 2;
}

/**
 * Dropout of whole channels of volumes: while training, a random share of them is set to 0 at all places, and the rest is
 * scaled by 1 / (1 − rate). Input and output `[batch, depth, height, width, channels]`, or with channels behind the batch
 * for `dataFormat: "channelsFirst"`; outside training it does nothing.
 *
 * Errors: PL4004 for a rate outside [0, 1); PL4006 for an input of other than five axes. Tompson et al., 2014; Keras's
 * layer of the same name.
 *
 * @example
 * new SpatialDropout3D(0.2).call(ones([2, 4, 8, 8, 16]), { training: true }).shape; // [2, 4, 8, 8, 16]
 */
export class SpatialDropout3D extends FormattedSpatialDropout {
  static override readonly className: string = "SpatialDropout3D";
  static override readonly samples: readonly LayerSample[] = [
    { options: { rate: 0.5 }, inputs: [2, 2, 3, 2, 2] },
    { options: { rate: 0.2, dataFormat: "channelsFirst" }, inputs: [1, 3, 1, 2, 2] },
  ];
  protected override readonly places = 3;
}
