/** Intersection over union: the share of what was called a class, or is one, on which both agree. */
import { PlumbError } from "../../base/errors.ts";
import {
  flag,
  integer,
  listOf,
  oneOf,
  optional,
  required,
  type Parameters,
  type ValuesOf,
} from "../../base/parameters.ts";
import { alignPair } from "../../numerics/alignment.ts";
import { divideOrZero } from "../../numerics/division.ts";
import { where } from "../../tensor/index.ts";
import type { MetricRecord } from "../record.ts";
import { classTotals, countPairs } from "./classes.ts";
import { weightsOfPresent } from "./means.ts";
import { axis } from "./parameters.ts";

export const overlapParameters = {
  numClasses: required(integer(2, "Number of classes", { min: 1 })),
  targetClassIds: required(listOf(integer(0, "The classes to average over", { min: 0 }))),
  ignoreClass: optional(integer(-1, "Values of this label count for nothing")),
  sparseYTrue: flag(true, "Labels are class indices; false: rows over the classes"),
  sparseYPred: flag(true, "Predictions are class indices; false: rows over the classes"),
  axis,
  dtype: oneOf(
    ["float64", "float32", "int"],
    "float64",
    'How weights count: as they are, or with "int" cut to whole numbers, which is Keras\'s default',
  ),
};

/** What such a metric is computed by; records fix some of it. */
export interface OverlapOptions {
  readonly numClasses: number;
  readonly targetClassIds?: readonly number[];
  readonly ignoreClass?: number;
  readonly sparseYTrue?: boolean;
  readonly sparseYPred?: boolean;
  readonly axis?: number;
  readonly dtype?: "float64" | "float32" | "int";
  /** Predictions of at least this are class 1, others class 0. */
  readonly threshold?: number;
}

/** What a record of this kind says itself. */
export type OverlapFacts<P extends Parameters> = Omit<
  MetricRecord<P>,
  "formula" | "source" | "higherIsBetter" | "range" | "state" | "align" | "batch" | "merge" | "value"
> & {
  /** The options that a set of parameters stands for. */
  readonly options: (parameters: ValuesOf<P>) => OverlapOptions;
};

/** The record of an intersection over union. */
export function overlapRecord<P extends Parameters>({ options, ...facts }: OverlapFacts<P>): MetricRecord<P> {
  const targetsOf = ({ numClasses, targetClassIds }: OverlapOptions): readonly number[] => {
    const targets = targetClassIds ?? Array.from({ length: numClasses }, (_, i) => i);
    const wrong = targets.find((target) => target >= numClasses);
    if (wrong === undefined) return targets;
    throw new PlumbError("PL2011", {
      asked: `${facts.name} was given targetClassIds with ${wrong}`,
      why: `There are ${numClasses} classes, 0 … ${numClasses - 1}`,
      fix: "Name classes among them, or raise numClasses",
    });
  };
  return {
    ...facts,
    formula: "mean over classes of: both / (either), counting values",
    source: "Jaccard, Étude comparative de la distribution florale, 1901; averaged over classes",
    higherIsBetter: true,
    range: [0, 1],
    state: (parameters) => {
      const given = options(parameters);
      targetsOf(given);
      return { table: [given.numClasses, given.numClasses] };
    },
    align: (labels, predictions, parameters) => {
      const { sparseYTrue = true, sparseYPred = true, axis = -1, threshold } = options(parameters);
      const yTrue = sparseYTrue ? labels : labels.argmax(axis);
      const yPred = sparseYPred ? predictions : predictions.argmax(axis);
      const classes = threshold === undefined ? yPred : yPred.greaterEqual(Math.fround(threshold));
      const [y, p] = alignPair(facts.name, yTrue, classes);
      return [y.cast("int32"), p.cast("int32")];
    },
    batch: ({ yTrue, yPred, weights }, parameters) => {
      const { numClasses, ignoreClass, dtype } = options(parameters);
      const given = weights(yTrue.shape);
      const counted = dtype === "int" ? given?.cast("int32").cast("float64") : given;
      const present = ignoreClass === undefined ? undefined : yTrue.notEqual(ignoreClass);
      const weight = weightsOfPresent(counted, present);
      return { table: countPairs(yTrue, yPred, weight, numClasses) };
    },
    value: ({ table }, parameters) => {
      const targets = targetsOf(options(parameters));
      const { right, labelled, predicted } = classTotals(table);
      const at = Int32Array.from(targets);
      const both = right.gather(at);
      const either = labelled.add(predicted).sub(right).gather(at);
      // Classes that neither occur nor are predicted have no overlap to speak of.
      const present = either.greater(1e-9);
      return divideOrZero(where(present, divideOrZero(both, either), 0).sum(), present.cast("float64").sum());
    },
  };
}
