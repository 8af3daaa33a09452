import { expect, test, vi } from "vitest";

/** The examples run as a user would run them; the numbers they print are the ones their comments promise. */
vi.spyOn(console, "log").mockImplementation(() => {});

test("losses", async () => {
  const { meanSquaredError, further, crossentropy, fromLogits } = await import("./losses.ts");
  expect(meanSquaredError).toBe(0.5);
  expect(further).toBe(2.5);
  expect(crossentropy).toBeCloseTo(0.2231, 4);
  expect(fromLogits).toBeCloseTo(0.6897, 4);
});

test("gradient tape: the loss falls when gradients are applied, and only then", async () => {
  const { before, after, weightsBefore, weightsUnapplied, weightsAfter } = await import("./gradient-tape.ts");
  expect(weightsUnapplied).toEqual(weightsBefore);
  expect(after).toBeLessThan(before);
  // With x = 1 both gradients are 2 (w + b − 2), so that the error shrinks by 1 − 0.1 · 2 · 2 = 0.6, the loss by 0.36.
  expect(after / before).toBeCloseTo(0.36, 4);
  expect(weightsAfter).not.toEqual(weightsBefore);
});

test("raw values are refused by name, place, count, range and fix", async () => {
  const { error, unvalidated, asLogits } = await import("./raw-values.ts");
  expect(error.code).toBe("PL2001");
  for (const part of ["2 at [1]", "2 of 3", "-1 … 2", "fromLogits: true"])
    expect(error.message).toContain(part);
  expect(unvalidated).toBeCloseTo(1.19e-7, 9);
  expect(asLogits).toBeCloseTo(0.3778, 4);
});
