import { hingeError, signsOf } from "../numerics/hinges.ts";
import { meanRecord } from "./kinds/means.ts";
import { Metric, type MetricOptions } from "./metric.ts";

export const hingeRecord = meanRecord<{}>({
  name: "Hinge",

  formula: "mean max(1 − y p, 0)",

  parameters: {},
  contract: {
    labels: "sign",
    predictions: "score",
    supportsLogits: false,
    tasks: ["binary", "labelSets"],
    when: "For scores that decide by their sign, as support vector machines give",
  },
  higherIsBetter: false,
  range: [0, Infinity],

  values: (yTrue, yPred) => hingeError(signsOf(yTrue), yPred).mean(-1),
});

/**
 * The mean amount by which scores miss a margin of 1, max(1 − y p, 0).
 *
 * Labels −1 or 1 (a batch that is all 0 and 1 is read as that), predictions real scores, of one shape
 * `[batch, …, outputs]`. Range [0, ∞), lower is better; 0 when every score is on the right side by 1.
 *
 * @example
 * const metric = new HingeMetric();
 * metric.updateState([[1], [-1]], [[2], [-0.5]]);
 * metric.result().itemSync(); // 0.25
 */
export class Hinge extends Metric<{}> {
  static readonly record = hingeRecord;
  constructor(options: MetricOptions = {}) {
    super(hingeRecord, options);
  }
}
