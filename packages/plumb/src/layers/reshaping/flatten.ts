import { oneOf, type Parameters } from "../../base/parameters.ts";
import { sizeOf } from "../../base/shape.ts";
import type { Tensor } from "../../tensor/index.ts";
import { Layer, type LayerOptions, type LayerSample } from "../layer.ts";
import type { BatchShape } from "../shapes.ts";

/** What `Flatten` takes. */
export interface FlattenOptions extends LayerOptions {
  /** Where the channels of the input stand; those that come first are moved behind the rest. Default `"channelsLast"`. */
  dataFormat?: "channelsLast" | "channelsFirst" | "channels_last" | "channels_first";
}

const parameters = {
  dataFormat: oneOf(
    ["channels_last", "channels_first"],
    "channels_last",
    "Where the channels of the input stand",
  ),
};

/**
 * All axes after the batch in one: input `[batch, …]`, output `[batch, product of the rest]`, in row-major order; an input
 * of one axis becomes `[batch, 1]`. With `dataFormat: "channelsFirst"` the order is that of the same data with channels
 * last, so that weights behind it serve both.
 *
 * Errors: PL4006 for an input without a batch axis. Keras's layer of the same name.
 *
 * @example
 * new Sequential([Input({ shape: [28, 28] }), new Flatten(), new Dense(10)]);
 */
export class Flatten extends Layer {
  static override readonly className: string = "Flatten";
  static override readonly takesList: boolean = false;
  static override readonly parameters: Parameters = parameters;
  static override readonly samples: readonly LayerSample[] = [
    { inputs: [2, 3] },
    { inputs: [3] },
    { inputs: [1, 3, 1, 4] },
    { options: { dataFormat: "channelsFirst" }, inputs: [2, 3, 2, 2] },
  ];

  constructor(options: FlattenOptions = {}) {
    super(options);
  }

  protected override needs(inputShape: BatchShape): string | undefined {
    return inputShape.length > 0 ? undefined : "a batch axis";
  }

  override get movesValues(): boolean {
    return true;
  }

  override call(x: Tensor): Tensor {
    const channelsFirst = this.valuesOf(parameters).dataFormat === "channels_first" && x.rank > 2;
    const [batch, channels, ...places] = [...x.shape.keys()];
    const ordered = channelsFirst ? x.transpose([batch, ...places, channels]) : x;
    return ordered.reshape([x.shape[0], sizeOf(x.shape.slice(1))]);
  }
}
