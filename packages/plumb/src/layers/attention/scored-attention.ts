/** What attention without projections has in common: scores of queries and keys, a mean of values, masks. */
import { real, type Parameters } from "../../base/parameters.ts";
import { sameShape, showShape } from "../../base/shape.ts";
import type { Attended, WeightingOptions } from "../../numerics/index.ts";
import { where, type Tensor } from "../../tensor/index.ts";
import {
  attentionCallNames,
  masksOfInputs,
  needsFeatures,
  needsOfAttention,
  queryValueKey,
  requireMask,
  type AttentionCallOptions,
  type GivesOutput,
  type GivesScores,
} from "./attention-inputs.ts";
import { Layer, type LayerOptions, type Masks, type Outputs } from "../layer.ts";
import { seedOption, type SeedLike } from "../regularization/noise.ts";
import type { BatchShape, InputShape } from "../shapes.ts";

/** What layers of attention without projections take. */
export interface ScoredAttentionOptions extends LayerOptions {
  /** Whether the scores are scaled by learned weights. */
  useScale?: boolean;
  /** Share of the weights that is set to 0 in training. Default 0. */
  dropout?: number;
  /** Makes that choice independent of the global generator, as in `Dropout`. Default: the global generator. */
  seed?: SeedLike;
}

const parameters = {
  dropout: {
    ...real(0, "Share of the weights that is set to 0 in training"),
    accepts: (value: unknown): boolean => typeof value === "number" && value >= 0 && value < 1,
    words: "a number of at least 0 and below 1",
  },
  seed: seedOption,
};

export abstract class ScoredAttention extends Layer {
  static override readonly takesList: boolean = true;
  static override readonly parameters: Parameters = parameters;
  static override readonly callOptions: readonly string[] = attentionCallNames;

  /** The mean of the values for each query; the weights too where `weights` asks for them. */
  protected abstract attend(
    inputs: { readonly query: Tensor; readonly key: Tensor; readonly value: Tensor },
    options: WeightingOptions,
    weights: boolean,
  ): Pick<Attended, "output"> & Partial<Attended>;

  protected override needs(inputShape: InputShape): string | undefined {
    const wrong = needsOfAttention(inputShape);
    if (wrong !== undefined) return wrong;
    const shapes = inputShape as readonly BatchShape[];
    const [query, value, key = value] = shapes;
    if (query.length !== 3) return "inputs of three axes: [batch, steps, features]";
    if (query[2] !== key[2]) return "queries and keys of as many features, which are compared one by one";
    return needsFeatures(shapes, this.inputShape);
  }

  override get supportsMasking(): boolean {
    return true;
  }

  override computeMask(_inputs: readonly Tensor[], mask: Masks): Masks {
    const [ofQuery] = Array.isArray(mask) ? (mask as readonly (Tensor | undefined)[]) : [mask as Tensor];
    return [ofQuery, undefined];
  }

  override call(inputs: readonly Tensor[], options: AttentionCallOptions & GivesScores): readonly Tensor[];
  override call(inputs: readonly Tensor[], options?: AttentionCallOptions & GivesOutput): Tensor;
  override call(inputs: readonly Tensor[], options?: AttentionCallOptions): Tensor | readonly Tensor[];
  override call(inputs: readonly Tensor[], options: AttentionCallOptions = {}): Outputs {
    const { query, value, key } = queryValueKey(inputs);
    const { training = false, useCausalMask: causal = false, returnAttentionScores = false } = options;
    const [queryMask, valueMask] = masksOfInputs(inputs, options.mask);
    this.#requireStepMask("query", queryMask, query);
    this.#requireStepMask("value", valueMask, value);
    const weighting = {
      mask: valueMask?.expandDims(1),
      causal,
      dropout: training ? this.valuesOf(parameters).dropout : 0,
      seed: this.valuesOf(parameters).seed,
    };
    const { output, weights } = this.attend({ query, key, value }, weighting, returnAttentionScores);
    const kept = queryMask === undefined ? output : where(queryMask.expandDims(2), output, 0);
    return returnAttentionScores && weights !== undefined ? [kept, weights] : kept;
  }

  #requireStepMask(name: string, mask: Tensor | undefined, of: Tensor): void {
    if (mask === undefined) return;
    const steps = of.shape.slice(0, -1);
    requireMask(this, `a mask of the ${name}`, mask.shape, sameShape(mask.shape, steps), showShape(steps));
  }
}
