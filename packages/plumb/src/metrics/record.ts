import type { Contract, Range } from "../base/contract.ts";
import type { GivenOf, Parameters, ValuesOf } from "../base/parameters.ts";
import type { Shape } from "../base/shape.ts";
import type { Tensor } from "../tensor/index.ts";

/** What a metric remembers: named float64 totals. Counts are whole numbers in float64, exact up to 2⁵³. */
export type MetricState = Readonly<Record<string, Tensor>>;

/** One batch as a metric sees it. */
export interface MetricBatch {
  /** Labels and predictions, aligned; in float64 if either was, else in float32. Class indices are int32. */
  readonly yTrue: Tensor;
  readonly yPred: Tensor;
  /** The shape of the predictions before they were aligned. */
  readonly predictions: Shape;
  /**
   * How much each value of that shape counts, in float64: sample weights and mask together, broadcast to the shape;
   * undefined when all count 1.
   */
  readonly weights: (shape: Shape) => Tensor | undefined;
}

/**
 * Everything there is to say about one metric. A metric is the totals of a batch, a way to put two totals together, and
 * the value of a total: so that the parts of an epoch, however it is cut, make the whole.
 */
export interface MetricRecord<P extends Parameters = Parameters> {
  /** Keras's class name. */
  readonly name: string;
  readonly aliases?: readonly string[];
  /** The key of its values in a history, where it is not the class name in snake_case. */
  readonly defaultName?: string;
  readonly formula: string;
  /** Paper or textbook, and which variant. */
  readonly source?: string;
  readonly parameters: P;
  /** Parameters to show it with, where some have to be given. */
  readonly sample?: GivenOf<P>;
  readonly contract: Contract;
  /** Left out where there is no better: a mean, a sum, a matrix. */
  readonly higherIsBetter?: boolean;
  readonly range: Range;
  /** What an update takes: labels and predictions, unless it is plain values. */
  readonly takes?: "values";
  /**
   * Its state is not totals but the rows themselves: no number of totals is exact for it. `batch` gives columns with the
   * rows along their first axis; they are kept outside of the engine, and are put together when the value is asked for.
   */
  readonly keepsRows?: true;
  /** The parameter that decides between yes and no, where there is one: given by hand, it is taken as it stands. */
  readonly thresholdOf?: (parameters: ValuesOf<P>) => number | readonly number[] | undefined;
  /** Shapes of the totals; undefined where they hang on the shape of predictions that is not known yet. */
  readonly state: (
    parameters: ValuesOf<P>,
    predictions?: Shape,
  ) => Readonly<Record<string, Shape>> | undefined;
  /** Labels and predictions as `batch` wants them, where the contract's usual alignment does not do. */
  readonly align?: (yTrue: Tensor, yPred: Tensor, parameters: ValuesOf<P>) => readonly [Tensor, Tensor];
  /** The totals of one batch. */
  readonly batch: (batch: MetricBatch, parameters: ValuesOf<P>) => MetricState;
  /** The totals of two parts together; their sums unless told. Totals of 0 leave the other part as it is. */
  readonly merge?: (a: MetricState, b: MetricState) => MetricState;
  readonly value: (state: MetricState, parameters: ValuesOf<P>) => Tensor;
}

/** The parameter that decides between logits and probabilities, of the metrics that take both. */
export interface FromLogits {
  readonly fromLogits?: boolean;
}
