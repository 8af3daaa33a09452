/** What one step of a model is given and what it gives: the seam at which a model of one's own learns in its own way. */
import type { Tensor } from "../tensor/index.ts";
import type { Structure } from "./places.ts";

/**
 * The rows of one step, as tensors of the program that is being compiled: they have shapes and dtypes, but no values yet.
 * Of a model with several inputs or outputs, `x`, `y` and `sampleWeight` are lists or objects, as the model declares them.
 */
export interface Batch<X extends Structure<Tensor> = Tensor, Y extends Structure<Tensor> = Tensor> {
  /** `[rows, …]`. */
  readonly x: X;
  /** `[rows, …]`. */
  readonly y: Y;
  /** How much each row counts in the loss, `[rows]`; undefined when all count 1. */
  readonly sampleWeight?: Y;
  /**
   * The compiled loss of predictions for these rows, with the penalties of regularizers: a float32 scalar. Of several
   * outputs it is the sum of their losses, each times its weight.
   *
   * Masks that came with the predictions count. A cross-entropy behind a softmax or sigmoid that a layer ended in is
   * computed from the logits; behind anything else, from the tensor as it stands.
   */
  loss(predictions: Structure<Tensor>): Tensor;
}

/** What a step says about its batch. */
export interface StepOutput {
  /** The loss: a scalar. The log of an epoch has its mean, each batch counting by its rows. */
  readonly loss: Tensor;
  /** What the metrics see, in the form that the model gives. Left out, they see nothing of this step. */
  readonly predictions?: Structure<Tensor>;
  /** More scalars to follow, by name; averaged as the loss is. */
  readonly logs?: Readonly<Record<string, Tensor>>;
}
