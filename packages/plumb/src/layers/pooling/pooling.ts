/** The pools: `MaxPooling2D`, `AveragePooling2D` and their kin over one, two and three axes. */
import { oneOf, optional, resolve } from "../../base/parameters.ts";
import { averagePooling, maxPooling, type PerAxis } from "../../numerics/index.ts";
import type { Tensor } from "../../tensor/index.ts";
import {
  perAxisOption,
  SpatialLayer,
  type SpatialOptions,
  type SpatialRank,
} from "../convolution/spatial.ts";

/** What `MaxPooling2D`, `AveragePooling2D` and their kin take besides the size of the window. */
export interface PoolingOptions extends SpatialOptions {
  /** Steps from window to window, for all axes or for each. Unset or null: the size of the window. */
  strides?: PerAxis | null;
  /**
   * `"valid"`: windows lie inside the input. `"same"`: there are ⌈extent / stride⌉ of them, and what lies outside does not
   * count. Default `"valid"`.
   */
  padding?: "valid" | "same";
}

/** What a pool over `rank` axes declares. */
export const poolingParameters = (rank: SpatialRank) => ({
  strides: optional(perAxisOption(rank, 2, "Steps from window to window")),
  padding: oneOf(["valid", "same"], "valid", "How the input is padded"),
});

/** A pool over `rank` axes. */
abstract class Pooling extends SpatialLayer {
  static override readonly byPlace: readonly string[] = ["poolSize"];
  readonly poolSize: readonly number[];
  readonly strides: readonly number[];
  readonly padding: "valid" | "same";

  constructor(rank: SpatialRank, poolSize: PerAxis | undefined, options: PoolingOptions) {
    super(rank, options);
    const placed = { poolSize: perAxisOption(rank, 2, "Extents of the window") };
    this.poolSize = resolve("PL4004", this.className, placed, { poolSize }).poolSize;
    const { strides, padding } = this.valuesOf(poolingParameters(rank));
    this.strides = strides ?? this.poolSize;
    this.padding = padding;
  }

  protected override needsOf(extents: readonly (number | null)[]): string | undefined {
    if (this.padding === "same") return undefined;
    return this.needsRoom(
      extents,
      this.poolSize,
      `a window of [${this.poolSize.join(", ")}]`,
      ` unless padding is "same"`,
    );
  }
}

/** The largest element of each window, over `rank` axes. */
export abstract class MaxPooling extends Pooling {
  override call(x: Tensor): Tensor {
    const { strides, padding } = this;
    return this.asGiven(maxPooling(this.channelsLast(x), this.poolSize, { strides, padding }));
  }
}

/** The mean of each window, over `rank` axes. */
export abstract class AveragePooling extends Pooling {
  override call(x: Tensor): Tensor {
    const { strides, padding } = this;
    return this.asGiven(averagePooling(this.channelsLast(x), this.poolSize, { strides, padding }));
  }
}
