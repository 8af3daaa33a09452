import type { Contract, Range } from "../base/contract.ts";
import type { GivenOf, Parameters, ValuesOf } from "../base/parameters.ts";
import type { Tensor } from "../tensor/index.ts";
import type { AxesValue } from "./parameters.ts";

/** What a formula is told beside labels, predictions and parameters. */
export interface RowContext {
  /** The axes of the predictions that one row's values lie along, counted from 0. */
  readonly axes: readonly number[];
  /** `validate: false`: Keras's number for anything, even where another one would be truer. */
  readonly asKeras: boolean;
  /** Which rows count, bool; undefined when all take part. What absent rows hold is harmless already. */
  readonly present?: Tensor;
}

/** A loss drawn against one number: what varies, how far, and the rows that it stands for. */
export interface Sketch<P extends Parameters = Parameters> {
  /** What varies, in words: "the residual p − y". */
  readonly against: string;
  readonly from: number;
  readonly to: number;
  /** Parameters that the drawing needs. */
  readonly parameters?: GivenOf<P>;
  /** Labels and predictions, one row for each number of x `[points, 1]`. */
  readonly rows: (x: Tensor) => readonly [yTrue: Tensor, yPred: Tensor];
}

/**
 * Everything there is to say about one loss. The class, the function, the strings, the checks, the table of the docs and
 * the contract tests are derived from it.
 */
export interface LossRecord<P extends Parameters = Parameters> {
  /** Keras's class name, or one in its manner. */
  readonly name: string;
  /** Short names beside the derived spellings. */
  readonly aliases?: readonly string[];
  /** The formula of one row. */
  readonly formula: string;
  /** Lowest and highest loss of one row. */
  readonly range: Range;
  /** Paper or textbook, and which variant. */
  readonly source?: string;
  /** The record's own parameters. `fromLogits`, `labelSmoothing`, `axis` and `ignoreClass` mean the same everywhere. */
  readonly parameters: P;
  readonly contract: Contract;
  /** Predictions for each label, side by side along the last axis; 1 unless told. */
  readonly outputsPerLabel?: (parameters: ValuesOf<P>) => number;
  /** Shapes that would broadcast are refused even with `validate: false`, because Keras refuses them. */
  readonly strictShapes?: boolean;
  /** Labels that name no output are refused even with `validate: false`, because Keras refuses them. */
  readonly strictLabels?: boolean;
  /** Rows are compared with each other, so that the loss of a row depends on its batch. */
  readonly rowsMeet?: boolean;
  /** Which rows the mean is over, where it is not over all: Keras's rule. */
  readonly counted?: (values: Tensor) => Tensor;
  /**
   * The loss of each row: predictions `[batch, …, axis]` to `[batch, …]`. Labels arrive aligned, smoothed and in the
   * dtype of the predictions; those that name something as int32. With several outputs per label, labels are
   * `[batch, …, 1, labels]` and predictions `[batch, …, outputs, labels]`.
   */
  readonly values: (yTrue: Tensor, yPred: Tensor, parameters: ValuesOf<P>, context: RowContext) => Tensor;
  /** Predictions for which the loss of these labels is lowest (to the rounding of a clip), where there are such. */
  readonly perfect?: (yTrue: Tensor, classes: number) => Tensor;
  /** Present where the loss is a function of one number. */
  readonly sketch?: Sketch<P>;
}

/** The parameters with a meaning of their own in the wrapper; a record has those that make sense for it. */
export interface SharedParameters {
  readonly fromLogits?: boolean;
  readonly labelSmoothing?: number;
  readonly axis?: AxesValue;
  readonly ignoreClass?: number;
}
