import { real } from "../base/parameters.ts";
import { averageParameters, fScoreRecord } from "./kinds/f-scores.ts";
import type { GivenOf } from "../base/parameters.ts";
import { Metric, type MetricOptions } from "./metric.ts";

const parameters = {
  ...averageParameters,
  beta: real(1, "How many times as much recall counts as precision", { above: 0 }),
};

export const fBetaScoreRecord = fScoreRecord<typeof parameters>({
  name: "FBetaScore",
  defaultName: "fbeta_score",
  formula: "(1 + β²) TP / ((1 + β²) TP + β² FN + FP)",
  source: "van Rijsbergen, Information Retrieval, 1979",
  parameters,
  when: "Where classes are rare, and misses cost more than false alarms, or less",
  beta: ({ beta }) => beta,
});

/**
 * The weighted harmonic mean of precision and recall, (1 + β²) TP / ((1 + β²) TP + β² FN + FP), for each class: with β = 2
 * recall counts twice as much as precision.
 *
 * Labels 0 or 1, predictions probabilities, both `[batch, classes]`; without a `threshold` the largest of each row is the
 * yes (all of them, if several tie). The value is `[classes]`; `average` makes it a scalar: "micro" over the summed counts,
 * "macro" the plain mean, "weighted" by how often each class occurs. Range [0, 1], higher is better; 0 for a class that
 * neither occurs nor is predicted. Errors: PL2002 for predictions of another rank.
 *
 * @example
 * const metric = new FBetaScore({ beta: 2, average: "macro" });
 * metric.updateState([[1, 0], [0, 1]], [[0.9, 0.1], [0.2, 0.8]]);
 * metric.result().itemSync(); // 1
 */
export class FBetaScore extends Metric<typeof parameters> {
  static readonly record = fBetaScoreRecord;
  constructor(options: MetricOptions & GivenOf<typeof parameters> = {}) {
    super(fBetaScoreRecord, options);
  }
}
