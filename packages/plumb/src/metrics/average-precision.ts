import { oneOf } from "../base/parameters.ts";
import {
  alignRanks,
  asOneColumn,
  averagePrecisions,
  overColumns,
  rankedRows,
  type Ranked,
  unlessUnordered,
} from "./kinds/ranks.ts";
import type { GivenOf } from "../base/parameters.ts";
import { Metric, type MetricOptions } from "./metric.ts";
import type { MetricRecord } from "./record.ts";

const parameters = {
  average: oneOf(
    ["macro", "micro", "weighted", null],
    "macro",
    "How columns become one value; null gives one for each",
  ),
};

export const averagePrecisionRecord: MetricRecord<typeof parameters> = {
  name: "AveragePrecision",
  aliases: ["ap"],
  formula: "Σ (recall − recall before) · precision, over all scores",
  source: "scikit-learn's average_precision_score; no interpolation between points (Davis and Goadrich 2006)",
  parameters,
  contract: {
    labels: "classIndex",
    predictions: "probability",
    supportsLogits: false,
    tasks: ["binary", "classes", "labelSets"],
    when: "Where the yes is rare: the exact area under the precision-recall curve",
  },
  higherIsBetter: true,
  range: [0, 1],
  keepsRows: true,
  state: () => ({}),
  align: (yTrue, yPred) => alignRanks("AveragePrecision", yTrue, yPred),
  batch: rankedRows,
  value: (state, { average }) => {
    const ranked = state as unknown as Ranked;
    const value =
      average === "micro"
        ? averagePrecisions(asOneColumn(ranked)).squeeze(0)
        : overColumns(averagePrecisions(ranked), average, ranked.weight.mul(ranked.positive).sum(0));
    return unlessUnordered(ranked, value);
  },
};

/**
 * The exact area under the steps of the precision-recall curve: the mean of the precision at each score of a positive.
 *
 * Labels 0 or 1 with scores of one shape, `[batch]` or `[batch, labels]`, or class indices with `[batch, classes]`; equal
 * scores are one point. With several columns `average` tells how they become one: "macro" the plain mean, "weighted" by the
 * positives of each, "micro" all as one column; null gives `[columns]`. Range [0, 1], higher is better; chance is the share
 * of positives; 0 without positives, NaN of nothing, and where a score is NaN. Every row is kept, outside of the engine, and sorted when the value is asked for; so it cannot be followed inside a
 * compiled step (PL2018): give it the predictions of a model, or follow AUC, which counts at thresholds.
 *
 * @example
 * const metric = new AveragePrecision();
 * metric.updateState([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]);
 * metric.result().itemSync(); // 0.8333…
 */
export class AveragePrecision extends Metric<typeof parameters> {
  static readonly record = averagePrecisionRecord;
  constructor(options: MetricOptions & GivenOf<typeof parameters> = {}) {
    super(averagePrecisionRecord, options);
  }
}
