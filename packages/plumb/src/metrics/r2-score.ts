import { integer, type GivenOf } from "../base/parameters.ts";
import { divideOrZero } from "../numerics/division.ts";
import { scalar, where } from "../tensor/index.ts";
import { weightedSum } from "./kinds/means.ts";
import { mergedMoments, outputColumns, type Moments } from "./kinds/moments.ts";
import { classAggregation } from "./kinds/parameters.ts";
import { Metric, type MetricOptions } from "./metric.ts";
import type { MetricRecord } from "./record.ts";

const parameters = {
  classAggregation,
  numRegressors: integer(0, "Number of inputs, for the adjusted R²; 0 leaves it unadjusted", { min: 0 }),
};

export const r2ScoreRecord: MetricRecord<typeof parameters> = {
  name: "R2Score",
  aliases: ["r2"],
  formula: "1 − Σ (y − p)² / Σ (y − mean y)²",
  parameters,
  contract: {
    labels: "real",
    predictions: "real",
    supportsLogits: false,
    tasks: ["regression"],
    when: "For amounts: the share of their variance that is explained",
  },
  higherIsBetter: true,
  range: [-Infinity, 1],
  state: (_, predictions) => {
    if (predictions === undefined) return undefined;
    const shape = [predictions.at(-1)!];
    return { count: shape, mean: shape, squares: shape, residual: shape, samples: [] };
  },
  batch: (batch) => {
    const { y, p, weight, count } = outputColumns("R2Score", batch);
    const mean = divideOrZero(weightedSum(y, weight, 0), count);
    return {
      count,
      mean,
      squares: weightedSum(y.sub(mean).square(), weight, 0),
      residual: weightedSum(y.sub(p).square(), weight, 0),
      samples: scalar(y.size, "float64"),
    };
  },
  merge: (a, b) => ({
    ...mergedMoments(a as unknown as Moments, b as unknown as Moments),
    residual: a.residual.add(b.residual),
    samples: a.samples.add(b.samples),
  }),
  value: ({ count, mean, squares, residual, samples }, { classAggregation, numRegressors }) => {
    // Equal labels may seem to vary by the rounding of their mean.
    const rounding = mean.square().mul(count).mul(1e-30);
    const spread = where(squares.lessEqual(rounding), 0, squares);
    const raw = residual.div(spread).neg().add(1);
    const scores = where(raw.abs().equal(Infinity), 0, raw);
    const r2 =
      classAggregation === "uniform_average"
        ? scores.mean()
        : classAggregation === null
          ? scores
          : spread.mul(scores).sum().div(spread.sum());
    if (numRegressors === 0) return r2;
    const free = samples.sub(numRegressors + 1);
    const adjusted = r2
      .neg()
      .add(1)
      .mul(samples.sub(1))
      .div(where(free.greater(0), free, 1))
      .neg()
      .add(1);
    return where(free.greater(0), adjusted, r2);
  },
};

/**
 * The coefficient of determination, 1 − Σ (y − p)² / Σ (y − mean y)²: the share of the variance of the labels that the
 * predictions explain.
 *
 * Labels and predictions real, both `[batch, outputs]` (labels also `[batch]`). 1 is perfect, 0 is as good as the mean,
 * below 0 is worse. With several outputs `classAggregation` averages; `numRegressors` adjusts for the number of inputs.
 * Labels that do not vary give 0, or NaN if they are predicted exactly, as in Keras. Errors: PL2002 for another rank.
 *
 * @example
 * const metric = new R2Score();
 * metric.updateState([[1], [3], [5]], [[2], [3], [3]]);
 * metric.result().itemSync(); // 0.375
 */
export class R2Score extends Metric<typeof parameters> {
  static readonly record = r2ScoreRecord;
  constructor(options: MetricOptions & GivenOf<typeof parameters> = {}) {
    super(r2ScoreRecord, options);
  }
}
