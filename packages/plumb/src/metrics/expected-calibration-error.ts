import { oneOf } from "../base/parameters.ts";
import { divideOrZero } from "../numerics/division.ts";
import { calibrationParameters, countBins } from "./kinds/calibration.ts";
import { alignDistributions, distributionContract } from "./kinds/distributions.ts";
import type { GivenOf } from "../base/parameters.ts";
import { Metric, type MetricOptions } from "./metric.ts";
import type { MetricRecord } from "./record.ts";

const parameters = {
  ...calibrationParameters,
  norm: oneOf(
    ["l1", "l2", "max"],
    "l1",
    "How the gaps of the bins become one number: mean, root mean square, or the largest",
  ),
};

export const expectedCalibrationErrorRecord: MetricRecord<typeof parameters> = {
  name: "ExpectedCalibrationError",
  aliases: ["ece", "ECE"],
  formula: "Σ over bins of their share · |mean confidence − share right|",
  source:
    "Naeini, Cooper and Hauskrecht 2015; Guo et al., On calibration of modern neural networks, 2017; bins as torchmetrics",
  parameters,
  contract: distributionContract("Whether a confidence of 80 % is right 80 % of the time"),
  higherIsBetter: false,
  range: [0, 1],
  state: ({ numBins }) => ({ count: [numBins + 1], confidence: [numBins + 1], right: [numBins + 1] }),
  align: (yTrue, yPred, { fromLogits }) =>
    alignDistributions("ExpectedCalibrationError", yTrue, yPred, fromLogits),
  batch: countBins,
  value: ({ count, confidence, right }, { norm }) => {
    const gap = divideOrZero(confidence.sub(right), count).abs();
    if (norm === "max") return gap.max();
    const share = divideOrZero(count, count.sum());
    return norm === "l1" ? gap.mul(share).sum() : gap.square().mul(share).sum().sqrt();
  },
};

/**
 * How far confidence is from being right, over bins of confidence: the mean gap ("l1"), its root mean square ("l2"), or
 * the largest ("max").
 *
 * Labels are class indices or one-hot rows; predictions rows of probabilities, or a column for class 1; with `fromLogits`
 * logits of either, and `compile` finds out which they are. With one column the confidence is that in
 * class 1, else that in the class that was chosen. `numBins` bins lie evenly over [0, 1], each with its lower edge, and
 * confidences of 1 have one of their own. Range [0, 1], lower is better; 0 is calibrated. ReliabilityBins gives the bins.
 *
 * @example
 * const metric = new ExpectedCalibrationError({ numBins: 10 });
 * metric.updateState([1, 1, 1, 0], [0.75, 0.75, 0.75, 0.75]);
 * metric.result().itemSync(); // 0
 */
export class ExpectedCalibrationError extends Metric<typeof parameters> {
  static readonly record = expectedCalibrationErrorRecord;
  constructor(options: MetricOptions & GivenOf<typeof parameters> = {}) {
    super(expectedCalibrationErrorRecord, options);
  }
}
