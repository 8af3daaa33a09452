import fc from "fast-check";
import { expect, it } from "vitest";
import { bestThreshold } from "./threshold.ts";

/** What a threshold is worth: F1 of the rarer class where it is rare, else the share of right decisions. */
function worth(threshold: number, second: Float64Array, isSecond: Uint8Array): number {
  const positives = isSecond.reduce((sum, is) => sum + is, 0);
  const rows = second.length;
  const said = Array.from(second, (p) => Number(p >= threshold));
  const right = said.filter((of, i) => of === isSecond[i]).length;
  const rare = Math.min(positives, rows - positives) < 0.2 * rows;
  if (!rare) return right / rows;
  const rarer = positives <= rows / 2 ? 1 : 0;
  const found = said.filter((of, i) => of === rarer && isSecond[i] === rarer).length;
  const named = said.filter((of) => of === rarer).length;
  return (2 * found) / (named + Math.min(positives, rows - positives));
}

it("no other threshold between two probabilities decides better", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 1, max: 19 }), fc.integer({ min: 0, max: 5 })), {
        minLength: 2,
        maxLength: 40,
      }),
      (rows) => {
        const second = Float64Array.from(rows, ([p]) => p / 20);
        const isSecond = Uint8Array.from(rows, ([, of]) => Number(of === 0));
        if (!isSecond.includes(1) || !isSecond.includes(0)) return;
        const best = worth(bestThreshold(second, isSecond), second, isSecond);
        for (let p = 1; p <= 20; p++)
          expect(worth((p - 0.5) / 20, second, isSecond)).toBeLessThanOrEqual(best + 1e-12);
      },
    ),
  );
});
