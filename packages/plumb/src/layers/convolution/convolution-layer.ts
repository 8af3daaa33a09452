/** What all layers that convolve share: strides, padding, an activation behind the sums, and a bias. */
import { PlumbError } from "../../base/errors.ts";
import { flag, integer, oneOf, required, resolve, unchecked } from "../../base/parameters.ts";
import type { ConstraintLike } from "../../constraints/index.ts";
import type { InitializerLike } from "../../initializers/index.ts";
import { activations, type Activation, type ActivationLike, type PerAxis } from "../../numerics/index.ts";
import type { RegularizerLike } from "../../regularizers/index.ts";
import type { Tensor, Variable } from "../../tensor/index.ts";
import type { LayerOptions } from "../layer.ts";
import { perAxisOption, SpatialLayer, type SpatialOptions, type SpatialRank } from "./spatial.ts";

/** What every layer that convolves takes. */
export interface ConvolutionLayerOptions extends SpatialOptions {
  /** Steps from place to place, for all axes or for each. Not above 1 together with `dilationRate`. Default 1. */
  strides?: PerAxis;
  /**
   * `"valid"`: the kernel lies inside the input. `"same"`: zeros around the input (evenly; the odd one behind), so that
   * there are ⌈extent / stride⌉ places. Default `"valid"`.
   */
  padding?: "valid" | "same";
  /** Steps from element to element of the kernel. Default 1. */
  dilationRate?: PerAxis;
  /** Applied to the sums. Default none. */
  activation?: ActivationLike;
  /** Add a learned constant to each output channel. Default true. */
  useBias?: boolean;
  /** Default `"zeros"`. */
  biasInitializer?: InitializerLike;
  /** A penalty on the bias. Default none. */
  biasRegularizer?: RegularizerLike;
  /** What the bias is brought back to after every update. Default none. */
  biasConstraint?: ConstraintLike;
}

/** Options of one kernel. */
export interface KernelOptions {
  /** Default `"glorotUniform"`. */
  kernelInitializer?: InitializerLike;
  /** A penalty on the kernel. Default none. */
  kernelRegularizer?: RegularizerLike;
  /** What the kernel is brought back to after every update. Default none. */
  kernelConstraint?: ConstraintLike;
}

export const kernelParameters = {
  kernelInitializer: unchecked<InitializerLike>("glorotUniform", "First values of the kernel"),
  kernelRegularizer: unchecked<RegularizerLike | undefined>(undefined, "A penalty on the kernel"),
  kernelConstraint: unchecked<ConstraintLike | undefined>(undefined, "What the kernel is brought back to"),
};

/** Options of the kernel of each channel, as depthwise and separable layers name them. */
export interface DepthwiseOptions {
  /** Outputs of each channel. Default 1. */
  depthMultiplier?: number;
  /** Default `"glorotUniform"`. */
  depthwiseInitializer?: InitializerLike;
  /** A penalty on the depthwise kernel. Default none. */
  depthwiseRegularizer?: RegularizerLike;
  /** What the depthwise kernel is brought back to after every update. Default none. */
  depthwiseConstraint?: ConstraintLike;
}

export const depthwiseParameters = {
  depthMultiplier: integer(1, "Outputs of each channel", { min: 1 }),
  depthwiseInitializer: unchecked<InitializerLike>("glorotUniform", "First values of the depthwise kernel"),
  depthwiseRegularizer: unchecked<RegularizerLike | undefined>(
    undefined,
    "A penalty on the depthwise kernel",
  ),
  depthwiseConstraint: unchecked<ConstraintLike | undefined>(
    undefined,
    "What the depthwise kernel is brought back to",
  ),
};

/** What a class over `rank` axes declares, besides its kernels. */
export const convolutionParameters = (rank: SpatialRank) => ({
  strides: perAxisOption(rank, 1, "Steps from place to place"),
  padding: oneOf(["valid", "same"], "valid", "How the input is padded"),
  dilationRate: perAxisOption(rank, 1, "Steps from element to element of the kernel"),
  activation: unchecked<ActivationLike>("linear", "Applied to the sums"),
  useBias: flag(true, "Add a learned constant to each output channel"),
  biasInitializer: unchecked<InitializerLike>("zeros", "First values of the bias"),
  biasRegularizer: unchecked<RegularizerLike | undefined>(undefined, "A penalty on the bias"),
  biasConstraint: unchecked<ConstraintLike | undefined>(undefined, "What the bias is brought back to"),
});

