/** The normal distribution. */
import { twoSided } from "./intervals.ts";

/** The number below which a share of a standard normal's numbers lies, by halving; to 1e-9 of twoSided's own error. */
export function normalQuantile(share: number): number {
  if (share < 0.5) return -normalQuantile(1 - share);
  let [low, high] = [0, 40];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (twoSided(middle) / 2 > 1 - share) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
