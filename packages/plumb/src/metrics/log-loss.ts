import { flag } from "../base/parameters.ts";
import { sparseFromLogits } from "../numerics/crossentropy.ts";
import { divideOrZero } from "../numerics/division.ts";
import { alignDistributions, atClass, clippedTo, distributionContract } from "./kinds/distributions.ts";
import { meanOf } from "./kinds/means.ts";
import { fromLogits } from "./kinds/parameters.ts";
import type { GivenOf } from "../base/parameters.ts";
import { Metric, type MetricOptions } from "./metric.ts";
import type { MetricRecord } from "./record.ts";

const parameters = { fromLogits, normalize: flag(true, "The mean over rows; false: their sum") };

export const logLossRecord: MetricRecord<typeof parameters> = {
  name: "LogLoss",
  formula: "mean −log p of the class",
  source: "scikit-learn's log_loss",
  parameters,
  contract: distributionContract("Probabilities in earnest: how surprised they are by what came true"),
  higherIsBetter: false,
  range: [0, Infinity],
  state: () => ({ total: [], count: [] }),
  align: (yTrue, yPred, { fromLogits }) => alignDistributions("LogLoss", yTrue, yPred, fromLogits),
  batch: ({ yTrue, yPred, weights }, { fromLogits }) =>
    meanOf(
      fromLogits ? sparseFromLogits(yTrue, yPred, -1) : clippedTo(atClass(yPred, yTrue)).log().neg(),
      weights,
    ),
  value: ({ total, count }, { normalize }) => (normalize ? divideOrZero(total, count) : total),
};

/**
 * The mean negative logarithm of the probability that was given to what came true, in nats.
 *
 * Labels are class indices or one-hot rows; predictions rows of probabilities, or a column for class 1; with `fromLogits`
 * logits of either, and `compile` finds out which they are. Probabilities are kept one step (2⁻²³, in double
 * 2⁻⁵²) away from 0 and 1, as scikit-learn does, and are taken as they are even if they do not sum to 1. Range [0, ∞), lower
 * is better; K even guesses cost log K. `normalize: false` gives the sum.
 *
 * @example
 * const metric = new LogLoss();
 * metric.updateState([1, 0], [0.5, 0.5]);
 * metric.result().itemSync(); // 0.6931…
 */
export class LogLoss extends Metric<typeof parameters> {
  static readonly record = logLossRecord;
  constructor(options: MetricOptions & GivenOf<typeof parameters> = {}) {
    super(logLossRecord, options);
  }
}
