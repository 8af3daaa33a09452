/**
 * How labels, predictions, weights and masks are laid against each other: one rule for losses and metrics. Ranks that
 * differ by a trailing 1 are aligned, as Keras does. Everything else that would broadcast is an error, because it pairs
 * every label with every prediction and trains to a plausible nonsense.
 */
import { PlumbError } from "../base/errors.ts";
import { broadcastShapes, sameShape, showShape, type Shape } from "../base/shape.ts";
import type { Tensor } from "../tensor/index.ts";

const isColumn = (shape: Shape): boolean => shape[shape.length - 1] === 1;

/** `shape` without the extent at `axis` (negative axes count from the end). */
export function withoutAxis(shape: Shape, axis: number): Shape {
  const at = axis < 0 ? axis + shape.length : axis;
  return shape.filter((_, i) => i !== at);
}

/** Labels that say a class by its number, against rows over the classes: what to write instead when shapes reveal it. */
function shapeHint(labels: Shape, predictions: Shape, takesIndices: boolean): string {
  if (!takesIndices && predictions.length > 0) {
    const rows = withoutAxis(predictions, -1);
    if (sameShape(labels, rows) || sameShape(labels, [...rows, 1]))
      return `If the labels are class indices, use the sparse loss or metric, or one-hot encode them: labels.oneHot(${predictions.at(-1)})`;
  }
  if (takesIndices && sameShape(labels, predictions))
    return "If the labels are one-hot rows, use the loss or metric without Sparse in its name, or give labels.argmax(-1)";
  return `Reshape the labels to ${showShape(takesIndices ? withoutAxis(predictions, -1) : predictions)}, or check the units of the last layer`;
}

const mismatch = (who: string, labels: Shape, predictions: Shape, takesIndices: boolean): PlumbError => {
  const broadcast = broadcastShapes(labels, predictions);
  const expected = takesIndices
    ? `one class index for each row of predictions: ${showShape(withoutAxis(predictions, -1))}`
    : "one label for each prediction";
  return new PlumbError("PL2002", {
    asked: `${who} was to compare labels of shape ${showShape(labels)} with predictions of shape ${showShape(predictions)}`,
    why:
      broadcast === undefined || takesIndices
        ? `It takes ${expected}`
        : `It takes ${expected}; these would broadcast to ${showShape(broadcast)} and compare each label with several predictions`,
    fix: shapeHint(labels, predictions, takesIndices),
  });
};

/**
 * Labels and predictions of one shape. A trailing 1 that only one of them has is added (to rank 1) or dropped.
 * With `broadcast`, shapes that broadcast are let through, as Keras does. Errors: PL2002.
 */
export function alignPair(
  who: string,
  labels: Tensor,
  predictions: Tensor,
  { broadcast = false }: { broadcast?: boolean } = {},
): readonly [labels: Tensor, predictions: Tensor] {
  let [y, p] = [labels, predictions];
  if (p.rank === y.rank + 1 && isColumn(p.shape)) {
    if (y.rank === 1) y = y.expandDims(-1);
    else p = p.squeeze(-1);
  } else if (y.rank === p.rank + 1 && isColumn(y.shape)) {
    if (p.rank === 1) p = p.expandDims(-1);
    else y = y.squeeze(-1);
  }
  const fits = sameShape(y.shape, p.shape) || (broadcast && broadcastShapes(y.shape, p.shape) !== undefined);
  if (!fits) throw mismatch(who, labels.shape, predictions.shape, false);
  return [y, p];
}

/** Class indices of the shape of the predictions without their class axis; a trailing 1 is dropped. Errors: PL2002. */
export function alignIndex(who: string, labels: Tensor, predictions: Tensor, axis = -1): Tensor {
  const rows = withoutAxis(predictions.shape, axis);
  if (predictions.rank > 0 && sameShape(labels.shape, rows)) return labels;
  if (predictions.rank > 0 && sameShape(labels.shape, [...rows, 1])) return labels.squeeze(-1);
  throw mismatch(who, labels.shape, predictions.shape, true);
}

/**
 * Weights (or a mask) of the rank of `shape`, each extent its own or 1. Weights of lower rank belong to the leading axes:
 * `[batch]` weighs whole rows of `[batch, time]`. With `trailing` they belong to the last axes, as Keras's losses have it,
 * and may have more axes than there are rows.
 * Errors: PL2016.
 */
export function alignWeights(
  who: string,
  weights: Tensor,
  shape: Shape,
  { trailing = false, word = "sample weights" }: { trailing?: boolean; word?: string } = {},
): Tensor {
  let aligned = weights;
  if (aligned.rank === shape.length + 1 && isColumn(aligned.shape)) aligned = aligned.squeeze(-1);
  const missing = shape.length - aligned.rank;
  // One loss for a whole batch, and weights per row: Keras repeats the loss for each of them.
  if (trailing && missing < 0 && broadcastShapes(aligned.shape, shape) !== undefined) return aligned;
  if (missing > 0) {
    const ones = new Array<number>(missing).fill(1);
    const leads = !trailing || (missing === 1 && isColumn(shape));
    aligned = aligned.reshape(leads ? [...aligned.shape, ...ones] : [...ones, ...aligned.shape]);
  }
  if (missing >= 0 && aligned.shape.every((extent, axis) => extent === 1 || extent === shape[axis]))
    return aligned;
  throw new PlumbError("PL2016", {
    asked: `${who} was given ${word} of shape ${showShape(weights.shape)} for values of shape ${showShape(shape)}`,
    why: `There must be one for all, one for each row, or one for each value`,
    fix:
      shape.length === 0
        ? `Give one number, or give labels and predictions as columns: [batch, 1]`
        : `Give shape ${showShape(shape.slice(0, 1))} for rows${shape.length > 1 ? ` or ${showShape(shape)} for values` : ""}`,
  });
}
