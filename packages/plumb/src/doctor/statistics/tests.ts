/** Tests of hypotheses: how often chance alone would show as much, or more. */
import { twoSided } from "./intervals.ts";

/**
 * Whether a sequence of two kinds changes as often as chance would have it: the probability of a number of runs as far from
 * what is expected. Wald and Wolfowitz, On a test whether two samples are from the same population, 1940. 1 where one kind
 * is absent.
 */
export function runsTest(isFirst: ArrayLike<boolean | number>): number {
  let [first, runs] = [0, isFirst.length > 0 ? 1 : 0];
  for (let i = 0; i < isFirst.length; i++) {
    if (isFirst[i]) first += 1;
    if (i > 0 && Boolean(isFirst[i]) !== Boolean(isFirst[i - 1])) runs += 1;
  }
  const second = isFirst.length - first;
  if (first === 0 || second === 0) return 1;
  const n = first + second;
  const expected = 1 + (2 * first * second) / n;
  const variance = ((expected - 1) * (expected - 2)) / (n - 1);
  return variance <= 0 ? 1 : twoSided((runs - expected) / Math.sqrt(variance));
}

/** The probability of at least so many successes in a number of trials that succeed with a probability each. */
export function binomialTail(successes: number, trials: number, probability: number): number {
  const odds = Math.log(probability) - Math.log1p(-probability);
  // From no success on, each term by the one before; logarithms, since (1 − p)^n may be below any number.
  let [term, below] = [trials * Math.log1p(-probability), 0];
  for (let k = 0; k < successes; k++) {
    below += Math.exp(term);
    term += odds + Math.log((trials - k) / (k + 1));
  }
  // What is left of 1 is rounding where the tail is short: it is added up by itself then.
  if (below < 0.5) return 1 - below;
  let above = 0;
  for (let k = successes; k <= trials; k++) {
    above += Math.exp(term);
    term += odds + Math.log((trials - k) / (k + 1));
  }
  return above;
}

/** The largest distance between two distributions, of ascending values, and the probability that chance gives as much. */
export interface Distance {
  readonly distance: number;
  readonly probability: number;
}

/**
 * Kolmogorov and Smirnov's distance of two samples, both ascending, with the limit of its distribution (Smirnov, 1948):
 * 2 Σ (−1)^(k−1) exp(−2 k² λ²), λ = d √(nm / (n + m)).
 */
export function kolmogorovSmirnov(a: ArrayLike<number>, b: ArrayLike<number>): Distance {
  let [i, j, distance] = [0, 0, 0];
  while (i < a.length && j < b.length) {
    const value = Math.min(a[i], b[j]);
    while (i < a.length && a[i] === value) i += 1;
    while (j < b.length && b[j] === value) j += 1;
    distance = Math.max(distance, Math.abs(i / a.length - j / b.length));
  }
  const effective = Math.sqrt((a.length * b.length) / (a.length + b.length));
  // Stephens' correction for small samples.
  const lambda = distance * (effective + 0.12 + 0.11 / effective);
  let probability = 0;
  for (let k = 1; k <= 100; k++) {
    const term = 2 * (k % 2 === 1 ? 1 : -1) * Math.exp(-2 * k * k * lambda * lambda);
    probability += term;
    if (Math.abs(term) < 1e-12) break;
  }
  return { distance, probability: lambda < 0.2 ? 1 : Math.min(1, Math.max(0, probability)) };
}

/**
 * Whether two counts of classes come from the same shares: Pearson's χ² with Wilson and Hilferty's normal limit. Classes
 * that are absent in both are left out.
 */
export function sameShares(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const total = (of: ArrayLike<number>): number => Array.from(of).reduce((sum, count) => sum + count, 0);
  const [n, m] = [total(a), total(b)];
  let [chi, classes] = [0, 0];
  for (let k = 0; k < a.length; k++) {
    const both = a[k] + b[k];
    if (both === 0) continue;
    classes += 1;
    for (const [count, size] of [
      [a[k], n],
      [b[k], m],
    ]) {
      const expected = (both * size) / (n + m);
      chi += (count - expected) ** 2 / expected;
    }
  }
  const freedom = classes - 1;
  if (freedom < 1 || n === 0 || m === 0) return 1;
  const z = (Math.cbrt(chi / freedom) - (1 - 2 / (9 * freedom))) / Math.sqrt(2 / (9 * freedom));
  return z <= 0 ? 1 : twoSided(z) / 2;
}
