import { oneOf, real } from "../base/parameters.ts";
import { concat, stack, type Tensor } from "../tensor/index.ts";
import {
  alignRanks,
  asOneColumn,
  overColumns,
  rankedRows,
  rocAreas,
  unlessUnordered,
  type Ranked,
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
  multiClass: oneOf(["ovr", "ovo"], "ovr", "Classes against all others, or pair by pair"),
  maxFpr: real(1, "Only false-positive rates up to there count", { above: 0, max: 1 }),
};

/** The mean over pairs of classes that both occur of how well each tells its rows from the other's, by its own score. */
function pairwise({ positive, score, weight }: Ranked, weighted: boolean): Tensor {
  const classes = score.shape[1];
  const column = (x: Tensor, k: number): Tensor => x.slice([0, k], [x.shape[0], 1]);
  const areas: Tensor[] = [];
  const shares: Tensor[] = [];
  for (let a = 0; a < classes; a++)
    for (let b = 0; b < classes; b++) {
      if (a === b) continue;
      const [ofA, ofB] = [column(positive, a), column(positive, b)];
      const own = column(weight, a).mul(ofA.add(ofB));
      areas.push(rocAreas({ positive: ofA, score: column(score, a), weight: own }));
      const both = ofA.sum().greater(0).logicalAnd(ofB.sum().greater(0)).cast("float64");
      shares.push(weighted ? both.mul(ofA.add(ofB).sum()) : both);
    }
  return overColumns(concat(areas), "weighted", stack(shares));
}

export const rocAucRecord: MetricRecord<typeof parameters> = {
  name: "RocAuc",

  formula: "chance that a positive scores above a negative",
  source: "Hanley and McNeil 1982; scikit-learn's roc_auc_score",
  parameters,
  contract: {
    labels: "classIndex",
    predictions: "probability",
    supportsLogits: false,
    tasks: ["binary", "classes", "labelSets"],
    when: "How well scores order, whatever the threshold: the exact area under the ROC curve",
  },
  higherIsBetter: true,
  range: [0, 1],
  keepsRows: true,
  state: () => ({}),
  align: (yTrue, yPred) => alignRanks("RocAuc", yTrue, yPred),
  batch: rankedRows,
  value: (state, { average, multiClass, maxFpr }) => {
    const ranked = state as unknown as Ranked;
    const area = (): Tensor => {
      if (multiClass === "ovo" && ranked.score.shape[1] > 1) return pairwise(ranked, average === "weighted");
      if (average === "micro") return rocAreas(asOneColumn(ranked), maxFpr).squeeze(0);
      const support = ranked.weight.mul(ranked.positive).sum(0);
      return overColumns(rocAreas(ranked, maxFpr), average, support);
    };
    return unlessUnordered(ranked, area());
  },
};

/**
 * The exact area under the ROC curve: the chance that a positive scores above a negative, equal scores counting half.
 *
 * Labels 0 or 1 with scores of one shape, `[batch]` or `[batch, labels]`, or class indices with `[batch, classes]`. With
 * several columns `average` tells how they become one: "macro" the plain mean, "weighted" by the positives of each, "micro"
 * all as one column; null gives `[columns]`. `multiClass: "ovo"` compares classes pair by pair instead (Hand and Till 2001),
 * each row counting once. `maxFpr` looks at the beginning of the curve only, scaled so that 0.5 is chance. Range [0, 1],
 * higher is better, 0.5 is chance; NaN without positives or without negatives, and where a
 * score is NaN. Every row is kept, outside of the engine, and sorted when the value is asked for; so it cannot be followed inside a
 * compiled step (PL2018): give it the predictions of a model, or follow AUC, which counts at thresholds.
 *
 * @example
 * const metric = new RocAuc();
 * metric.updateState([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]);
 * metric.result().itemSync(); // 0.75
 */
export class RocAuc extends Metric<typeof parameters> {
  static readonly record = rocAucRecord;
  constructor(options: MetricOptions & GivenOf<typeof parameters> = {}) {
    super(rocAucRecord, options);
  }
}
