import { flag, oneOf, type Parameters } from "../../base/parameters.ts";
import {
  additiveScores,
  attend,
  scaledDotProductAttention,
  weigh,
  type Attended,
  type WeightingOptions,
} from "../../numerics/index.ts";
import type { Tensor, Variable } from "../../tensor/index.ts";
import type { LayerSample } from "../layer.ts";
import { ScoredAttention, type ScoredAttentionOptions } from "./scored-attention.ts";

/** What `Attention` takes. */
export interface AttentionLayerOptions extends ScoredAttentionOptions {
  /** Whether the scores are multiplied by a learned number. Default false. */
  useScale?: boolean;
  /** `"dot"`: q·k. `"concat"`: a learned number times the sum of tanh(q + k). Default `"dot"`. */
  scoreMode?: "dot" | "concat";
}

const parameters = {
  useScale: flag(false, "Whether the scores are multiplied by a learned number"),
  scoreMode: oneOf(["dot", "concat"], "dot", "How a query is compared with a key"),
};

/**
 * For each query a mean of the values, weighted by the softmax of its products with the keys: softmax(q kᵀ) v, after
 * Luong. Without projections; `MultiHeadAttention` has them, and divides the products by √d.
 *
 * Called on `[query, value]` or `[query, value, key]`: `[batch, queries, d]`, `[batch, keys, e]`, `[batch, keys, d]`; keys
 * are the values unless given. Output `[batch, queries, e]`; with `returnAttentionScores` a list, the second being the
 * weights `[batch, queries, keys]` before dropout. Call options: `useCausalMask`, `returnAttentionScores`, `training`,
 * and `mask`, a list of the masks of queries and values: values that are not there have weight 0, queries that are not
 * there give 0. A query that sees no value gives 0 (Keras: some mean of them).
 *
 * Weights: `scale` `[]` with `useScale`, `concat_score_weight` `[]` in the mode `"concat"`, both 1 at first. Errors:
 * PL4004 for options that are none; PL4006 for inputs and masks whose shapes do not fit. Luong et al., Effective
 * Approaches to Attention-based Neural Machine Translation, 2015; Keras's layer of the same name.
 *
 * @example
 * const [query, value] = [random.normal([2, 3, 8]), random.normal([2, 5, 8])];
 * new Attention().call([query, value]).shape; // [2, 3, 8]
 */
export class Attention extends ScoredAttention {
  static override readonly className: string = "Attention";
  static override readonly parameters: Parameters = parameters;
  static override readonly samples: readonly LayerSample[] = [
    {
      inputs: [
        [2, 3, 4],
        [2, 5, 4],
      ],
    },
    {
      options: { useScale: true },
      inputs: [
        [1, 1, 1],
        [1, 1, 3],
        [1, 1, 1],
      ],
    },
    {
      options: { scoreMode: "concat", useScale: true },
      inputs: [
        [2, 3, 4],
        [2, 3, 2],
        [2, 3, 4],
      ],
      call: { useCausalMask: true } as object,
    },
  ];
  #scale?: Variable;
  #concatWeight?: Variable;

  constructor(options: AttentionLayerOptions = {}) {
    super(options);
  }

  override build(): void {
    const { useScale, scoreMode } = this.valuesOf(parameters);
    if (useScale) this.#scale = this.addWeight({ name: "scale", shape: [], initializer: "ones" });
    if (scoreMode === "concat")
      this.#concatWeight = this.addWeight({ name: "concat_score_weight", shape: [], initializer: "ones" });
  }

  protected override attend(
    { query, key, value }: { readonly query: Tensor; readonly key: Tensor; readonly value: Tensor },
    options: WeightingOptions,
    weights: boolean,
  ): Pick<Attended, "output"> & Partial<Attended> {
    const scale = this.#scale?.read() ?? 1;
    if (this.#concatWeight !== undefined) {
      const scores = additiveScores(query, key, (sums) => sums.mul(scale).tanh());
      return weigh(scores.mul(this.#concatWeight.read()), value, options);
    }
    const dotProduct = { ...options, scale };
    return weights
      ? attend(query, key, value, dotProduct)
      : { output: scaledDotProductAttention(query, key, value, dotProduct) };
  }
}
