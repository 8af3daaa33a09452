/** Distances between a float32 result and its float64 truth. */

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** The unit in the last place of float32 at `value`: the smallest subnormal near 0, that of the largest float at infinity. */
export function ulpOf(value: number): number {
  float[0] = value;
  const exponent = (bits[0] >>> 23) & 0xff;
  return 2 ** (Math.min(Math.max(exponent, 1), 254) - 150);
}

/**
 * How far `actual` is from `truth` in units in the last place: 0 for two NaN, infinite where one only is NaN or where
 * zeros differ in sign. Infinity counts as 2^128, the float after the largest.
 */
export function ulpError(actual: number, truth: number): number {
  if (Number.isNaN(actual) || Number.isNaN(truth))
    return Number.isNaN(actual) && Number.isNaN(truth) ? 0 : Infinity;
  if (truth === 0 && actual === 0) return Object.is(actual, truth) ? 0 : Infinity;
  const finite = (x: number): number => Math.min(Math.max(x, -(2 ** 128)), 2 ** 128);
  return Math.abs(finite(actual) - finite(truth)) / ulpOf(truth);
}
