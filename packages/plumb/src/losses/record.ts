import type { Contract } from "../base/contract.ts";
import type { Parameters, ValuesOf } from "../base/parameters.ts";
import type { Tensor } from "../tensor/index.ts";

/**
 * Everything there is to say about one loss. The class, the function, the strings, the checks, the table of the docs and
 * the contract tests are derived from it.
 */
export interface LossRecord<P extends Parameters = Parameters> {
  /** Keras's class name. */
  readonly name: string;
  /** Short names beside the derived spellings. */
  readonly aliases?: readonly string[];
  /** The formula of one row. */
  readonly formula: string;
  /** Paper or textbook, and which variant. */
  readonly source?: string;
  /** The record's own parameters. `fromLogits`, `labelSmoothing`, `axis` and `ignoreClass` mean the same everywhere. */
  readonly parameters: P;
  readonly contract: Contract;
  /**
   * The loss of each row: predictions `[batch, …, axis]` to `[batch, …]`. Labels arrive aligned, smoothed and in the
   * dtype of the predictions; class indices as int32 without the class axis.
   */
  readonly values: (yTrue: Tensor, yPred: Tensor, parameters: ValuesOf<P>) => Tensor;
  /** Predictions for which the loss of these labels is 0 (to the rounding of a clip), where there are such. */
  readonly perfect?: (yTrue: Tensor, classes: number) => Tensor;
}

/** The parameters with a meaning of their own in the wrapper; a record has those that make sense for it. */
export interface SharedParameters {
  readonly fromLogits?: boolean;
  readonly labelSmoothing?: number;
  readonly axis?: number;
  readonly ignoreClass?: number;
}
