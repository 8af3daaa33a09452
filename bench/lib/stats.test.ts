import fc from "fast-check";
import { expect, test } from "vitest";
import { median, quantile, slope } from "./stats.mjs";

const sample = fc.array(fc.double({ min: 0.1, max: 1e3, noNaN: true }), { minLength: 1, maxLength: 9 });

test("half of a sample lies on either side of its median, whatever its order", () => {
  fc.assert(
    fc.property(sample, (values) => {
      const middle = median(values);
      expect(values.filter((value) => value <= middle).length).toBeGreaterThanOrEqual(values.length / 2);
      expect(values.filter((value) => value >= middle).length).toBeGreaterThanOrEqual(values.length / 2);
      expect([quantile(values, 0), quantile(values, 1)]).toEqual([Math.min(...values), Math.max(...values)]);
    }),
  );
});

test("the slope of a power is its exponent", () => {
  const exponent = fc.double({ min: -3, max: 3, noNaN: true });
  fc.assert(
    fc.property(exponent, fc.double({ min: 0.01, max: 100, noNaN: true }), (power, scale) => {
      const xs = [8, 32, 100, 1024];
      const ys = xs.map((x) => scale * x ** power);
      expect(slope(xs, ys)).toBeCloseTo(power, 9);
    }),
  );
});
