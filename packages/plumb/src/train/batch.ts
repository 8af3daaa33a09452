/** What one step of a model is given and what it gives: the seam at which a model of one's own learns in its own way. */
import type { Tensor } from "../tensor/index.ts";
import type { Forward } from "./model.ts";

/** The rows of one step, as tensors of the program that is being compiled: they have shapes and dtypes, but no values yet. */
export interface Batch {
  /** `[rows, …]`. */
  readonly x: Tensor;
  /** `[rows, …]`. */
  readonly y: Tensor;
  /** How much each row counts in the loss, `[rows]`; undefined when all count 1. */
  readonly sampleWeight?: Tensor;
  /**
   * The compiled loss of predictions for these rows, with the penalties of regularizers: a float32 scalar.
   *
   * Given what `model.forward` gives, a cross-entropy behind a softmax or sigmoid is computed from the logits; given a
   * tensor, from that tensor as it stands.
   */
  loss(predictions: Forward | Tensor): Tensor;
}

/** What a step says about its batch. */
export interface StepOutput {
  /** The loss: a scalar. The log of an epoch has its mean, each batch counting by its rows. */
  readonly loss: Tensor;
  /** What the metrics see. Left out, they see nothing of this step. */
  readonly predictions?: Forward | Tensor;
  /** More scalars to follow, by name; averaged as the loss is. */
  readonly logs?: Readonly<Record<string, Tensor>>;
}
