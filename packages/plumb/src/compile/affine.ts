/**
 * Affine expressions over the loop counters of a kernel: `base + Σ coefficient[d] · i_d`.
 *
 * A chain of views composes into one of these per coordinate of the tensor underneath, so that a transpose, a slice and
 * a broadcast cost nothing at run time. Where a reshape cannot be followed (its quotient is not affine), `divMod` throws
 * `NotAffine` and the caller materialises the tensor instead.
 */
import type { IndexAlgebra } from "../graph/op.ts";

export interface Affine {
  readonly base: number;
  /** One coefficient per loop of the kernel. */
  readonly coefficients: readonly number[];
}

export class NotAffine extends Error {}

export const affineConstant = (base: number, loops: number): Affine => ({
  base,
  coefficients: new Array<number>(loops).fill(0),
});

/** The counter of loop `d`. */
export function affineCounter(d: number, loops: number): Affine {
  const coefficients = new Array<number>(loops).fill(0);
  coefficients[d] = 1;
  return { base: 0, coefficients };
}

export const affineAdd = (a: Affine, b: Affine): Affine => ({
  base: a.base + b.base,
  coefficients: a.coefficients.map((c, d) => c + b.coefficients[d]),
});

export const affineScale = (a: Affine, factor: number): Affine => ({
  base: a.base * factor,
  coefficients: a.coefficients.map((c) => c * factor),
});

/** The same expression inside one more loop. */
export const affineWiden = (a: Affine): Affine => ({ base: a.base, coefficients: [...a.coefficients, 0] });

/** The same expression, of the same loops. */
export const sameAffine = (a: Affine, b: Affine): boolean =>
  a.base === b.base &&
  a.coefficients.length === b.coefficients.length &&
  a.coefficients.every((c, d) => c === b.coefficients[d]);

/** The algebra of coordinates for kernels whose loops have these extents. */
export class AffineAlgebra implements IndexAlgebra<Affine> {
  readonly extents: readonly number[];

  constructor(extents: readonly number[]) {
    this.extents = extents;
  }

  constant(value: number): Affine {
    return affineConstant(value, this.extents.length);
  }

  add(a: Affine, b: Affine): Affine {
    return affineAdd(a, b);
  }

  scale(a: Affine, factor: number): Affine {
    return affineScale(a, factor);
  }

  /**
   * Splits off the terms that `divisor` divides; exact when what is left provably stays within [0, divisor), since then
   * (divisor·q + r) has quotient q and remainder r at every point.
   */
  divMod(a: Affine, divisor: number): readonly [Affine, Affine] {
    const quotient = a.coefficients.map((c) => (c % divisor === 0 ? c / divisor : 0));
    const rest = a.coefficients.map((c) => (c % divisor === 0 ? 0 : c));
    const base = Math.floor(a.base / divisor);
    const remainder: Affine = { base: a.base - base * divisor, coefficients: rest };
    let low = remainder.base;
    let high = remainder.base;
    rest.forEach((c, d) => {
      const reach = c * Math.max(0, this.extents[d] - 1);
      if (reach < 0) low += reach;
      else high += reach;
    });
    if (low < 0 || high >= divisor) throw new NotAffine();
    return [{ base, coefficients: quotient }, remainder];
  }
}

/** The flat element offset of `coordinates` in a row-major buffer with these strides. */
export function flatOffset(
  coordinates: readonly Affine[],
  strides: readonly number[],
  loops: number,
): Affine {
  return coordinates.reduce(
    (sum, coordinate, axis) => affineAdd(sum, affineScale(coordinate, strides[axis])),
    affineConstant(0, loops),
  );
}
