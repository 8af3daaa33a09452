import type { GivenOf } from "../base/parameters.ts";
import { flag, real } from "../base/parameters.ts";
import { gaussianError } from "../numerics/divergences.ts";
import { type Tensor } from "../tensor/index.ts";
import { Loss, lossFunction, type LossFunction, type LossOptions } from "./loss.ts";
import type { LossRecord } from "./record.ts";

const parameters = {
  epsilon: real(1e-6, "The least variance, so that a certain prediction cannot cost −∞", { above: 0 }),
  full: flag(
    false,
    "Add ½ log 2π, which no prediction changes, so that it is the whole negative log-likelihood",
  ),
};

export const gaussianNllRecord: LossRecord<typeof parameters> = {
  name: "GaussianNLL",
  formula: "mean ½ (log v + (y − m)² / v); m first outputs, v = softplus of the last ones",
  range: [-Infinity, Infinity],
  source: "Nix and Weigend 1994; the softplus of Lakshminarayanan, Pritzel and Blundell 2017",
  parameters,
  contract: {
    labels: "real",
    predictions: "meanAndSpread",
    supportsLogits: false,
    tasks: ["regression"],
    when: "For amounts of which the model should also say how sure it is, a variance for each prediction",
  },
  outputsPerLabel: () => 2,
  values: (yTrue, yPred, { epsilon, full }) => {
    const part = (k: number): Tensor => yPred.gather([k], -2);
    const errors = gaussianError(yTrue, part(0), part(1), epsilon).mean([-2, -1]);
    return full ? errors.add(0.5 * Math.log(2 * Math.PI)) : errors;
  },
};

/** Parameters of `GaussianNLL`. */
export type GaussianNLLOptions = LossOptions & GivenOf<typeof parameters>;

/**
 * The negative log-likelihood of labels under a normal distribution whose mean and variance are both predicted, in nats.
 *
 * Labels are real, `[batch, …, outputs]`; predictions real, `[batch, …, 2 · outputs]`: the means first, then as many
 * spreads. The variance is softplus(spread) + `epsilon`, so that a linear layer serves as head. The loss is
 * ½ (log v + (y − m)² / v), and ½ log 2π more with `full`; it falls below 0 where the density exceeds 1.
 * Nix and Weigend, 1994.
 *
 * @example
 * new GaussianNLL().call([[1]], [[1, 0]]).itemSync(); // ½ log(log 2) = -0.1833
 */
export class GaussianNLL extends Loss<typeof parameters> {
  static readonly record: LossRecord<typeof parameters> = gaussianNllRecord;
  constructor(options: GaussianNLLOptions = {}) {
    super(gaussianNllRecord, options);
  }
}

/** `GaussianNLL` of each row, unreduced: labels `[batch, …, outputs]` to `[batch, …]`. */
export const gaussianNll: LossFunction<typeof parameters> = lossFunction(gaussianNllRecord);
