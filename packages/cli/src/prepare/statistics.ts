/** Statistics of the training part, in double. */

export interface Moments {
  readonly mean: number;
  /** The population's: the root of the mean squared distance from the mean. */
  readonly deviation: number;
  /** Whether all values are equal. Rounding can leave a deviation of 1e-17 there, which must not be divided by. */
  readonly constant: boolean;
}

/** Mean and deviation in two passes, so that a large mean costs no digits. */
export function moments(values: Float64Array): Moments {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const constant = values.every((value) => value === values[0]);
  return { mean, deviation: constant ? 0 : Math.sqrt(squares / values.length), constant };
}

/** The middle value; of an even number of values, the mean of the two in the middle. */
export function median(values: Float64Array): number {
  const sorted = values.slice().sort();
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

/** How often each code occurs in `rows`, and how many rows have none. */
export function frequencies(
  codes: Int32Array,
  size: number,
  rows: Int32Array,
): { counts: Int32Array; missing: number } {
  const counts = new Int32Array(size);
  let missing = 0;
  for (const row of rows) {
    if (codes[row] < 0) missing++;
    else counts[codes[row]]++;
  }
  return { counts, missing };
}
