/** A step length along a direction that satisfies the strong Wolfe conditions. */
import { axpy, dot } from "./vectors.ts";

/** A point, and loss and gradient there. */
export interface Evaluation {
  readonly point: Float64Array;
  readonly loss: number;
  readonly gradient: Float64Array;
}

/** A point on the line: how far along, and the slope of the loss there in the direction of the line. */
interface Trial extends Evaluation {
  readonly length: number;
  readonly slope: number;
}

/** The loss falls by this share, at least, of what its slope promises. */
const decrease = 1e-4;
/** The slope falls to this share of the first, at most. */
const flatten = 0.9;

/**
 * The point a along `direction` with φ(a) ≤ φ(0) + 10⁻⁴ a φ'(0) and |φ'(a)| ≤ 0.9 |φ'(0)|: bracketing, then zooming in by
 * cubic interpolation. Nocedal and Wright, Numerical Optimization, 2006, algorithms 3.5 and 3.6.
 *
 * When the evaluations are used up, the best point that satisfies the first condition; undefined if there is none, or if
 * the direction does not go down.
 */
export async function strongWolfe(
  from: Evaluation,
  direction: Float64Array,
  first: number,
  maxEvaluations: number,
  evaluate: (point: Float64Array) => Promise<Evaluation>,
): Promise<Evaluation | undefined> {
  const start: Trial = { ...from, length: 0, slope: dot(from.gradient, direction) };
  if (!(start.slope < 0)) return undefined;
  let best: Trial | undefined;
  let left = maxEvaluations;
  const tryAt = async (length: number): Promise<Trial> => {
    left--;
    const point = from.point.slice();
    axpy(length, direction, point);
    const found = await evaluate(point);
    const trial = { ...found, length, slope: dot(found.gradient, direction) };
    if (falls(trial, start) && !(best && best.loss <= trial.loss)) best = trial;
    return trial;
  };

  // Bracket: lengthen until the loss rises or flattens out.
  let before = start;
  let trial = await tryAt(first);
  while (falls(trial, start) && (before === start || trial.loss < before.loss)) {
    if (Math.abs(trial.slope) <= -flatten * start.slope) return trial;
    if (trial.slope >= 0) break;
    if (left === 0) return best;
    [before, trial] = [trial, await tryAt(2 * trial.length)];
  }

  // Zoom: `low` is the best so far of an interval that contains points satisfying both conditions.
  let [low, high] =
    trial.slope >= 0 && falls(trial, start) && trial.loss < before.loss ? [trial, before] : [before, trial];
  while (left > 0) {
    const length = between(low, high);
    if (length === low.length || length === high.length) break;
    const middle = await tryAt(length);
    if (!falls(middle, start) || middle.loss >= low.loss) high = middle;
    else {
      if (Math.abs(middle.slope) <= -flatten * start.slope) return middle;
      if (middle.slope * (high.length - low.length) >= 0) high = low;
      low = middle;
    }
  }
  return best;
}

/** The first condition: the loss has fallen enough for the way that was gone. NaN has not. */
const falls = (trial: Trial, start: Trial): boolean =>
  trial.loss <= start.loss + decrease * trial.length * start.slope;

/** Where the cubic through both ends has its minimum, kept away from the ends by a tenth; the middle where it has none. */
function between(a: Trial, b: Trial): number {
  const width = b.length - a.length;
  const secant = 3 * ((a.loss - b.loss) / width) + a.slope + b.slope;
  const root = secant * secant - a.slope * b.slope;
  const d = Math.sign(width) * Math.sqrt(root);
  const share = 1 - (b.slope + d - secant) / (b.slope - a.slope + 2 * d);
  return (
    a.length +
    width *
      (share >= 0.1 && share <= 0.9
        ? share
        : Number.isFinite(share)
          ? Math.min(0.9, Math.max(0.1, share))
          : 0.5)
  );
}
