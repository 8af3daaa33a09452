/** What the blocks of transformers have in common: attention and a small network, each around a way past it. */
import { flag, integer, real, resolve, unchecked, type Parameters } from "../../base/parameters.ts";
import type { InitializerLike } from "../../initializers/index.ts";
import type { ActivationLike } from "../../numerics/index.ts";
import type { Tensor } from "../../tensor/index.ts";
import { Dense, type DenseOptions } from "../core/dense.ts";
import { Dropout } from "../regularization/dropout.ts";
import type { HeadAttentionCallOptions } from "./head-attention.ts";
import { LayerNormalization } from "../normalization/layer-normalization.ts";
import { Layer, type LayerOptions } from "../layer.ts";
import { MultiHeadAttention } from "./multi-head-attention.ts";
import type { BatchShape } from "../shapes.ts";

/** What blocks of transformers take besides the width of their network and their heads. */
export interface TransformerOptions extends LayerOptions {
  /** Share of what attention and network add that is set to 0 in training, and of the weights of attention. Default 0. */
  dropout?: number;
  /** Between the two layers of the network. Default `"relu"`. */
  activation?: ActivationLike;
  /** Added to variances. Default 1e-5. */
  layerNormEpsilon?: number;
  /** First values of the kernels. Default `"glorotUniform"`. */
  kernelInitializer?: InitializerLike;
  /** First values of the biases. Default `"zeros"`. */
  biasInitializer?: InitializerLike;
  /**
   * Normalize what goes into attention and network, and leave the way past them alone, as GPT-2 and most since; this
   * trains without a warm-up where many blocks follow each other. Otherwise each sum is normalized. Default false.
   */
  normalizeFirst?: boolean;
}

const placed = {
  intermediateDim: integer(1, "Width of the network between its two layers", { min: 1 }),
  numHeads: integer(1, "Number of heads; it divides the number of features", { min: 1 }),
};

const parameters = {
  dropout: {
    ...real(0, "Share of what attention and network add that is set to 0 in training"),
    accepts: (value: unknown): boolean => typeof value === "number" && value >= 0 && value < 1,
    words: "a number of at least 0 and below 1",
  },
  activation: unchecked<ActivationLike>("relu", "Between the two layers of the network"),
  layerNormEpsilon: real(1e-5, "Added to variances", { above: 0 }),
  kernelInitializer: unchecked<InitializerLike>("glorotUniform", "First values of the kernels"),
  biasInitializer: unchecked<InitializerLike>("zeros", "First values of the biases"),
  normalizeFirst: flag(false, "Normalize what goes into attention and network, rather than each sum"),
};

/** What stands around attention, or around the network. */
interface Around {
  readonly norm: LayerNormalization;
  readonly dropout: Dropout;
}

interface Attending extends Around {
  readonly attention: MultiHeadAttention;
}

interface Network extends Around {
  readonly intermediate: Dense;
  readonly output: Dense;
}

export abstract class Transformer extends Layer {
  static override readonly byPlace: readonly string[] = ["intermediateDim", "numHeads"];
  static override readonly parameters: Parameters = parameters;
  readonly intermediateDim: number;
  readonly numHeads: number;

  constructor(intermediateDim: number, numHeads: number, options: TransformerOptions = {}) {
    super(options);
    const given = resolve("PL4004", this.className, placed, { intermediateDim, numHeads });
    this.intermediateDim = given.intermediateDim;
    this.numHeads = given.numHeads;
  }

  override get supportsMasking(): boolean {
    return true;
  }

  /** The words for what is wrong with a sequence that goes through the block. */
  protected needsOfSequence(shape: BatchShape, built: BatchShape | undefined): string | undefined {
    const features = shape.at(-1) ?? null;
    if (shape.length !== 3) return "sequences of three axes: [batch, steps, features]";
    if (features === null || features % this.numHeads !== 0)
      return `a number of features that its ${this.numHeads} heads divide`;
    return built === undefined || built.at(-1) === features
      ? undefined
      : `${String(built.at(-1))} features, for which it was built`;
  }

  protected makeAttention(name: string, query: BatchShape, value: BatchShape): Attending {
    const { dropout, kernelInitializer, biasInitializer } = this.valuesOf(parameters);
    const keyDim = (query.at(-1) as number) / this.numHeads;
    const options = { name, dropout, kernelInitializer, biasInitializer };
    const attention = new MultiHeadAttention(this.numHeads, keyDim, options);
    attention.ensureBuilt([query, value]);
    return { attention, ...this.#around(name, query) };
  }

  protected makeNetwork(shape: BatchShape): Network {
    const { activation, kernelInitializer, biasInitializer } = this.valuesOf(parameters);
    const dense = (units: number, name: string, options: DenseOptions): Dense =>
      new Dense(units, { name: `feedforward_${name}_dense`, kernelInitializer, biasInitializer, ...options });
    const intermediate = dense(this.intermediateDim, "intermediate", { activation });
    const output = dense(shape.at(-1) as number, "output", {});
    intermediate.ensureBuilt(shape);
    output.ensureBuilt([...shape.slice(0, -1), this.intermediateDim]);
    return { ...this.#around("feedforward", shape), intermediate, output };
  }

  #around(name: string, shape: BatchShape): Around {
    const { dropout, layerNormEpsilon: epsilon } = this.valuesOf(parameters);
    const norm = new LayerNormalization({ name: `${name}_layer_norm`, epsilon });
    norm.ensureBuilt(shape);
    return { norm, dropout: new Dropout(dropout, { name: `${name}_dropout` }) };
  }

  /** x and what attention, or the network, adds to it. */
  protected past(
    x: Tensor,
    { norm, dropout }: Around,
    training: boolean,
    added: (x: Tensor) => Tensor,
  ): Tensor {
    const { normalizeFirst } = this.valuesOf(parameters);
    const more = added(normalizeFirst ? (norm.call(x) as Tensor) : x);
    const sum = x.add(dropout.call(more, { training }) as Tensor);
    return normalizeFirst ? sum : (norm.call(sum) as Tensor);
  }

  /** x after attention to `others`; to itself where there are none. */
  protected attend(
    x: Tensor,
    part: Attending,
    others: Tensor | undefined,
    options: HeadAttentionCallOptions,
  ): Tensor {
    return this.past(
      x,
      part,
      options.training ?? false,
      (query) => part.attention.call([query, others ?? query], options) as Tensor,
    );
  }

  protected feedForward(x: Tensor, part: Network, training: boolean): Tensor {
    const { intermediate, output } = part;
    return this.past(x, part, training, (inner) => output.call(intermediate.call(inner) as Tensor) as Tensor);
  }
}
