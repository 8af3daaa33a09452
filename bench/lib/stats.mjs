/**
 * The value below which a share `q` of the sample lies, between neighbours by proportion.
 * @param {readonly number[]} sample
 * @param {number} q
 */
export function quantile(sample, q) {
  const sorted = sample.toSorted((a, b) => a - b);
  const at = q * (sorted.length - 1);
  const below = sorted[Math.floor(at)];
  return below + (sorted[Math.ceil(at)] - below) * (at % 1);
}

/** @param {readonly number[]} sample */
export const median = (sample) => quantile(sample, 0.5);

/**
 * Half of all rounds lie this near the median: the interquartile range as a share of it.
 * @param {readonly number[]} sample
 */
export const spread = (sample) => (quantile(sample, 0.75) - quantile(sample, 0.25)) / median(sample);
