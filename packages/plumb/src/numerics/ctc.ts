/**
 * Connectionist temporal classification: how probable a sequence of classes is, summed over all the ways in which it can
 * be spread over the time steps. Graves, Fernández, Gomez and Schmidhuber, 2006.
 */
import {
  arange,
  concat,
  expNonPositive,
  stack,
  where,
  zeros,
  zerosLike,
  type Tensor,
} from "../tensor/index.ts";
import { logSoftmax } from "./softmax.ts";

/** The logarithm of 0, finite so that no gradient is ∞ · 0; it stays below every path of logits up to 1e25. */
const never = -1e30;

/** log Σ exp of finite parts, element by element. */
function logAddExp(parts: readonly Tensor[]): Tensor {
  const largest = parts.reduce((a, b) => a.maximum(b)).stopGradient();
  const powers = parts.map((part) => expNonPositive(part.sub(largest)));
  return powers
    .reduce((a, b) => a.add(b))
    .log()
    .add(largest);
}

/**
 * −log of the probability of each sequence. `labels`: int32 `[batch, length]`, classes 1 … K−1, filled up with 0 at the
 * end; `logits`: `[batch, steps, K]`, class 0 being the blank. Gives `[batch]`.
 *
 * Every class is written with a blank before and after it: s = 0 … 2 · length. A path may stay, go on by one, or skip the
 * blank between two different classes; alpha(t, s) is the log-probability of all paths that are at s after step t.
 * A sequence that does not fit into the steps costs about 1e30.
 */
export function ctcError(labels: Tensor, logits: Tensor): Tensor {
  const [batch, length] = labels.shape;
  const steps = logits.shape[1];
  const places = 2 * length + 1;
  const written = concat(
    [stack([zerosLike(labels), labels], -1).reshape([batch, 2 * length]), zeros([batch, 1], "int32")],
    1,
  );
  const costs = logSoftmax(logits).takeAlong(written.expandDims(1).broadcastTo([batch, steps, places]), 2);
  const at = (step: number): Tensor => costs.slice([0, step, 0], [batch, 1, places]).squeeze(1);
  // What stands one and two places before each place, with `fill` before the first.
  const before = (x: Tensor, fill: number): readonly Tensor[] => {
    const padded = x.pad(
      [
        [0, 0],
        [2, 0],
      ],
      fill,
    );
    return [1, 0].map((from) => padded.slice([0, from], [batch, places]));
  };

  // Two places before a blank stands a blank, before a class the last one: only differing classes can be next neighbours.
  const skips = written.notEqual(before(written, 0)[1]);
  let alpha = where(arange(places).less(2), at(0), never);
  for (let step = 1; step < steps; step++) {
    const [one, two] = before(alpha, never);
    alpha = logAddExp([alpha, one, where(skips, two, never)]).add(at(step));
  }

  // A path ends on the last class or on the blank after it; an empty sequence on the blank alone.
  const lengths = labels.notEqual(0).cast("int32").sum(1, { keepDims: true });
  const last = lengths.mul(2);
  const onBlank = alpha.takeAlong(last, 1).squeeze(1);
  const onClass = where(lengths.equal(0), never, alpha.takeAlong(last.sub(1).maximum(0), 1)).squeeze(1);
  return logAddExp([onBlank, onClass]).neg();
}
