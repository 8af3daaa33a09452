import { averageParameters, fScoreRecord } from "./kinds/f-scores.ts";
import type { GivenOf } from "../base/parameters.ts";
import { Metric, type MetricOptions } from "./metric.ts";

export const f1ScoreRecord = fScoreRecord<typeof averageParameters>({
  name: "F1Score",
  aliases: ["f1"],
  formula: "2 TP / (2 TP + FP + FN)",
  source: "van Rijsbergen, Information Retrieval, 1979, with β = 1",
  parameters: averageParameters,
  when: "Where classes are rare, and false alarms and misses both cost",
  beta: () => 1,
});

/**
 * The harmonic mean of precision and recall, 2 TP / (2 TP + FP + FN), for each class.
 *
 * Labels 0 or 1, predictions probabilities, both `[batch, classes]`; without a `threshold` the largest of each row is the
 * yes (all of them, if several tie). The value is `[classes]`; `average` makes it a scalar: "micro" over the summed counts,
 * "macro" the plain mean, "weighted" by how often each class occurs. Range [0, 1], higher is better; 0 for a class that
 * neither occurs nor is predicted. Errors: PL2002 for predictions of another rank.
 *
 * @example
 * const metric = new F1Score({ average: "macro" });
 * metric.updateState([[1, 0], [0, 1]], [[0.9, 0.1], [0.2, 0.8]]);
 * metric.result().itemSync(); // 1
 */
export class F1Score extends Metric<typeof averageParameters> {
  static readonly record = f1ScoreRecord;
  constructor(options: MetricOptions & GivenOf<typeof averageParameters> = {}) {
    super(f1ScoreRecord, options);
  }
}
