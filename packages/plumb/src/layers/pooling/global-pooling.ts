/** Pools over all of the spatial axes: `GlobalMaxPooling2D`, `GlobalAveragePooling2D` and their kin. */
import { flag } from "../../base/parameters.ts";
import { where, type Tensor } from "../../tensor/index.ts";
import type { CallOptions } from "../layer.ts";
import { SpatialLayer, type SpatialOptions, type SpatialRank } from "../convolution/spatial.ts";

/** What `GlobalMaxPooling2D`, `GlobalAveragePooling2D` and their kin take. */
export interface GlobalPoolingOptions extends SpatialOptions {
  /** Keep the spatial axes, with extent 1. Default false: the output is `[batch, channels]`. */
  keepdims?: boolean;
}

/** What a global pool declares. */
export const globalPoolingParameters = { keepdims: flag(false, "Keep the spatial axes, with extent 1") };

/** A pool over all of `rank` axes. */
abstract class GlobalPooling extends SpatialLayer {
  readonly keepdims: boolean;

  constructor(rank: SpatialRank, options: GlobalPoolingOptions) {
    super(rank, options);
    this.keepdims = this.valuesOf(globalPoolingParameters).keepdims;
  }

  /** One value per channel of an input `[batch, spatial…, channels]`, given the axes in between. */
  protected abstract pooled(x: Tensor, axes: readonly number[], options: CallOptions): Tensor;

  override call(x: Tensor, options: CallOptions = {}): Tensor {
    const last = this.channelsLast(x);
    const axes = [...last.shape.keys()].slice(1, -1);
    const values = this.pooled(last, axes, options);
    const [batch, channels] = values.shape;
    return this.keepdims ? this.asGiven(values.reshape([batch, ...axes.map(() => 1), channels])) : values;
  }
}

/** The largest element of each channel, over `rank` axes. */
export abstract class GlobalMaxPooling extends GlobalPooling {
  protected override pooled(x: Tensor, axes: readonly number[]): Tensor {
    return x.max(axes);
  }
}

/** The mean of each channel, over `rank` axes; a mask of steps leaves out those that are not there. */
export abstract class GlobalAveragePooling extends GlobalPooling {
  protected override pooled(x: Tensor, axes: readonly number[], { mask }: CallOptions): Tensor {
    if (mask === undefined || this.spatialRank > 1) return x.mean(axes);
    const there = (mask as Tensor).expandDims(-1);
    // Of no steps the mean is 0: 0/0 would make the loss and then every weight NaN.
    return where(there, x, 0).sum(axes).div(there.sum(axes).maximum(1));
  }
}
