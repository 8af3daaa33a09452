/** Layers that make images larger: `UpSampling1D`, `UpSampling2D` and `UpSampling3D`. */
import { resolve } from "../../base/parameters.ts";
import { upsample, type PerAxis } from "../../numerics/index.ts";
import type { Tensor } from "../../tensor/index.ts";
import {
  perAxisOption,
  SpatialLayer,
  type SpatialOptions,
  type SpatialRank,
} from "../convolution/spatial.ts";

/** Every element several times, over `rank` axes. */
export abstract class UpSampling extends SpatialLayer {
  static override readonly byPlace: readonly string[] = ["size"];
  readonly size: readonly number[];

  constructor(rank: SpatialRank, size: PerAxis | undefined, options: SpatialOptions) {
    super(rank, options);
    const placed = { size: perAxisOption(rank, 2, "How many times each element stands along each axis") };
    this.size = resolve("PL4004", this.className, placed, { size }).size;
  }

  // Elements stand several times, each with all its channels.
  override get movesValues(): boolean {
    return this.dataFormat === "channels_last";
  }

  override call(x: Tensor): Tensor {
    return this.asGiven(this.larger(this.channelsLast(x)));
  }

  /** An input `[batch, spatial…, channels]`, larger. */
  protected larger(x: Tensor): Tensor {
    return upsample(x, this.size);
  }
}
