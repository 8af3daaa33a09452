import { alignDistributions, distributionContract, probabilitiesOf } from "./kinds/distributions.ts";
import { meanRecord } from "./kinds/means.ts";
import { fromLogits } from "./kinds/parameters.ts";
import type { GivenOf } from "../base/parameters.ts";
import { Metric, type MetricOptions } from "./metric.ts";

const parameters = { fromLogits };

export const brierScoreRecord = meanRecord<typeof parameters>({
  name: "BrierScore",
  aliases: ["brier"],
  formula: "mean Σ (p − y)²; halved for two classes",
  source:
    "Brier, Verification of forecasts expressed in terms of probability, 1950; halved for two classes as scikit-learn does",
  parameters,
  contract: distributionContract("Probabilities in earnest, bounded: calibration and sharpness together"),
  higherIsBetter: false,
  range: [0, 2],
  align: (yTrue, yPred, { fromLogits }) => alignDistributions("BrierScore", yTrue, yPred, fromLogits),
  values: (yTrue, yPred, { fromLogits }) => {
    const p = probabilitiesOf(yPred, fromLogits);
    const classes = p.shape.at(-1)!;
    const distance = p.sub(yTrue.oneHot(classes, p.dtype)).square().sum(-1);
    return classes === 2 ? distance.mul(0.5) : distance;
  },
});

/**
 * The mean squared distance of predicted probabilities from what came true.
 *
 * Labels are class indices or one-hot rows; predictions rows of probabilities, or a column for class 1; with `fromLogits`
 * logits of either, and `compile` finds out which they are. With two classes it is (p − y)², in [0, 1]; with more the
 * sum over the classes, in [0, 2]. Lower is better.
 *
 * @example
 * const metric = new BrierScore();
 * metric.updateState([1, 0], [0.9, 0.2]);
 * metric.result().itemSync(); // 0.025
 */
export class BrierScore extends Metric<typeof parameters> {
  static readonly record = brierScoreRecord;
  constructor(options: MetricOptions & GivenOf<typeof parameters> = {}) {
    super(brierScoreRecord, options);
  }
}
