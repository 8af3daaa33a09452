import { hingeError, signsOf } from "../numerics/hinges.ts";
import { meanRecord } from "./kinds/means.ts";
import { Metric, type MetricOptions } from "./metric.ts";

export const squaredHingeRecord = meanRecord<{}>({
  name: "SquaredHinge",

  formula: "mean max(1 − y p, 0)²",

  parameters: {},
  contract: {
    labels: "sign",
    predictions: "score",
    supportsLogits: false,
    tasks: ["binary", "labelSets"],
    when: "As hinge, where a large miss is worse than several small ones",
  },
  higherIsBetter: false,
  range: [0, Infinity],

  values: (yTrue, yPred) => hingeError(signsOf(yTrue), yPred).square().mean(-1),
});

/**
 * The mean square of the amount by which scores miss a margin of 1, max(1 − y p, 0)².
 *
 * Labels −1 or 1 (a batch that is all 0 and 1 is read as that), predictions real scores, of one shape
 * `[batch, …, outputs]`. Range [0, ∞), lower is better.
 *
 * @example
 * const metric = new SquaredHingeMetric();
 * metric.updateState([[1], [-1]], [[2], [-0.5]]);
 * metric.result().itemSync(); // 0.125
 */
export class SquaredHinge extends Metric<{}> {
  static readonly record = squaredHingeRecord;
  constructor(options: MetricOptions = {}) {
    super(squaredHingeRecord, options);
  }
}
