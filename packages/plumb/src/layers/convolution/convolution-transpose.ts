/** Transposed convolutions: `Conv1DTranspose`, `Conv2DTranspose` and `Conv3DTranspose` over one, two and three axes. */
import { PlumbError } from "../../base/errors.ts";
import { optional } from "../../base/parameters.ts";
import { convolveTransposed, transposedExtent, type PerAxis } from "../../numerics/index.ts";
import type { Tensor, Variable } from "../../tensor/index.ts";
import {
  ConvolutionLayer,
  convolutionParameters,
  filtersOf,
  kernelParameters,
  type ConvolutionLayerOptions,
  type KernelOptions,
} from "./convolution-layer.ts";
import type { BatchShape } from "../shapes.ts";
import { perAxisOption, type SpatialRank } from "./spatial.ts";

/** What `Conv2DTranspose` and its kin take besides filters and kernel size. */
export interface ConvolutionTransposeOptions extends ConvolutionLayerOptions, KernelOptions {
  /**
   * Elements that the output has beyond what the input asks for, for all axes or for each. Unset: as many as make it
   * `strides` times as long with padding `"same"`, and at least that with `"valid"`.
   */
  outputPadding?: PerAxis | null;
}

/** What a transposed convolution over `rank` axes declares. */
export const parametersOver = (rank: SpatialRank) => ({
  ...convolutionParameters(rank),
  outputPadding: optional(perAxisOption(rank, 0, "Elements of the output beyond what the input asks for", 0)),
  ...kernelParameters,
});

/** A transposed convolution over `rank` axes. */
export abstract class ConvolutionTranspose extends ConvolutionLayer {
  static override readonly byPlace: readonly string[] = ["filters", "kernelSize"];
  readonly filters: number;
  readonly outputPadding: readonly number[] | undefined;
  #kernel!: Variable;

  constructor(rank: SpatialRank, filters: number, kernelSize: PerAxis, options: ConvolutionTransposeOptions) {
    super(rank, kernelSize, options);
    this.filters = filtersOf(this.className, filters);
    this.outputPadding = this.valuesOf(parametersOver(rank)).outputPadding;
    this.outputPadding?.forEach((more, i) => {
      // An output of the extent must be an image over which the kernel lies at as many places as the input has.
      const least = this.padding === "same" ? 1 - (this.reach[i] % 2) : 0;
      if (more >= least && more < least + this.strides[i]) return;
      throw new PlumbError("PL4004", {
        asked: `The ${this.className} layer "${this.name}" was given outputPadding ${more} with strides ${this.strides[i]} and padding "${this.padding}"`,
        why: `A convolution over an output so long would not lead back to the input`,
        fix: `Give from ${least} to ${least + this.strides[i] - 1}, or leave it out`,
      });
    });
  }

  /** The kernel is laid down at every element of the input: none is too small. */
  protected override get hasRoom(): boolean {
    return true;
  }

  override build(inputShape: BatchShape): void {
    const { kernelInitializer, kernelRegularizer, kernelConstraint } = this.valuesOf(kernelParameters);
    this.#kernel = this.addWeight({
      name: "kernel",
      shape: [...this.kernelSize, this.filters, this.channelsOf(inputShape)],
      initializer: kernelInitializer,
      regularizer: kernelRegularizer,
      constraint: kernelConstraint,
    });
    this.addBias(this.filters);
  }

  protected override convolved(x: Tensor): Tensor {
    const { kernelSize, strides, dilationRate: dilation } = this;
    const padding = this.padding as "valid" | "same";
    const extents = kernelSize.map((size, i) =>
      transposedExtent(x.shape[1 + i], size, strides[i], dilation[i], padding, this.outputPadding?.[i]),
    );
    return convolveTransposed(x, this.#kernel.read(), { strides, padding, dilation, extents });
  }
}
