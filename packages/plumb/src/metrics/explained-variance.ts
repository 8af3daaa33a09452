import type { GivenOf } from "../base/parameters.ts";
import { divideOrZero } from "../numerics/division.ts";
import { where } from "../tensor/index.ts";
import { weightedSum } from "./kinds/means.ts";
import { mergedMoments, outputColumns, type Moments } from "./kinds/moments.ts";
import { classAggregation } from "./kinds/parameters.ts";
import { Metric, type MetricOptions } from "./metric.ts";
import type { MetricRecord } from "./record.ts";

const parameters = {
  classAggregation,
};

export const explainedVarianceRecord: MetricRecord<typeof parameters> = {
  name: "ExplainedVariance",
  formula: "1 − variance of (y − p) / variance of y",
  source: "scikit-learn's explained_variance_score",
  parameters,
  contract: {
    labels: "real",
    predictions: "real",
    supportsLogits: false,
    tasks: ["regression"],
    when: "As R², where a constant offset may be forgiven",
  },
  higherIsBetter: true,
  range: [-Infinity, 1],
  state: (_, predictions) => {
    if (predictions === undefined) return undefined;
    const shape = [predictions.at(-1)!];
    return { count: shape, mean: shape, squares: shape, meanError: shape, squaredErrors: shape };
  },
  batch: (batch) => {
    const { y, p, weight, count } = outputColumns("ExplainedVariance", batch);
    const error = y.sub(p);
    const [mean, meanError] = [y, error].map((x) => divideOrZero(weightedSum(x, weight, 0), count));
    return {
      count,
      mean,
      squares: weightedSum(y.sub(mean).square(), weight, 0),
      meanError,
      squaredErrors: weightedSum(error.sub(meanError).square(), weight, 0),
    };
  },
  merge: (a, b) => {
    const { count, mean, squares } = mergedMoments(a as unknown as Moments, b as unknown as Moments);
    const errors = mergedMoments(
      { count: a.count, mean: a.meanError, squares: a.squaredErrors },
      { count: b.count, mean: b.meanError, squares: b.squaredErrors },
    );
    return { count, mean, squares, meanError: errors.mean, squaredErrors: errors.squares };
  },
  value: ({ count, squares, squaredErrors }, { classAggregation }) => {
    const still = squares.equal(0);
    const exact = squaredErrors.equal(0).logicalAnd(count.greater(0));
    const scores = where(still, where(exact, 1, 0), divideOrZero(squaredErrors, squares).neg().add(1));
    if (classAggregation === null) return scores;
    return classAggregation === "uniform_average"
      ? scores.mean()
      : divideOrZero(scores.mul(squares).sum(), squares.sum());
  },
};

/**
 * The share of the variance of the labels that is gone from the errors, 1 − variance of (y − p) / variance of y: R² that
 * forgives a constant offset.
 *
 * Labels and predictions real, both `[batch, outputs]` (labels also `[batch]`). With several outputs `classAggregation`
 * averages. Range (−∞, 1], higher is better. Labels that do not vary give 0, or 1 if all errors are equal. Errors: PL2002
 * for another rank.
 *
 * @example
 * const metric = new ExplainedVariance();
 * metric.updateState([[1], [2], [3]], [[2], [3], [4]]);
 * metric.result().itemSync(); // 1
 */
export class ExplainedVariance extends Metric<typeof parameters> {
  static readonly record = explainedVarianceRecord;
  constructor(options: MetricOptions & GivenOf<typeof parameters> = {}) {
    super(explainedVarianceRecord, options);
  }
}
