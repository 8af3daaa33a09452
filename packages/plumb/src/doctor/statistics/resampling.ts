/** Samples of the rows, drawn with replacement: how far a number would move on other rows of the same kind. */
import { meanOf, normal95, type Estimate } from "./intervals.ts";

/** So many rows are drawn in all at most, and so many samples at least and at most. */
const [mostDraws, fewest, most] = [2e6, 100, 400];

/** So many rows are enough to draw from: callers with more give a sample, and say so. */
export const rowsToResample = 20_000;

/**
 * What a number is on samples of the rows, ascending: Efron, Bootstrap methods: another look at the jackknife, 1979.
 * `numberOf` is given how often each row was drawn; where it answers NaN (a class that was not drawn) the sample is left out.
 */
export function resampled(rows: number, numberOf: (times: Float64Array) => number): Float64Array {
  const samples = Math.max(fewest, Math.min(most, Math.floor(mostDraws / rows)));
  const times = new Float64Array(rows);
  // The same question has the same answer: all samples come from one seed.
  const next = randomNumbers(0x626f6f74);
  return Float64Array.from({ length: samples }, () => {
    times.fill(0);
    for (let i = 0; i < rows; i++) times[Math.floor(next() * rows)] += 1;
    return numberOf(times);
  })
    .filter((value) => !Number.isNaN(value))
    .sort();
}

/** Numbers from 0 to below 1, 32 bits each: Marsaglia, Xorshift RNGs, 2003 (13, 17, 5); a few nanoseconds each. */
export function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

/** The standard deviation of a number over samples of the rows: its standard error. 0 of fewer than two samples. */
export function resampledError(rows: number, numberOf: (times: Float64Array) => number): number {
  const values = resampled(rows, numberOf);
  return values.length < 2 ? 0 : meanOf(values).standardError * Math.sqrt(values.length);
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
