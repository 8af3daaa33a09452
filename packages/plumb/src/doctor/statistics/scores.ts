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
 * The interval of an area under the ROC curve: Hanley and McNeil's variance (1982), taken at the end of the interval and not
 * at the value, as Wilson's interval does; so it says something also where the area is 1 (Newcombe, Confidence intervals for
 * an effect size measure based on the Mann-Whitney statistic, 2006).
 */
export function rocAreaEstimate(value: number, positives: number, negatives: number): Estimate {
  if (Number.isNaN(value)) return { value, low: 0, high: 1 };
  const deviation = (area: number): number => {
    const [q1, q2] = [area / (2 - area), (2 * area * area) / (1 + area)];
    const variance =
      area * (1 - area) + (positives - 1) * (q1 - area * area) + (negatives - 1) * (q2 - area * area);
    return Math.sqrt(Math.max(0, variance) / (positives * negatives));
  };
  // The end on a side: where the value is as far away as the interval is wide there.
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
