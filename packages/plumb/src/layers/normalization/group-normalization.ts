import { integer, type Parameters } from "../../base/parameters.ts";
import { centred } from "../../numerics/index.ts";
import type { Tensor } from "../../tensor/index.ts";
import {
  AffineNormalization,
  affineParameters,
  type AffineNormalizationOptions,
} from "./affine-normalization.ts";
import { axesOf } from "../axes.ts";
import type { LayerSample } from "../layer.ts";
import { axesNeeded } from "./normalized-axes.ts";
import type { BatchShape } from "../shapes.ts";

/** What `GroupNormalization` takes. */
export interface GroupNormalizationOptions extends AffineNormalizationOptions {
  /** Number of groups that the channels fall into, from 1 to their number; −1 for as many as channels. Default 32. */
  groups?: number;
  /** The axis of the channels. Default −1. */
  axis?: number;
}

const parameters = {
  ...affineParameters,
  groups: {
    ...integer(32, "Number of groups that the channels fall into", { min: -1 }),
    accepts: (value: unknown): boolean =>
      typeof value === "number" && Number.isSafeInteger(value) && (value === -1 || value >= 1),
    words: "a whole number of at least 1, or -1",
  },
  axis: integer(-1, "The axis of the channels"),
};

/**
 * Normalizes groups of neighbouring channels of each row, over all places:
 * `gamma · (x − mean) / √(variance + ε) + beta`, with mean and (biased) variance of each row and group. One group is layer
 * normalization over all but the batch, as many groups as channels (−1) instance normalization. Output has the shape of
 * the input; training or not makes no difference, nor does the size of the batch.
 *
 * Weights: `gamma` and `beta`, `[channels]`. Errors: PL4004 for an option that is none; PL4006 for an input whose number of
 * channels is not known, is not a multiple of `groups`, or not that which the layer was built for.
 * Wu and He, 2018; Keras's layer of the same name.
 *
 * @example
 * new GroupNormalization({ groups: 2 }).call(ones([8, 16, 16, 4])).shape; // [8, 16, 16, 4]
 */
export class GroupNormalization extends AffineNormalization {
  static override readonly className: string = "GroupNormalization";
  static override readonly parameters: Parameters = parameters;
  static override readonly samples: readonly LayerSample[] = [
    { options: { groups: 2 }, inputs: [2, 3, 4] },
    { options: { groups: 1 }, inputs: [1, 5, 3] },
    { options: { groups: -1 }, inputs: [2, 3, 2, 3] },
    { options: { groups: 3, axis: 1, scale: false }, inputs: [2, 6, 2] },
    { options: { groups: 2 }, inputs: [3, 4] },
  ];
  readonly groups: number;
  readonly axis: number;

  constructor(options: GroupNormalizationOptions = {}) {
    super(options);
    const { groups, axis } = this.valuesOf(parameters);
    this.groups = groups;
    this.axis = axis;
  }

  protected override needs(inputShape: BatchShape): string | undefined {
    const lacking = axesNeeded(this.axis, inputShape, this.inputShape as BatchShape | undefined);
    if (lacking !== undefined) return lacking;
    const channels = inputShape.at(this.axis) as number;
    return this.groups === -1 || channels % this.groups === 0
      ? undefined
      : `a multiple of ${this.groups} channels along axis ${this.axis}, for groups of equal size`;
  }

  override build(inputShape: BatchShape): void {
    this.addAffine([inputShape.at(this.axis) as number]);
  }

  override call(x: Tensor): Tensor {
    const [channelAxis] = axesOf(this.axis, x.rank) ?? [];
    const channels = x.shape[channelAxis];
    const groups = this.groups === -1 ? channels : this.groups;
    const split = [groups, channels / groups];
    const grouped = x.reshape([
      ...x.shape.slice(0, channelAxis),
      ...split,
      ...x.shape.slice(channelAxis + 1),
    ]);
    const together = [...grouped.shape.keys()].filter((axis) => axis !== 0 && axis !== channelAxis);
    const { variance, centred: values } = centred(grouped, together);
    const perChannel = grouped.shape.map((extent, axis) =>
      axis === channelAxis || axis === channelAxis + 1 ? extent : 1,
    );
    return this.affine(values, variance.add(this.epsilon).rsqrt(), perChannel).reshape(x.shape);
  }
}
