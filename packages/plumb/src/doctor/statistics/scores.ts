/** How well scores put rows in order, and whether probabilities mean what they say. Plain arrays, float64. */
import { normal95, type Estimate } from "./intervals.ts";

/** Rows from the highest score to the lowest, with places where one score ends and the next begins. */
export interface Ordered {
  readonly rows: Int32Array;
  /** For each place in `rows` whether the next row has another score. */
  readonly ends: Uint8Array;
}

export function ordered(scores: ArrayLike<number>): Ordered {
  const rows = Int32Array.from({ length: scores.length }, (_, row) => row).sort(
    (a, b) => scores[b] - scores[a],
  );
  const ends = Uint8Array.from(rows, (row, i) =>
    i + 1 === rows.length || scores[rows[i + 1]] !== scores[row] ? 1 : 0,
  );
  return { rows, ends };
}

/** The probability that a positive row scores more than a negative one, equals counted half; NaN without either. */
export function rocArea({ rows, ends }: Ordered, isPositive: ArrayLike<boolean | number>): number {
  let [above, area, positives, negatives, equalPositives, equalNegatives] = [0, 0, 0, 0, 0, 0];
  for (let i = 0; i < rows.length; i++) {
    if (isPositive[rows[i]]) equalPositives += 1;
    else equalNegatives += 1;
    if (ends[i] === 0) continue;
    area += equalNegatives * (above + equalPositives / 2);
    above += equalPositives;
    positives += equalPositives;
    negatives += equalNegatives;
    [equalPositives, equalNegatives] = [0, 0];
  }
  return area / (positives * negatives);
}

/**
 * An area under the ROC curve with its interval: at each end the wider of two. DeLong, DeLong and Clarke-Pearson's variance
 * (1988) on the scale of logits, which follows scores of any shape but knows nothing where the area is 1; and Hanley and
 * McNeil's (1982) taken at the end of the interval and not at the value (Newcombe, Confidence intervals for an effect size
 * measure based on the Mann-Whitney statistic, 2006), which is right there and takes both classes for equally spread.
 */
export function rocAreaEstimate(order: Ordered, isPositive: ArrayLike<boolean | number>): Estimate {
  const value = rocArea(order, isPositive);
  if (Number.isNaN(value)) return { value, low: 0, high: 1 };
  const { standardError, positives, negatives } = placements(order, isPositive, value);
  const steady = byNewcombe(value, positives, negatives);
  const free = onLogits(value, standardError);
  return { value, low: Math.min(steady.low, free.low), high: Math.max(steady.high, free.high) };
}

/** The interval of a share on the scale of its logit, where it is nearer to normal; of 0 and 1 nothing but the value. */
export function onLogits(value: number, standardError: number): Estimate {
  if (!(value > 0 && value < 1)) return { value, low: value, high: value };
  const [logit, half] = [Math.log(value / (1 - value)), (normal95 * standardError) / (value * (1 - value))];
  const [low, high] = [logit - half, logit + half].map((at) => 1 / (1 + Math.exp(-at)));
  return { value, low, high };
}

/** DeLong's standard error: each row's share of rows of the other class on the right side of it varies around the area. */
function placements({ rows, ends }: Ordered, isPositive: ArrayLike<boolean | number>, area: number) {
  let [positives, negatives] = [0, 0];
  for (const row of rows) {
    if (isPositive[row]) positives += 1;
    else negatives += 1;
  }
  let [above, below, ofPositives, ofNegatives] = [0, negatives, 0, 0];
  for (let from = 0; from < rows.length;) {
    let [to, equalPositives] = [from, 0];
    for (; to === from || ends[to - 1] === 0; to++) if (isPositive[rows[to]]) equalPositives += 1;
    const equalNegatives = to - from - equalPositives;
    below -= equalNegatives;
    ofPositives += equalPositives * ((below + equalNegatives / 2) / negatives - area) ** 2;
    ofNegatives += equalNegatives * ((above + equalPositives / 2) / positives - area) ** 2;
    above += equalPositives;
    from = to;
  }
  const variance = (sum: number, count: number): number => (count > 1 ? sum / (count - 1) / count : Infinity);
  const standardError = Math.sqrt(variance(ofPositives, positives) + variance(ofNegatives, negatives));
  return { standardError, positives, negatives };
}

/** The ends at which the value is as far away as the interval is wide there. */
function byNewcombe(value: number, positives: number, negatives: number): Estimate {
  const deviation = (area: number): number => {
    const [q1, q2] = [area / (2 - area), (2 * area * area) / (1 + area)];
    const variance =
      area * (1 - area) + (positives - 1) * (q1 - area * area) + (negatives - 1) * (q2 - area * area);
    return Math.sqrt(Math.max(0, variance) / (positives * negatives));
  };
  const end = (side: 0 | 1): number => {
    let [near, far] = [value, side as number];
    for (let i = 0; i < 60; i++) {
      const middle = (near + far) / 2;
      if (Math.abs(middle - value) <= normal95 * deviation(middle)) near = middle;
      else far = middle;
    }
    return near;
  };
  return { value, low: end(0), high: end(1) };
}

/** Average precision: the mean, over positive rows, of the precision at their score. Rows count as often as `times` says. */
export function averagePrecision(
  { rows, ends }: Ordered,
  isPositive: ArrayLike<boolean | number>,
  times: ArrayLike<number>,
): number {
  let [right, named, area, before] = [0, 0, 0, 0];
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i];
    named += times[row];
    if (isPositive[row]) right += times[row];
    if (ends[i] === 0 || right === before) continue;
    area += (right - before) * (right / named);
    before = right;
  }
  return right === 0 ? NaN : area / right;
}

/** A group of rows that were about equally sure. */
export interface Bin {
  readonly count: number;
  /** The mean of what was said. */
  readonly said: number;
  /** The share that came true. */
  readonly right: number;
}

/** So many groups from 0 to 1, each with its lower edge, as the metric ExpectedCalibrationError has them. */
export const calibrationBins = 15;

/** Rows grouped by what was said of them. */
export function binned(
  said: ArrayLike<number>,
  isRight: ArrayLike<boolean | number>,
  times?: ArrayLike<number>,
): Bin[] {
  // A confidence of 1 has a group of its own.
  const [count, sum, right] = [0, 1, 2].map(() => new Float64Array(calibrationBins + 1));
  for (let row = 0; row < said.length; row++) {
    const weight = times === undefined ? 1 : times[row];
    const bin = Math.min(calibrationBins, Math.max(0, Math.floor(said[row] * calibrationBins)));
    count[bin] += weight;
    sum[bin] += weight * said[row];
    if (isRight[row]) right[bin] += weight;
  }
  return Array.from(count, (of, bin) => ({ count: of, said: sum[bin] / of, right: right[bin] / of })).filter(
    (bin) => bin.count > 0,
  );
}

/** Expected calibration error: the mean distance, over rows, of what was said in their group from what came true. */
export function calibrationError(bins: readonly Bin[]): number {
  const rows = bins.reduce((sum, { count }) => sum + count, 0);
  return bins.reduce((sum, { count, said, right }) => sum + (count / rows) * Math.abs(said - right), 0);
}
