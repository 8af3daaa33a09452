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

/**
 * The least-squares slope of log y over log x: the power of x that y grows with.
 * @param {readonly number[]} xs
 * @param {readonly number[]} ys
 */
export function slope(xs, ys) {
  const mean = (/** @type {readonly number[]} */ values) =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const [u, v] = [xs.map(Math.log), ys.map(Math.log)];
  const [meanU, meanV] = [mean(u), mean(v)];
  const both = u.reduce((sum, value, i) => sum + (value - meanU) * (v[i] - meanV), 0);
  return both / u.reduce((sum, value) => sum + (value - meanU) ** 2, 0);
}
