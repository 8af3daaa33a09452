/** Samples of the rows, drawn with replacement: how far a number would move on other rows of the same kind. */
import { keyOf, threefry2x32 } from "../../base/seed.ts";
import { normal95, type Estimate } from "./intervals.ts";
import { quantile } from "./robust.ts";

/** So many rows are drawn in all at most, and so many samples at least and at most. */
const [mostDraws, fewest, most] = [4e6, 60, 1000];

/** The seed of all samples: the same question has the same answer. */
const [key0, key1] = keyOf(0x626f6f74);

/**
 * What a number is on samples of the rows, ascending: Efron, Bootstrap methods: another look at the jackknife, 1979.
 * `numberOf` is given how often each row was drawn; where it answers NaN (a class that was not drawn) the sample is left out.
 */
export function resampled(rows: number, numberOf: (times: Float64Array) => number): Float64Array {
  const samples = Math.max(fewest, Math.min(most, Math.floor(mostDraws / rows)));
  const times = new Float64Array(rows);
  return Float64Array.from({ length: samples }, (_, sample) => {
    times.fill(0);
    for (let i = 0; i < rows; i += 2) {
      const words = threefry2x32(key0, key1, i, sample);
      times[rowOf(words[0], rows)] += 1;
      if (i + 1 < rows) times[rowOf(words[1], rows)] += 1;
    }
    return numberOf(times);
  })
    .filter((value) => !Number.isNaN(value))
    .sort();
}

const rowOf = (word: number, rows: number): number => Math.floor(((word >>> 0) / 2 ** 32) * rows);

/**
 * A number with its interval by samples of the rows, each end mirrored at the value: what samples add to a biased number,
 * the rows have added already (Davison and Hinkley, Bootstrap methods, 1997, 5.2). It stays within `range`.
 */
export function resampledEstimate(
  rows: number,
  numberOf: (times: Float64Array) => number,
  [lowest, highest]: readonly [number, number],
): Estimate {
  const value = numberOf(new Float64Array(rows).fill(1));
  const values = resampled(rows, numberOf);
  if (values.length === 0) return { value, low: lowest, high: highest };
  const within = (end: number): number => Math.min(highest, Math.max(lowest, end));
  return {
    value,
    low: Math.min(value, within(2 * value - quantile(values, 0.975))),
    high: Math.max(value, within(2 * value - quantile(values, 0.025))),
  };
}

/** A value with an interval of 95% by its standard error, as of a normal number, within a range. */
export const normalEstimate = (
  value: number,
  standardError: number,
  [lowest, highest]: readonly [number, number] = [-Infinity, Infinity],
): Estimate => ({
  value,
  low: Math.max(lowest, value - normal95 * standardError),
  high: Math.min(highest, value + normal95 * standardError),
});
