import { tokenParameters, tokenRecord } from "./kinds/tokens.ts";
import type { GivenOf } from "../base/parameters.ts";
import { Metric, type MetricOptions } from "./metric.ts";

export const perplexityRecord = tokenRecord<typeof tokenParameters>({
  name: "Perplexity",
  formula: "exp(Σ −log p of the token / number of tokens)",
  source: "Jelinek, Mercer, Bahl and Baker 1977",
  parameters: tokenParameters,
  when: "For language models: among how many even choices it is unsure",
  range: [1, Infinity],
  finish: (nats) => nats.exp(),
});

/**
 * The exponential of the mean surprise of a token: among how many equally likely tokens the model is unsure.
 *
 * Labels are token numbers `[batch, …]`, predictions probabilities `[batch, …, vocabulary]`, or logits with `fromLogits`,
 * which take the stable path; `compile` finds out which they are. Tokens of `ignoreClass` (padding) count nowhere, and need
 * not be in the vocabulary. Nats are summed over all tokens of all batches and divided once. Range [1, ∞), lower is better; the size of
 * the vocabulary for even guesses; NaN of no tokens.
 *
 * @example
 * const metric = new Perplexity({ fromLogits: true, ignoreClass: -100 });
 * metric.updateState(Int32Array.of(0, -100), [[0, 0, 0, 0], [1, 0, 0, 0]]);
 * metric.result().itemSync(); // 4
 */
export class Perplexity extends Metric<typeof tokenParameters> {
  static readonly record = perplexityRecord;
  constructor(options: MetricOptions & GivenOf<typeof tokenParameters> = {}) {
    super(perplexityRecord, options);
  }
}
