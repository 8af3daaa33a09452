import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { PlumbError } from "../base/errors.ts";
import { rowNumbers, shuffleRows } from "./permutation.ts";
import { splitRows } from "./split.ts";

const anySplit = fc.record({
  classes: fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 4, maxLength: 120 }),
  fraction: fc.double({ min: 0.3, max: 0.7, noNaN: true }),
  seed: fc.integer(),
  rule: fc.constantFrom("stratified" as const, "shuffled" as const, "last" as const),
});

describe("splitRows", () => {
  test("every row is in exactly one part, in its original order", () => {
    fc.assert(
      fc.property(anySplit, ({ classes, ...options }) => {
        const { train, validation } = splitRows(classes.length, { ...options, classes });
        expect([...train, ...validation].sort((a, b) => a - b)).toEqual([...rowNumbers(classes.length)]);
        for (const part of [train, validation]) expect(part).toEqual(part.slice().sort());
      }),
    );
  });

  test("stratified, each class gives its share to within one row and keeps at least one to train on", () => {
    fc.assert(
      fc.property(anySplit, ({ classes, fraction, seed }) => {
        fc.pre(new Set(classes).size < classes.length); // Rows that are all classes of their own cannot be stratified.
        const { validation } = splitRows(classes.length, { fraction, seed, rule: "stratified", classes });
        for (const k of new Set(classes)) {
          const all = classes.filter((c) => c === k).length;
          const held = [...validation].filter((row) => classes[row] === k).length;
          expect(held).toBeLessThan(all);
          expect(held).toBeLessThanOrEqual(all * validationShare(classes.length, fraction) + 1);
        }
      }),
    );
  });

  test("a rare class is validated in proportion", () => {
    const classes = Array.from({ length: 1000 }, (_, row) => (row < 20 ? 1 : 0));
    const { validation } = splitRows(1000, { fraction: 0.25, rule: "stratified", seed: 3, classes });
    expect(validation.length).toBe(250);
    expect([...validation].filter((row) => classes[row] === 1).length).toBe(5);
  });

  test('"last" is Keras\'s rule: the split stands at floor(n · (1 − fraction))', () => {
    expect([...splitRows(21, { fraction: 0.25, rule: "last", seed: 0 }).validation]).toEqual([
      15, 16, 17, 18, 19, 20,
    ]);
  });

  test("the seed decides, and nothing else", () => {
    const rows = (seed: number): number[] => [
      ...splitRows(50, { fraction: 0.4, rule: "shuffled", seed }).validation,
    ];
    expect(rows(1)).toEqual(rows(1));
    expect(rows(1)).not.toEqual(rows(2));
  });

  test.each([0, 1, -0.5, NaN, 0.01])(
    "a fraction of %s of 3 rows is an error when a part would be empty",
    (fraction) => {
      const split = () => splitRows(3, { fraction, rule: "last", seed: 0 });
      if (fraction === 0.01) expect(split().validation.length).toBe(1);
      else expect(split).toThrow(PlumbError);
    },
  );
});

const validationShare = (rows: number, fraction: number): number =>
  (rows - Math.floor(rows * (1 - fraction))) / rows;

describe("shuffleRows", () => {
  test("places are uniform: over 6,000 seeds each of the 24 orders of 4 rows comes near 250 times", () => {
    const seen = new Map<string, number>();
    for (let seed = 0; seed < 6000; seed++) {
      const rows = rowNumbers(4);
      shuffleRows(rows, seed, "epoch");
      seen.set(rows.join(), (seen.get(rows.join()) ?? 0) + 1);
    }
    expect(seen.size).toBe(24);
    // The standard deviation is √(6000 · 1/24 · 23/24) = 15.5; five of them.
    for (const count of seen.values()) expect(Math.abs(count - 250)).toBeLessThan(78);
  });

  test("epochs and purposes differ from each other", () => {
    const order = (purpose: "epoch" | "split", index: number): string => {
      const rows = rowNumbers(20);
      shuffleRows(rows, 7, purpose, index);
      return rows.join();
    };
    expect(new Set([order("epoch", 0), order("epoch", 1), order("split", 0), order("split", 1)]).size).toBe(
      4,
    );
  });
});
