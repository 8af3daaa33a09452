/** How sure a number is: standard errors and intervals. Everything in float64, of plain arrays. */

/** A value with the ends of an interval that holds the true one in 95 of 100 samples. */
export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** Standard deviations from the mean to either end of an interval of 95%. */
export const normal95 = 1.959963984540054;

/** The mean, and its standard error: s / √n with s² = Σ(x − mean)² / (n − 1). Of fewer than two values the error is infinite. */
export function meanOf(values: ArrayLike<number>): { readonly mean: number; readonly standardError: number } {
  const n = values.length;
  let mean = 0;
  let squares = 0;
  for (let i = 0; i < n; i++) {
    const away = values[i] - mean;
    mean += away / (i + 1);
    squares += away * (values[i] - mean);
  }
  return { mean: n === 0 ? NaN : mean, standardError: n < 2 ? Infinity : Math.sqrt(squares / (n - 1) / n) };
}

/**
 * A share of successes with its interval: Wilson, Probable inference, the law of succession, and statistical inference,
 * 1927. It stays within [0, 1], and says something also where all or none succeeded.
 */
export function shareOf(successes: number, trials: number): Estimate {
  if (trials === 0) return { value: NaN, low: 0, high: 1 };
  const [n, z] = [trials, normal95];
  const p = successes / n;
  const middle = p + (z * z) / (2 * n);
  const width = z * Math.sqrt((p * (1 - p)) / n + (z * z) / (4 * n * n));
  const whole = 1 + (z * z) / n;
  return {
    value: p,
    low: Math.max(0, (middle - width) / whole),
    high: Math.min(1, (middle + width) / whole),
  };
}

/** The probability that a standard normal number is further from 0 than |z|, to 1.2e-7 of itself (Numerical Recipes, erfc). */
export function twoSided(z: number): number {
  const x = Math.abs(z) / Math.SQRT2;
  const t = 1 / (1 + x / 2);
  const coefficients = [
    0.17087277, -0.82215223, 1.48851587, -1.13520398, 0.27886807, -0.18628806, 0.09678418, 0.37409196,
    1.00002368, -1.26551223,
  ];
  return t * Math.exp(-x * x + coefficients.reduce((sum, coefficient) => sum * t + coefficient, 0));
}
