/** Float64 meanings of functions that JavaScript's `Math` lacks or defines otherwise than IEEE 754. */

/** To the nearest integer, ties to even, sign of zero kept. */
export function nearest(x: number): number {
  if (!(Math.abs(x) < 2 ** 52)) return x; // already whole, infinite or NaN
  const down = Math.floor(x);
  const part = x - down;
  const rounded = part < 0.5 ? down : part > 0.5 ? down + 1 : down % 2 === 0 ? down : down + 1;
  return rounded === 0 ? (x < 0 || Object.is(x, -0) ? -0 : 0) : rounded;
}

/** IEEE 754 pow: 1 to any power is 1, even NaN and infinity, as is −1 to ±infinity (`Math.pow` says NaN). */
export function pow(x: number, y: number): number {
  if (x === 1) return 1;
  if (x === -1 && (y === Infinity || y === -Infinity)) return 1;
  return Math.pow(x, y);
}

export const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/**
 * The error function, within a few units in the last place of float64.
 *
 * |x| < 3: erf x = (2/√π) e^(−x²) Σ 2ⁿ x^(2n+1) / (2n+1)!!, whose terms all have one sign (Abramowitz & Stegun 7.1.6).
 * Beyond: 1 − erfc x, erfc by its continued fraction (7.1.14), evaluated from the far end.
 */
export function erf(x: number): number {
  const a = Math.abs(x);
  if (a < 3) {
    let term = x;
    let sum = x;
    for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
      term *= (2 * x * x) / (2 * n + 1);
      sum += term;
    }
    return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
  }
  if (a > 6) return Math.sign(x); // erfc 6 is 2e-17, below half a unit of 1
  if (Number.isNaN(x)) return NaN;
  let fraction = 0;
  for (let n = 60; n >= 1; n--) fraction = n / 2 / (a + fraction);
  return Math.sign(x) * (1 - Math.exp(-a * a) / ((a + fraction) * Math.sqrt(Math.PI)));
}
