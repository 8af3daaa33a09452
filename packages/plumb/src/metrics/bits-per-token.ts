import { tokenParameters, tokenRecord } from "./kinds/tokens.ts";
import type { GivenOf } from "../base/parameters.ts";
import { Metric, type MetricOptions } from "./metric.ts";

export const bitsPerTokenRecord = tokenRecord<typeof tokenParameters>({
  name: "BitsPerToken",
  formula: "Σ −log2 p of the token / number of tokens",
  source: "Shannon, Prediction and entropy of printed English, 1951",
  parameters: tokenParameters,
  when: "For language models: the bits it takes to write a token",
  range: [0, Infinity],
  finish: (nats) => nats.div(Math.LN2),
});

/**
 * The mean surprise of a token, in bits: how many it takes to write the text with this model.
 *
 * Labels are token numbers `[batch, …]`, predictions probabilities `[batch, …, vocabulary]`, or logits with `fromLogits`,
 * which take the stable path; `compile` finds out which they are. Tokens of `ignoreClass` (padding) count nowhere, and need
 * not be in the vocabulary. Nats are summed over all tokens of all batches and divided once. In bits; range [0, ∞), lower is
 * better; NaN of no tokens.
 *
 * @example
 * const metric = new BitsPerToken({ fromLogits: true });
 * metric.updateState(Int32Array.of(0), [[0, 0, 0, 0]]);
 * metric.result().itemSync(); // 2
 */
export class BitsPerToken extends Metric<typeof tokenParameters> {
  static readonly record = bitsPerTokenRecord;
  constructor(options: MetricOptions & GivenOf<typeof tokenParameters> = {}) {
    super(bitsPerTokenRecord, options);
  }
}
