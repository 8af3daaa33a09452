/** Pools to a given number of windows: `AdaptiveMaxPooling2D`, `AdaptiveAveragePooling2D` and their kin. */
import { required, resolve } from "../../base/parameters.ts";
import { adaptiveAveragePooling, adaptiveMaxPooling, type PerAxis } from "../../numerics/index.ts";
import type { Tensor } from "../../tensor/index.ts";
import {
  perAxisOption,
  SpatialLayer,
  type SpatialOptions,
  type SpatialRank,
} from "../convolution/spatial.ts";

/** A pool to so many windows over `rank` axes. */
abstract class AdaptivePooling extends SpatialLayer {
  static override readonly byPlace: readonly string[] = ["outputSize"];
  readonly outputSize: readonly number[];

  constructor(rank: SpatialRank, outputSize: PerAxis, options: SpatialOptions) {
    super(rank, options);
    const placed = { outputSize: required(perAxisOption(rank, 1, "How many windows there are")) };
    this.outputSize = resolve("PL4004", this.className, placed, { outputSize }).outputSize;
  }

  protected override needsOf(extents: readonly (number | null)[]): string | undefined {
    return this.needsRoom(
      extents,
      extents.map(() => 1),
      "a window",
      "",
    );
  }
}

/** The largest element of each window, over `rank` axes. */
export abstract class AdaptiveMaxPooling extends AdaptivePooling {
  override call(x: Tensor): Tensor {
    return this.asGiven(adaptiveMaxPooling(this.channelsLast(x), this.outputSize));
  }
}

/** The mean of each window, over `rank` axes. */
export abstract class AdaptiveAveragePooling extends AdaptivePooling {
  override call(x: Tensor): Tensor {
    return this.asGiven(adaptiveAveragePooling(this.channelsLast(x), this.outputSize));
  }
}
