import { divideOrZero } from "../numerics/division.ts";
import { stack, type Tensor } from "../tensor/index.ts";
import { calibrationParameters, countBins } from "./kinds/calibration.ts";
import { alignDistributions, distributionContract } from "./kinds/distributions.ts";
import type { GivenOf } from "../base/parameters.ts";
import { Metric, type MetricOptions } from "./metric.ts";
import type { MetricRecord } from "./record.ts";

/** The bin of confidences of 1 taken into the one below. */
const joined = (x: Tensor, bins: number): Tensor =>
  x.slice([0], [bins]).add(x.slice([bins], [1]).pad([[bins - 1, 0]]));

export const reliabilityBinsRecord: MetricRecord<typeof calibrationParameters> = {
  name: "ReliabilityBins",
  formula: "count, mean confidence and share right, for each bin of confidence",
  source: "Murphy and Winkler, Reliability of subjective probability forecasts, 1977",
  parameters: calibrationParameters,
  contract: distributionContract("The reliability diagram: where confidence misleads, and which way"),
  range: [0, Infinity],
  state: ({ numBins }) => ({ count: [numBins + 1], confidence: [numBins + 1], right: [numBins + 1] }),
  align: (yTrue, yPred, { fromLogits }) => alignDistributions("ReliabilityBins", yTrue, yPred, fromLogits),
  batch: countBins,
  value: (state, { numBins }) => {
    const [count, confidence, right] = [state.count, state.confidence, state.right].map((x) =>
      joined(x, numBins),
    );
    return stack([count, divideOrZero(confidence, count), divideOrZero(right, count)], 1);
  },
};

/**
 * For each bin of confidence the weight of its rows, their mean confidence, and the share that was right,
 * `[numBins, 3]`: the points of a reliability diagram.
 *
 * Labels are class indices or one-hot rows; predictions rows of probabilities, or a column for class 1; with `fromLogits`
 * logits of either, and `compile` finds out which they are. With one column the confidence is that in
 * class 1, else that in the class that was chosen. Bins lie evenly over [0, 1], each with its lower edge, the last with both.
 * Empty bins are 0. As a history has one number for each name, `compile` refuses it (PL2018).
 *
 * @example
 * const metric = new ReliabilityBins({ numBins: 2 });
 * metric.updateState([0, 1, 1], [0.25, 0.75, 1]);
 * metric.result().arraySync(); // [[1, 0.25, 0], [2, 0.875, 1]]
 */
export class ReliabilityBins extends Metric<typeof calibrationParameters> {
  static readonly record = reliabilityBinsRecord;
  constructor(options: MetricOptions & GivenOf<typeof calibrationParameters> = {}) {
    super(reliabilityBinsRecord, options);
  }
}
