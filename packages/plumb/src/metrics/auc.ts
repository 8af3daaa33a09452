import {
  flag,
  integer,
  listOf,
  oneOf,
  optional,
  real,
  type GivenOf,
  type Parameter,
} from "../base/parameters.ts";
import { PlumbError } from "../base/errors.ts";
import { divideOrZero } from "../numerics/division.ts";
import { where, type Tensor } from "../tensor/index.ts";
import { decisionContract } from "./kinds/counts.ts";
import { countDecisions } from "./kinds/decisions.ts";
import { fromLogits } from "./kinds/parameters.ts";
import { Metric, type MetricOptions } from "./metric.ts";
import type { MetricRecord, MetricState } from "./record.ts";

const curves = ["ROC", "PR", "PRGAIN"] as const;
type Curve = (typeof curves)[number];
const curve: Parameter<Curve, Curve | Lowercase<Curve>> = {
  default: "ROC",
  doc: "Which curve: receiver operating characteristic, precision against recall, or their gains",
  accepts: (value) =>
    typeof value === "string" && (curves as readonly string[]).includes(value.toUpperCase()),
  read: (value) => value.toUpperCase() as Curve,
  words: 'one of "ROC", "PR", "PRGAIN"',
};

const parameters = {
  numThresholds: integer(200, "Number of thresholds, evenly from 0 to 1", { min: 2 }),
  curve,
  summationMethod: oneOf(
    ["interpolation", "minoring", "majoring"],
    "interpolation",
    "Height of a step: between its ends, the lower of them, or the higher",
  ),
  thresholds: optional(
    listOf(real(0.5, "Thresholds in place of even ones; 0 and 1 are added", { min: 0, max: 1 })),
  ),
  multiLabel: flag(false, "Columns are labels with an area each, which are averaged; else all are one"),
  numLabels: optional(
    integer(1, "Number of columns, with multiLabel, where a value is wanted before data", { min: 1 }),
  ),
  labelWeights: optional(listOf(real(1, "How much each column counts", { min: 0 }))),
  fromLogits,
};

interface AucOptions {
  readonly numThresholds: number;
  readonly thresholds?: readonly number[];
}

/** The thresholds, with the ends at which everything and nothing is a yes. */
const thresholdsOf = ({ numThresholds, thresholds }: AucOptions): readonly number[] =>
  thresholds === undefined
    ? Array.from({ length: numThresholds }, (_, i) => i / (numThresholds - 1))
    : [0, ...[...thresholds].sort((a, b) => a - b), 1];

const upTo = (x: Tensor): Tensor =>
  x.slice(
    x.shape.map(() => 0),
    [x.shape[0] - 1, ...x.shape.slice(1)],
  );
const from = (x: Tensor): Tensor =>
  x.slice([1, ...x.shape.slice(1).map(() => 0)], [x.shape[0] - 1, ...x.shape.slice(1)]);

/**
 * Precision between two thresholds is no straight line: true and false positives are, and their ratio is integrated
 * (Davis and Goadrich, The relationship between precision-recall and ROC curves, 2006).
 */
function interpolatedPrecision({ truePositives, falsePositives, falseNegatives }: MetricState): Tensor {
  const yes = truePositives.add(falsePositives);
  const [gained, all] = [upTo(truePositives).sub(from(truePositives)), upTo(yes).sub(from(yes))];
  const slope = divideOrZero(gained, all.maximum(0));
  const intercept = from(truePositives).sub(slope.mul(from(yes)));
  const both = upTo(yes).greater(0).logicalAnd(from(yes).greater(0));
  const ratio = where(both, divideOrZero(upTo(yes), from(yes).maximum(0)), 1);
  const area = slope.mul(gained.add(intercept.mul(ratio.log())));
  return divideOrZero(area, from(truePositives).add(from(falseNegatives)).maximum(0)).sum(0);
}

