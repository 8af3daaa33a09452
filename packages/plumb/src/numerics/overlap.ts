/** How much two soft sets overlap, from 0 to 1, summed over axes; losses and metrics take 1 minus it, or it. */
import type { Tensor } from "../tensor/index.ts";

/** Keeps the overlap of two empty sets at 0 / 1e-7 = 0, as Keras has it. */
const epsilon = 1e-7;

/** 2 Σ y p / (Σ y + Σ p): the share of both sets that is common. */
export function diceOverlap(y: Tensor, p: Tensor, axes: readonly number[]): Tensor {
  const common = y.mul(p).sum(axes);
  return common.mul(2).div(y.sum(axes).add(p.sum(axes)).add(epsilon));
}

/** Σ y p / (Σ y p + missed · Σ y (1 − p) + invented · Σ (1 − y) p). */
export function tverskyOverlap(
  y: Tensor,
  p: Tensor,
  axes: readonly number[],
  { missed, invented }: { readonly missed: number; readonly invented: number },
): Tensor {
  const common = y.mul(p).sum(axes);
  const misses = y.mul(p.neg().add(1)).sum(axes);
  const inventions = y.neg().add(1).mul(p).sum(axes);
  return common.div(common.add(misses.mul(missed)).add(inventions.mul(invented)).add(epsilon));
}
