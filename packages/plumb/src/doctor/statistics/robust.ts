/** Numbers that a few wild values do not move. */

/** The values that are numbers, ascending. */
export const sorted = (values: ArrayLike<number>): Float64Array =>
  Float64Array.from(values)
    .filter((value) => !Number.isNaN(value))
    .sort();

/** The value below which a share of ascending values lies, between neighbours in proportion; NaN of none. */
export function quantile(ascending: ArrayLike<number>, share: number): number {
  if (ascending.length === 0) return NaN;
  const at = share * (ascending.length - 1);
  const [below, above] = [ascending[Math.floor(at)], ascending[Math.ceil(at)]];
  return below === above ? below : below + (above - below) * (at - Math.floor(at));
}

export const median = (values: ArrayLike<number>): number => quantile(sorted(values), 0.5);

/** The median distance from the median. 1.4826 times it is the standard deviation where values are normal. */
export function medianDeviation(values: ArrayLike<number>): number {
  const middle = median(values);
  return median(Float64Array.from(values, (value) => Math.abs(value - middle)));
}

/** From median distance to standard deviation, for normal values. */
export const normalDeviation = 1.4826;
