/**
 * Focal cross-entropies: each element's cross-entropy times (1 − p_t)^gamma, p_t being the probability given to what is
 * true, so that what is easy hardly counts. Lin, Goyal, Girshick, He and Dollár, 2017.
 *
 * From logits the factor is e^(gamma · log(1 − p_t)) with the logarithm taken from the logits: a power of a difference
 * that rounded to 0 has the gradient ∞ · 0 for gamma below 1.
 */
import { arange, where, type Tensor } from "../tensor/index.ts";
import { binaryFromLogits, binaryFromProbabilities, clipProbability } from "./crossentropy.ts";
import { logSigmoid } from "./sigmoids.ts";
import { logSoftmax, logSumExp, softmax } from "./softmax.ts";

/** Stands for log 0; finite, so that no gradient is ∞ · 0. */
const never = -1e30;

/** What is believed of the wrong side, 1 − p_t, of labels that may be soft. */
const mistrust = (y: Tensor, p: Tensor): Tensor => {
  const right = y.mul(p).add(y.neg().add(1).mul(p.neg().add(1)));
  return right.neg().add(1);
};

/** (1 − p_t)^gamma times the clipped cross-entropy, from probabilities. */
export const binaryFocalFromProbabilities = (y: Tensor, p: Tensor, gamma: number): Tensor =>
  mistrust(y, p).pow(gamma).mul(binaryFromProbabilities(y, p));

/** The same from logits, in powers: what Keras computes, for any labels. */
export function binaryFocalFromLogitsInPowers(y: Tensor, x: Tensor, gamma: number): Tensor {
  const wrong = y.mul(x.neg().sigmoid()).add(y.neg().add(1).mul(x.sigmoid()));
  return wrong.pow(gamma).mul(binaryFromLogits(y, x));
}

/** The same from logits, in logarithms: exact for logits of any size; labels in [0, 1]. */
export const binaryFocalFromLogits = (y: Tensor, x: Tensor, gamma: number): Tensor =>
  logMistrust(y, x).mul(gamma).exp().mul(binaryFromLogits(y, x));

/** log(y sigmoid(−x) + (1 − y) sigmoid(x)), by the larger of the two parts that are there at all. */
function logMistrust(y: Tensor, x: Tensor): Tensor {
  const yes = logSigmoid(x.neg());
  const no = logSigmoid(x);
  const [onlyNo, onlyYes] = [y.equal(0), y.equal(1)];
  const largest = where(onlyNo, no, where(onlyYes, yes, yes.maximum(no))).stopGradient();
  const part = (absent: Tensor, log: Tensor): Tensor => where(absent, 0, log.sub(largest)).exp();
  const sum = y.mul(part(onlyNo, yes)).add(y.neg().add(1).mul(part(onlyYes, no)));
  return sum.log().add(largest);
}

/** −y (1 − p)^gamma log p of each class; rows are scaled to sum 1 and clipped, as Keras does. */
export function categoricalFocalFromProbabilities(y: Tensor, p: Tensor, gamma: number, axis: number): Tensor {
  const clipped = clipProbability(p.div(p.sum(axis, { keepDims: true })));
  return y.neg().mul(clipped.log()).mul(clipped.neg().add(1).pow(gamma));
}

/** The same from logits by way of clipped probabilities: what Keras computes. */
export const categoricalFocalFromLogitsClipped = (
  y: Tensor,
  x: Tensor,
  gamma: number,
  axis: number,
): Tensor => categoricalFocalFromProbabilities(y, softmax(x, axis), gamma, axis);

/**
 * The same from logits, in logarithms. 1 − p_k is the sum of the other classes' shares: log(1 − p) of the leading class
 * is taken from those others, of every other class from p itself, which is at most ½ there.
 */
export function categoricalFocalFromLogits(y: Tensor, x: Tensor, gamma: number, axis: number): Tensor {
  const logP = logSoftmax(x, axis);
  return y
    .neg()
    .mul(logP)
    .mul(logOfOthers(x, logP, axis).mul(gamma).exp());
}

/** log(1 − p) of each class. A class that stands alone in its row has no others: far below every logarithm. */
function logOfOthers(x: Tensor, logP: Tensor, axis: number): Tensor {
  const along = x.shape.map((extent, k) => (k === (axis < 0 ? axis + x.rank : axis) ? extent : 1));
  const places = arange(x.shape.at(axis)!).reshape(along);
  const leads = places.equal(x.argmax(axis).expandDims(axis));
  const others = where(leads, never, logP);
  const rest = logSumExp(others, axis, { keepDims: true });
  return where(leads, rest, where(leads, 0, logP.exp()).neg().log1p());
}
