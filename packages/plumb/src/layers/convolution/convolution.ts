/** The convolutions: `Conv1D`, `Conv2D` and `Conv3D` are this over one, two and three axes. */
import { PlumbError } from "../../base/errors.ts";
import { integer } from "../../base/parameters.ts";
import { convolve, type PerAxis } from "../../numerics/index.ts";
import type { Tensor, Variable } from "../../tensor/index.ts";
import {
  ConvolutionLayer,
  convolutionParameters,
  filtersOf,
  kernelParameters,
  type ConvolutionLayerOptions,
  type KernelOptions,
} from "./convolution-layer.ts";
import type { LayerOptions } from "../layer.ts";
import type { BatchShape } from "../shapes.ts";
import type { SpatialRank } from "./spatial.ts";

/** What `Conv2D` and its kin take besides filters and kernel size. */
export interface ConvolutionOptions extends ConvolutionLayerOptions, KernelOptions {
  /** Parts into which channels and filters fall; each part of the filters reads its part of the channels. Default 1. */
  groups?: number;
}

/** What a convolution over `rank` axes declares. */
export const parametersOver = (rank: SpatialRank) => ({
  ...convolutionParameters(rank),
  groups: integer(1, "Parts into which channels and filters fall", { min: 1 }),
  ...kernelParameters,
});

/** A convolution over `rank` axes. */
export abstract class Convolution extends ConvolutionLayer {
  static override readonly byPlace: readonly string[] = ["filters", "kernelSize"];
  readonly filters: number;
  readonly groups: number;
  #kernel!: Variable;

  constructor(rank: SpatialRank, filters: number, kernelSize: PerAxis, options: LayerOptions) {
    super(rank, kernelSize, options);
    this.filters = filtersOf(this.className, filters);
    this.groups = this.valuesOf(parametersOver(rank)).groups;
    if (this.filters % this.groups !== 0)
      throw new PlumbError("PL4004", {
        asked: `The ${this.className} layer "${this.name}" was given ${this.filters} filters in ${this.groups} groups`,
        why: "Every group has as many filters as the next",
        fix: "Give a number of filters that is a multiple of the number of groups",
      });
  }

  protected override needsOf(
    extents: readonly (number | null)[],
    channels: number | null,
  ): string | undefined {
    if (channels !== null && channels % this.groups !== 0)
      return `a number of channels that is a multiple of its ${this.groups} groups`;
    return super.needsOf(extents, channels);
  }

  override build(inputShape: BatchShape): void {
    const { kernelInitializer, kernelRegularizer, kernelConstraint } = this.valuesOf(kernelParameters);
    this.#kernel = this.addWeight({
      name: "kernel",
      shape: [...this.kernelSize, this.channelsOf(inputShape) / this.groups, this.filters],
      initializer: kernelInitializer,
      regularizer: kernelRegularizer,
      constraint: kernelConstraint,
    });
    this.addBias(this.filters);
  }

  protected override convolved(x: Tensor): Tensor {
    const { strides, padding, dilationRate: dilation, groups } = this;
    return convolve(x, this.#kernel.read(), { strides, padding, dilation, groups });
  }
}
