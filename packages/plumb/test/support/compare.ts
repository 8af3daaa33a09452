/** Comparison of computed with true numbers, in units in the last place, with a message that one can act on. */
import type { DType, HostArray } from "../../src/base/dtype.ts";
import { showShape, type Shape } from "../../src/base/shape.ts";

const precision = {
  float32: { mantissa: 23, least: -126, greatest: 127 },
  float64: { mantissa: 52, least: -1022, greatest: 1023 },
} as const;

/**
 * How far `actual` is from `expected` in units in the last place of the dtype: the distance between neighbouring numbers
 * at the magnitude of `expected`, below the normal range that of the subnormals.
 *
 * NaN equals NaN, an infinity only itself (or what rounds to it), 0 equals −0. Integers and bools are equal (0) or not (∞).
 */
export function ulpDistance(actual: number, expected: number, dtype: DType): number {
  if (Number.isNaN(actual) || Number.isNaN(expected)) {
    return Number.isNaN(actual) && Number.isNaN(expected) ? 0 : Infinity;
  }
  if (actual === expected) return 0;
  if (dtype === "int32" || dtype === "bool") return Infinity;
  const { mantissa, least, greatest } = precision[dtype];
  if (!Number.isFinite(expected)) return Infinity;
  const exponent = Math.min(greatest, Math.max(least, exponentOf(expected)));
  const unit = 2 ** (exponent - mantissa);
  if (Number.isFinite(actual)) {
    if (dtype === "float32" && !Number.isFinite(Math.fround(expected))) {
      // Should have overflowed; the largest number is within reach of what rounds to infinity only just.
      return (Math.abs(expected) - Math.abs(actual)) / unit;
    }
    return Math.abs(actual - expected) / unit;
  }
  // Overflowed: fine for what rounds to infinity, a matter of units for what nearly does.
  const limit = 2 ** greatest * 2;
  if (Math.sign(actual) !== Math.sign(expected)) return Infinity;
  return Math.abs(expected) >= limit ? 0 : (limit - Math.abs(expected)) / unit;
}

function exponentOf(x: number): number {
  const a = Math.abs(x);
  if (a === 0) return -Infinity;
  let exponent = Math.floor(Math.log2(a));
  // log2 rounds: correct it to 2^exponent ≤ a < 2^(exponent + 1).
  if (2 ** exponent > a) exponent--;
  else if (2 ** (exponent + 1) <= a) exponent++;
  return exponent;
}

/** What is compared, for the message. */
export interface Subject {
  readonly what: string;
  readonly shape: Shape;
  readonly dtype: DType;
}

/**
 * Throws unless every element of `actual` is within `ulp` units in the last place of `expected`. The message gives the
 * worst element with both numbers and its distance, how many failed, shape and dtype.
 */
export function expectWithinUlp(actual: HostArray, expected: HostArray, subject: Subject, ulp: number): void {
  expectEach(actual, expected, subject, `${ulp} ulp`, (a, e) => {
    const distance = ulpDistance(a, e, subject.dtype);
    return { excess: distance / Math.max(ulp, 1e-300), shown: `${distance} ulp` };
  });
}

/**
 * Throws unless every element is within `relative` of the larger of its true value and `scale`; by default `scale` is
 * the largest finite true value, so that elements in which others cancelled are not asked for digits they never had.
 */
export function expectClose(
  actual: HostArray,
  expected: HostArray,
  subject: Subject,
  relative: number,
  scale: number = largest(expected),
): void {
  expectEach(actual, expected, subject, `relative ${relative} at scale ${scale}`, (a, e) => {
    if (Object.is(a, e) || a === e) return { excess: 0, shown: "0" };
    const distance = Math.abs(a - e);
    const allowed = relative * Math.max(Math.abs(e), scale);
    const excess = Number.isFinite(distance) ? distance / Math.max(allowed, 1e-300) : Infinity;
    return { excess, shown: `${distance} absolute, ${distance / Math.abs(e)} relative` };
  });
}

const largest = (values: HostArray): number =>
  Math.max(0, ...Array.from(values, Math.abs).filter(Number.isFinite));

function expectEach(
  actual: HostArray,
  expected: HostArray,
  { what, shape, dtype }: Subject,
  allowed: string,
  judge: (actual: number, expected: number) => { readonly excess: number; readonly shown: string },
): void {
  if (actual.length !== expected.length) {
    throw new Error(`${what}: ${actual.length} elements where ${expected.length} are expected`);
  }
  let failed = 0;
  let worst = { index: -1, excess: 1, shown: "" };
  for (let index = 0; index < expected.length; index++) {
    const { excess, shown } = judge(actual[index], expected[index]);
    if (!(excess > 1)) continue;
    failed++;
    if (worst.index < 0 || excess > worst.excess) worst = { index, excess, shown };
  }
  if (failed === 0) return;
  const { index, shown } = worst;
  throw new Error(
    `${what}: ${failed} of ${expected.length} elements differ by more than ${allowed} (${dtype} ${showShape(shape)}); ` +
      `worst at ${showIndex(index, shape)}: got ${actual[index]}, expected ${expected[index]}, off by ${shown}`,
  );
}

function showIndex(flat: number, shape: Shape): string {
  const at: number[] = [];
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    at.unshift(flat % shape[axis]);
    flat = Math.floor(flat / shape[axis]);
  }
  return showShape(at);
}
