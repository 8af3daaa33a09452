import { flag, type Parameters } from "../../base/parameters.ts";
import { additiveScores, weigh, type Attended, type WeightingOptions } from "../../numerics/index.ts";
import type { Tensor, Variable } from "../../tensor/index.ts";
import type { LayerSample } from "../layer.ts";
import { ScoredAttention, type ScoredAttentionOptions } from "./scored-attention.ts";
import type { BatchShape } from "../shapes.ts";

const parameters = { useScale: flag(true, "Whether each feature has a learned weight in the scores") };

/**
 * For each query a mean of the values, weighted by the softmax of Σ scale · tanh(query + key) over the features, after
 * Bahdanau: a small network compares a query with a key, in place of their product.
 *
 * Inputs, output, call options and masks as `Attention`; queries and keys have as many features. The sums run over
 * queries · keys · features numbers, of which those of one query are there at a time.
 *
 * Weight: `scale` `[features]`, `"glorotUniform"` at first, unless `useScale` is false. Errors: PL4004 for options that
 * are none; PL4006 for inputs and masks whose shapes do not fit. Bahdanau et al., Neural Machine Translation by Jointly
 * Learning to Align and Translate, 2015; Keras's layer of the same name.
 *
 * @example
 * const [query, value] = [random.normal([2, 3, 8]), random.normal([2, 5, 8])];
 * new AdditiveAttention().call([query, value]).shape; // [2, 3, 8]
 */
export class AdditiveAttention extends ScoredAttention {
  static override readonly className: string = "AdditiveAttention";
  static override readonly parameters: Parameters = parameters;
  static override readonly samples: readonly LayerSample[] = [
    {
      inputs: [
        [2, 3, 4],
        [2, 5, 4],
      ],
    },
    {
      options: { useScale: false },
      inputs: [
        [1, 1, 1],
        [1, 1, 3],
        [1, 1, 1],
      ],
    },
    {
      inputs: [
        [2, 3, 3],
        [2, 3, 3],
      ],
      call: { useCausalMask: true } as object,
    },
  ];
  #scale?: Variable;

  constructor(options: ScoredAttentionOptions = {}) {
    super(options);
  }

  override build([query]: readonly BatchShape[]): void {
    if (this.valuesOf(parameters).useScale)
      this.#scale = this.addWeight({
        name: "scale",
        shape: [query.at(-1) as number],
        initializer: "glorotUniform",
      });
  }

  protected override attend(
    { query, key, value }: { readonly query: Tensor; readonly key: Tensor; readonly value: Tensor },
    options: WeightingOptions,
  ): Attended {
    const scale = this.#scale?.read() ?? 1;
    const scores = additiveScores(query, key, (sums) => sums.tanh().mul(scale));
    return weigh(scores, value, options);
  }
}
