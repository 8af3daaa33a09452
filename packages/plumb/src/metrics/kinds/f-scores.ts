/** Keras's F-scores: counts of each column, put together as precision and recall. */
import { optional, real, type Parameters, type ValuesOf } from "../../base/parameters.ts";
import type { Tensor } from "../../tensor/index.ts";
import { shapeError } from "../metric.ts";
import type { MetricRecord } from "../record.ts";
import { averaged, roundedTo, type Average } from "./classes.ts";
import { weightedSum } from "./means.ts";
import { average } from "./parameters.ts";

export const averageParameters = {
  average,
  threshold: optional(
    real(0.5, "A prediction above it is a yes; left out, the largest of each row is", { above: 0, max: 1 }),
  ),
};

interface AverageOptions {
  readonly average: Average;
  readonly threshold?: number;
}

/** What a record of this kind says itself. */
export type FScoreFacts<P extends Parameters> = Omit<
  MetricRecord<P>,
  "contract" | "higherIsBetter" | "range" | "thresholdOf" | "state" | "align" | "batch" | "merge" | "value"
> & {
  readonly when: string;
  /** How many times as much recall counts as precision. */
  readonly beta: (parameters: ValuesOf<P>) => number;
};

/** Without a threshold all of the tied largest are a yes, and a row of zeros has none, as in Keras. */
const yesOf = (yPred: Tensor, threshold: number | undefined): Tensor =>
  threshold === undefined
    ? yPred.greaterEqual(yPred.max(-1, { keepDims: true })).logicalAnd(yPred.abs().greater(1e-9))
    : yPred.greater(roundedTo(threshold, yPred));

/** The record of an F-score. */
export function fScoreRecord<P extends Parameters>({
  when,
  beta,
  ...facts
}: FScoreFacts<P>): MetricRecord<P> {
  const optionsOf = (parameters: ValuesOf<P>): AverageOptions => parameters as unknown as AverageOptions;
  return {
    ...facts,
    contract: {
      labels: "oneHot",
      predictions: "probability",
      supportsLogits: false,
      tasks: ["binary", "classes", "labelSets"],
      when,
    },
    higherIsBetter: true,
    range: [0, 1],
    thresholdOf: (parameters) => optionsOf(parameters).threshold,
    state: (_, predictions) => {
      if (predictions === undefined) return undefined;
      const shape = [predictions.at(-1)!];
      return { truePositives: shape, falsePositives: shape, falseNegatives: shape };
    },
    batch: ({ yTrue, yPred, weights }, parameters) => {
      if (yPred.rank !== 2)
        throw shapeError(
          facts.name,
          yTrue.shape,
          yPred.shape,
          "It takes [batch, classes]",
          "Reshape both to columns: x.expandDims(-1)",
        );
      const yes = yesOf(yPred, optionsOf(parameters).threshold).cast("float64");
      const label = yTrue.cast("float64");
      const weight = weights(yPred.shape);
      const count = (values: Tensor): Tensor => weightedSum(values, weight, 0);
      return {
        truePositives: count(yes.mul(label)),
        falsePositives: count(yes.mul(label.neg().add(1))),
        falseNegatives: count(yes.neg().add(1).mul(label)),
      };
    },
    value: ({ truePositives, falsePositives, falseNegatives }, parameters) => {
      const square = beta(parameters) ** 2;
      const both = truePositives.mul(1 + square);
      const either = both.add(falseNegatives.mul(square)).add(falsePositives);
      const labelled = truePositives.add(falseNegatives);
      return averaged([both, either], labelled, optionsOf(parameters).average);
    },
  };
}