/** A layer that convolves. A subclass makes its kernels and says what they make of an input; the bias is made here. */
export abstract class ConvolutionLayer extends SpatialLayer {
  readonly kernelSize: readonly number[];
  readonly strides: readonly number[];
  readonly padding: "valid" | "same" | "causal";
  readonly dilationRate: readonly number[];
  override readonly activation: Activation;
  readonly useBias: boolean;
  #bias?: Variable;

  constructor(rank: SpatialRank, kernelSize: PerAxis, options: LayerOptions) {
    super(rank, options);
    const values = this.valuesOf(convolutionParameters(rank));
    const placed = { kernelSize: required(perAxisOption(rank, 1, "Extents of the kernel")) };
    this.kernelSize = resolve("PL4004", this.className, placed, { kernelSize }).kernelSize;
    this.strides = values.strides;
    this.padding = values.padding;
    this.dilationRate = values.dilationRate;
    this.activation = activations.get(values.activation);
    this.useBias = values.useBias;
    if (Math.max(...this.strides) > 1 && Math.max(...this.dilationRate) > 1)
      throw new PlumbError("PL4004", {
        asked: `The ${this.className} layer "${this.name}" was given strides [${this.strides.join(", ")}] and dilationRate [${this.dilationRate.join(", ")}]`,
        why: "A kernel that is spread out and moves by steps leaves elements of the input out; Keras refuses both at once",
        fix: "Give strides or dilationRate, and leave the other at 1",
      });
  }

  /** From the first element of the dilated kernel to its last, along each axis. */
  protected get reach(): readonly number[] {
    return this.kernelSize.map((size, i) => (size - 1) * this.dilationRate[i] + 1);
  }

  /** True where no input is too small for the kernel. */
  protected get hasRoom(): boolean {
    return this.padding !== "valid";
  }

  protected override needsOf(
    extents: readonly (number | null)[],
    channels: number | null,
  ): string | undefined {
    if (channels === null) return "channels of known number";
    const built =
      this.inputShape === undefined ? channels : this.channelsOf(this.inputShape as readonly number[]);
    if (built !== channels) return `${built} channels, for which it was built`;
    if (this.hasRoom) return undefined;
    const dilated =
      Math.max(...this.dilationRate) > 1 ? `, dilated by [${this.dilationRate.join(", ")}],` : "";
    const kernel = `a kernel of [${this.kernelSize.join(", ")}]${dilated}`;
    return this.needsRoom(extents, this.reach, kernel, ` unless padding is "same"`);
  }

  /** Makes the bias; called by `build` after the kernels. */
  protected addBias(outputs: number): void {
    if (!this.useBias) return;
    const values = this.valuesOf(convolutionParameters(this.spatialRank));
    this.#bias = this.addWeight({
      name: "bias",
      shape: [outputs],
      initializer: values.biasInitializer,
      regularizer: values.biasRegularizer,
      constraint: values.biasConstraint,
    });
  }

  /** What the kernels make of an input `[batch, spatial…, channels]`. */
  protected abstract convolved(x: Tensor): Tensor;

  override beforeHead(x: Tensor): Tensor {
    const sums = this.convolved(this.channelsLast(x));
    return this.asGiven(this.#bias === undefined ? sums : sums.add(this.#bias.read()));
  }

  override call(x: Tensor): Tensor {
    return this.activation.call(this.beforeHead(x));
  }
}

const filtersParameter = { filters: required(integer(1, "Channels of the output", { min: 1 })) };

/** The number of output channels that a constructor was given. Errors: PL4004. */
export const filtersOf = (owner: string, filters: number): number =>
  resolve("PL4004", owner, filtersParameter, { filters }).filters;
