import { listOf, optional, real } from "../base/parameters.ts";
import { onesLike, tensor } from "../tensor/index.ts";
import { tokenParameters, tokenRecord } from "./kinds/tokens.ts";
import type { GivenOf } from "../base/parameters.ts";
import { Metric, type MetricOptions } from "./metric.ts";

const parameters = {
  ...tokenParameters,
  tokenBytes: optional(listOf(real(1, "How many bytes each token of the vocabulary stands for", { min: 0 }))),
};

export const bitsPerByteRecord = tokenRecord<typeof parameters>({
  name: "BitsPerByte",
  formula: "Σ −log2 p of the token / number of bytes",
  source: "Gao et al., The Pile, 2020",
  parameters,
  when: "To compare language models of different vocabularies on one text",
  range: [0, Infinity],
  counts: (tokens, { tokenBytes }) =>
    tokenBytes === undefined
      ? onesLike(tokens, "float64")
      : tensor(Float64Array.from(tokenBytes)).gather(tokens),
  finish: (nats) => nats.div(Math.LN2),
});

/**
 * The surprise of a text, in bits for each of its bytes: what does not depend on how it was cut into tokens.
 *
 * Labels are token numbers `[batch, …]`, predictions probabilities `[batch, …, vocabulary]`, or logits with `fromLogits`,
 * which take the stable path; `compile` finds out which they are. Tokens of `ignoreClass` (padding) count nowhere, and need
 * not be in the vocabulary. Nats are summed over all tokens of all batches and divided once. `tokenBytes` gives the bytes of
 * each token of the vocabulary; left out, every token is a byte. In bits; range [0, ∞), lower is better; NaN of no bytes.
 *
 * @example
 * const metric = new BitsPerByte({ fromLogits: true, tokenBytes: [1, 3] });
 * metric.updateState(Int32Array.of(0, 1), [[0, 0], [0, 0]]);
 * metric.result().itemSync(); // 0.5
 */
export class BitsPerByte extends Metric<typeof parameters> {
  static readonly record = bitsPerByteRecord;
  constructor(options: MetricOptions & GivenOf<typeof parameters> = {}) {
    super(bitsPerByteRecord, options);
  }
}