/** Places of the thresholds on the curve: x, along which the area is measured, and y. */
function pointsOf(curve: Curve, counts: MetricState): readonly [x: Tensor, y: Tensor] {
  const { truePositives, falsePositives, trueNegatives, falseNegatives } = counts;
  const recall = divideOrZero(truePositives, truePositives.add(falseNegatives));
  if (curve === "ROC") return [divideOrZero(falsePositives, falsePositives.add(trueNegatives)), recall];
  if (curve === "PR") return [recall, divideOrZero(truePositives, truePositives.add(falsePositives))];
  const odds = divideOrZero(truePositives.add(falseNegatives), trueNegatives.add(falsePositives));
  const none = truePositives.equal(0);
  const gain = (wrong: Tensor): Tensor => odds.mul(divideOrZero(wrong, truePositives)).neg().add(1);
  return [where(none, 0, gain(falseNegatives)).maximum(0), where(none, 1, gain(falsePositives))];
}

export const aucRecord: MetricRecord<typeof parameters> = {
  name: "AUC",
  formula: "area under the curve through the points of the thresholds",
  source: "Hanley and McNeil 1982 (ROC); Davis and Goadrich 2006 (PR); Flach and Kull 2015 (PR gain)",
  parameters,
  contract: decisionContract("How well probabilities order, whatever the threshold"),
  higherIsBetter: true,
  range: [-Infinity, 1],
  state: (options, predictions) => {
    const { multiLabel, numLabels } = options;
    if (numLabels !== undefined && !multiLabel)
      throw new PlumbError("PL2011", {
        asked: `AUC was given numLabels: ${numLabels} without multiLabel`,
        why: "Without multiLabel all columns are one",
        fix: "Give multiLabel: true, or leave numLabels out",
      });
    const labels = numLabels ?? predictions?.at(-1);
    if (multiLabel && labels === undefined) return undefined;
    const thresholds = thresholdsOf(options).length;
    const shape = multiLabel ? [thresholds, labels!] : [thresholds];
    return { truePositives: shape, falsePositives: shape, trueNegatives: shape, falseNegatives: shape };
  },
  batch: (batch, options) => {
    const { multiLabel, labelWeights, fromLogits } = options;
    const yPred = fromLogits ? batch.yPred.sigmoid() : batch.yPred;
    return countDecisions(
      "AUC",
      { ...batch, yPred },
      {
        thresholds: thresholdsOf(options),
        perLabel: multiLabel,
        labelWeights: multiLabel ? undefined : labelWeights,
        openEnds: true,
      },
    );
  },
  value: (counts, { curve, summationMethod, multiLabel, labelWeights }) => {
    const area = areaOf(counts, curve, summationMethod);
    if (!multiLabel) return area;
    if (labelWeights === undefined) return area.mean();
    const weights = Float64Array.from(labelWeights);
    return divideOrZero(
      area.mul(weights).sum(),
      weights.reduce((a, b) => a + b),
    );
  },
};

function areaOf(
  counts: MetricState,
  curve: Curve,
  method: "interpolation" | "minoring" | "majoring",
): Tensor {
  if (curve === "PR" && method === "interpolation") return interpolatedPrecision(counts);
  const [x, y] = pointsOf(curve, counts);
  const [left, right] = [upTo(y), from(y)];
  const height =
    method === "interpolation"
      ? left.add(right).mul(0.5)
      : method === "minoring"
        ? left.minimum(right)
        : left.maximum(right);
  return upTo(x).sub(from(x)).mul(height).sum(0);
}

/**
 * The area under the ROC curve, or under the curve of precision against recall, through the points of `numThresholds`
 * (200) thresholds: state of fixed size, that a compiled step can follow. RocAuc and AveragePrecision are exact.
 *
 * Labels 0 or 1, predictions probabilities (clipped to [0, 1]; logits with `fromLogits`, and `compile` finds out which they
 * are), of one shape; all outputs are one, or with `multiLabel` a column each, averaged by `labelWeights`. `curve` is
 * "ROC", "PR" or "PRGAIN"; `summationMethod` takes steps between their ends ("interpolation"; for PR along true positives),
 * or at the lower or higher one. Range [0, 1] (PRGAIN may be below 0), higher is better; for ROC 0.5 is chance. Labels of
 * one class give 0 or 1, as in Keras. Errors: PL2011.
 *
 * @example
 * const metric = new AUC({ numThresholds: 3 });
 * metric.updateState([0, 0, 1, 1], [0, 0.5, 0.3, 0.9]);
 * metric.result().itemSync(); // 0.75
 */
export class AUC extends Metric<typeof parameters> {
  static readonly record = aucRecord;
  constructor(options: MetricOptions & GivenOf<typeof parameters> = {}) {
    super(aucRecord, options);
  }
}
