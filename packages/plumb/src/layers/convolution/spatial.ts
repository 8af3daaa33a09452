/** What layers over sequences, images and volumes share: where channels stand, and options with an entry per axis. */
import { integer, oneOf, type Parameter, type Parameters } from "../../base/parameters.ts";
import { perAxis, type PerAxis } from "../../numerics/index.ts";
import type { Tensor } from "../../tensor/index.ts";
import { Layer, type LayerOptions } from "../layer.ts";
import type { BatchShape } from "../shapes.ts";

/** Where the channels of an image stand: behind its spatial axes, or before them. */
export type DataFormat = "channelsLast" | "channelsFirst" | "channels_last" | "channels_first";

/** How many axes a layer's inputs have besides batch and channels. */
export type SpatialRank = 1 | 2 | 3;

/** What layers over images take. */
export interface SpatialOptions extends LayerOptions {
  /**
   * Where the channels of input and output stand: `[batch, …, channels]`, or `[batch, channels, …]`, which is brought to
   * the other order and back. Default `"channelsLast"`.
   */
  dataFormat?: DataFormat;
}

export const spatialParameters = {
  dataFormat: oneOf(["channels_last", "channels_first"], "channels_last", "Where the channels stand"),
};

/** A whole number (from `least`) for all axes, or one for each. */
export const perAxisOption = (
  rank: SpatialRank,
  initial: number,
  doc: string,
  least = 1,
): Parameter<readonly number[], PerAxis> => {
  const one = integer(initial, doc, { min: least });
  return {
    default: new Array<number>(rank).fill(initial),
    doc,
    accepts: (value) => one.accepts(value) || (isListOf(value, rank) && value.every(one.accepts)),
    read: (value) => perAxis(value, rank),
    words: `${one.words}${rank > 1 ? `, or a list of ${rank}` : ""}`,
  };
};

/** A list of so many. */
export const isListOf = (value: unknown, length: number): value is readonly unknown[] =>
  Array.isArray(value) && value.length === length;

/** The spatial axes by name, first to last. */
const axisNames: Record<SpatialRank, readonly string[]> = {
  1: ["steps"],
  2: ["height", "width"],
  3: ["depth", "height", "width"],
};

/** A layer over inputs of `[batch, spatial…, channels]`, or with channels first. Subclasses compute with channels last. */
export abstract class SpatialLayer extends Layer {
  static override readonly takesList: boolean = false;
  static override readonly parameters: Parameters = spatialParameters;
  protected readonly spatialRank: SpatialRank;
  readonly dataFormat: "channels_last" | "channels_first";

  constructor(rank: SpatialRank, options: LayerOptions) {
    super(options);
    this.spatialRank = rank;
    this.dataFormat = this.valuesOf(spatialParameters).dataFormat;
  }

  protected override needs(inputShape: BatchShape): string | undefined {
    const names = axisNames[this.spatialRank];
    const axes = this.channelsFirst ? ["channels", ...names] : [...names, "channels"];
    if (inputShape.length !== axes.length + 1) return `${axes.length + 1} axes: [batch, ${axes.join(", ")}]`;
    const [, ...rest] = inputShape;
    const [extents, channels] = this.channelsFirst
      ? [rest.slice(1), rest[0]]
      : [rest.slice(0, -1), rest[rest.length - 1]];
    return this.needsOf(extents, channels);
  }

  /** As `needs`, of spatial extents and channels; null where they are not known. */
  protected needsOf(_extents: readonly (number | null)[], _channels: number | null): string | undefined {
    return undefined;
  }

  /** What a window that does not fit needs: an extent along an axis. `reach` is from its first element to its last. */
  protected needsRoom(
    extents: readonly (number | null)[],
    reach: readonly number[],
    what: string,
    instead: string,
  ): string | undefined {
    const axis = reach.findIndex((least, i) => (extents[i] ?? Infinity) < least);
    if (axis < 0) return undefined;
    return `${axisNames[this.spatialRank][axis]} of at least ${reach[axis]}: ${what} lies inside the input${instead}`;
  }

  private get channelsFirst(): boolean {
    return this.dataFormat === "channels_first";
  }

  /** The channels of an input shape. */
  protected channelsOf(inputShape: BatchShape): number {
    return (this.channelsFirst ? inputShape[1] : inputShape.at(-1)) as number;
  }

  /** An input as `[batch, spatial…, channels]`. */
  protected channelsLast(x: Tensor): Tensor {
    if (!this.channelsFirst) return x;
    const [batch, channels, ...places] = [...x.shape.keys()];
    return x.transpose([batch, ...places, channels]);
  }

  /** An output `[batch, spatial…, channels]` in the layer's own order. */
  protected asGiven(y: Tensor): Tensor {
    if (!this.channelsFirst) return y;
    const axes = [...y.shape.keys()];
    return y.transpose([axes[0], axes[axes.length - 1], ...axes.slice(1, -1)]);
  }
}
