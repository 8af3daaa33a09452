/** Measures of language models: nats summed over tokens, divided once by what was counted, never a mean of means. */
import type { Contract } from "../../base/contract.ts";
import type { Parameters, ValuesOf } from "../../base/parameters.ts";
import { sparseFromLogits } from "../../numerics/crossentropy.ts";
import { onesLike, where, type Tensor } from "../../tensor/index.ts";
import type { MetricRecord } from "../record.ts";
import { atClass, clippedTo } from "./distributions.ts";
import { weightedSum, weightsOfPresent } from "./means.ts";
import { fromLogits, ignoreClass } from "./parameters.ts";

export const tokenParameters = { fromLogits, ignoreClass };

interface TokenOptions {
  readonly fromLogits?: boolean;
  readonly ignoreClass?: number;
}

const tokenContract = (when: string): Contract => ({
  labels: "classIndex",
  predictions: "distribution",
  supportsLogits: true,
  tasks: ["classes"],
  when,
});

/** What a record of this kind says itself. */
export type TokenFacts<P extends Parameters> = Omit<
  MetricRecord<P>,
  "contract" | "higherIsBetter" | "state" | "align" | "batch" | "merge" | "value"
> & {
  readonly when: string;
  /** How much each token counts in the divisor: 1 unless told. */
  readonly counts?: (tokens: Tensor, parameters: ValuesOf<P>) => Tensor;
  /** The value of the mean, in nats. */
  readonly finish: (nats: Tensor) => Tensor;
};

/** The record of a metric of tokens; of no tokens at all it is NaN. */
export function tokenRecord<P extends Parameters & typeof tokenParameters>({
  when,
  counts,
  finish,
  ...facts
}: TokenFacts<P>): MetricRecord<P> {
  return {
    ...facts,
    contract: tokenContract(when),
    higherIsBetter: false,
    state: () => ({ nats: [], count: [] }),
    batch: ({ yTrue, yPred, weights }, parameters) => {
      const { fromLogits, ignoreClass } = parameters as TokenOptions;
      const present = ignoreClass === undefined ? undefined : yTrue.notEqual(ignoreClass);
      // A token that is ignored need not be in the vocabulary: it reads another's place, and weighs 0.
      const tokens = present === undefined ? yTrue : where(present, yTrue, 0);
      const nats = fromLogits
        ? sparseFromLogits(tokens, yPred, -1)
        : clippedTo(atClass(yPred, tokens)).log().neg();

      const weight = weightsOfPresent(weights(nats.shape), present);
      const counted = counts?.(tokens, parameters) ?? onesLike(tokens, "float64");
      return { nats: weightedSum(nats, weight), count: weightedSum(counted, weight) };
    },
    value: ({ nats, count }) => finish(nats.div(count)),
  };
}
