import { describe, expect, test } from "vitest";
import { ArrayLanes } from "../../test/support/array-lanes.ts";
import { ulpDistance } from "../../test/support/compare.ts";
import * as lines from "./vector-math-double.ts";

const sigmoid = (x: number): number => (x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x)));
const truths: Readonly<Record<keyof typeof lines, (x: number) => number>> = {
  expDouble: Math.exp,
  expm1Double: Math.expm1,
  logDouble: Math.log,
  log1pDouble: Math.log1p,
  sigmoidDouble: sigmoid,
};

const specials = [
  0,
  1,
  5e-324,
  2 ** -1022,
  1e-308,
  1e-17,
  2 ** -54,
  2 ** 64,
  2 ** 128,
  2 ** 512,
  1e300,
  22,
  40,
  709.78,
  709.79,
  744.5,
  745.14,
  746,
  0.9999999999999999,
  Math.SQRT1_2,
  Math.SQRT2,
  Number.MAX_VALUE,
  Infinity,
  NaN,
];

/** Every exponent with a few mantissas and both signs, what matters to exponentials, and the special values. */
function points(): number[] {
  const found = specials.flatMap((x) => [x, -x]);
  // Quotients of a golden number: spread evenly, the same at every run.
  const share = (i: number): number => (i * 0.6180339887498949) % 1;
  for (let exponent = -1074; exponent < 1024; exponent++)
    for (let i = 0; i < 8; i++) {
      const x = 2 ** exponent * (1 + share(exponent * 8 + i + 9000));
      found.push(x, -x);
    }
  for (let i = 0; i < 20_000; i++)
    found.push(1500 * share(i) - 750, 6 * share(i) - 3, 1 + (share(i) - 0.5) / 500);
  return found;
}

describe.each([
  ["fused", true],
  ["rounded twice", false],
] as const)("multiply-adds %s", (_, fused) => {
  test.each(Object.keys(truths) as (keyof typeof lines)[])("%s is within 2 ulp of Math", (name) => {
    const x = Float64Array.from(points());
    const result = lines[name](new ArrayLanes(x.length, fused), { dtype: "float64", values: x });
    let worst = { error: 0, x: 0, actual: 0 };
    result.values.forEach((actual, i) => {
      const error = ulpDistance(actual, truths[name](x[i]), "float64");
      if (error > worst.error) worst = { error, x: x[i], actual };
    });
    expect(worst.error, JSON.stringify(worst)).toBeLessThanOrEqual(2);
  });

  test("the sign of zero, and the ends", () => {
    const at = (name: keyof typeof lines, ...x: number[]): number[] => [
      ...lines[name](new ArrayLanes(x.length, fused), { dtype: "float64", values: Float64Array.from(x) })
        .values,
    ];
    expect(at("expDouble", 0, -Infinity, Infinity)).toEqual([1, 0, Infinity]);
    expect(at("expm1Double", -0, -Infinity)).toEqual([-0, -1]);
    expect(at("log1pDouble", -0, -1, -2)).toEqual([-0, -Infinity, NaN]);
    expect(at("logDouble", 1, 0, -1, Infinity)).toEqual([0, -Infinity, NaN, Infinity]);
    expect(at("sigmoidDouble", 0, Infinity, -Infinity)).toEqual([0.5, 1, 0]);
  });
});
