import { describe, expect, it } from "vitest";
import { inventedDigits } from "./support/invented.ts";
import { fileOf, isPresent, numberIn, printed, someOf } from "./support/run.ts";

const readRight = (text: string): number => numberIn(text, /^([\d.]+)% of \d+ digits/m) / 100;

describe("the convolutional reader of digits", () => {
  it("reads printed digits wherever they stand", async () => {
    const text = await printed("digits-cnn.mjs", fileOf("digits.csv.gz", inventedDigits(400)));
    expect(readRight(text)).toBeGreaterThan(0.9);
  });

  it.skipIf(!isPresent("digits.csv.gz"))("reads handwriting after a third of the table", async () => {
    const text = await printed("digits-cnn.mjs", someOf("digits.csv.gz", 600));
    expect(readRight(text)).toBeGreaterThan(0.93);
    expect(text).toContain("of 120 digits");
  });
});
