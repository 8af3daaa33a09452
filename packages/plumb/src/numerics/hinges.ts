/** Margins: how far predictions are from being right by more than enough; losses and metrics average them. */
import { where, type Tensor } from "../tensor/index.ts";

/** max(z, 0), with the gradient of the upper side at 0 (as TensorFlow has it): a margin that is just met still pulls. */
const atLeastZero = (z: Tensor): Tensor => where(z.less(0), 0, z);

/** Labels −1 and 1 from such or, if all of them are 0 or 1, from these: 2 y − 1. */
export function signsOf(yTrue: Tensor): Tensor {
  const zeroOne = yTrue.equal(0).logicalOr(yTrue.equal(1)).all();
  return where(zeroOne, yTrue.mul(2).sub(1), yTrue);
}

/** max(1 − y p, 0) for labels y of −1 and 1: 0 from the margin 1 on. */
export const hingeError = (signs: Tensor, yPred: Tensor): Tensor =>
  atLeastZero(signs.mul(yPred).neg().add(1));

/** max(1 + the best score of a wrong class − the score of the right one, 0) along the axis, for one-hot labels. */
export function categoricalHingeError(yTrue: Tensor, yPred: Tensor, axis: number): Tensor {
  const right = yTrue.mul(yPred).sum(axis);
  const best = yTrue.neg().add(1).mul(yPred).max(axis);
  return atLeastZero(best.sub(right).add(1));
}
