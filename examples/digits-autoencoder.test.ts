import { describe, expect, it } from "vitest";
import { inventedDigits } from "./support/invented.ts";
import { fileOf, isPresent, numberIn, printed, someOf } from "./support/run.ts";

/** What the program printed: the error of the autoencoder, and of the mean image. */
const told = (text: string) => ({
  error: numberIn(text, /never saw: ([\d.]+)\.\n/),
  baseline: numberIn(text, /off by ([\d.]+):/),
});

describe("the autoencoder of digits", () => {
  it("squeezes printed digits", async () => {
    const text = await printed("digits-autoencoder.mjs", fileOf("digits.csv.gz", inventedDigits(400)));
    const { error, baseline } = told(text);
    expect(error).toBeLessThan(0.6 * baseline);
    expect(text).toMatch(/the first of which is -?\d+\.\d(, -?\d+\.\d){7}:/);
  });

  it.skipIf(!isPresent("digits.csv.gz"))("squeezes handwriting", async () => {
    const text = await printed("digits-autoencoder.mjs", someOf("digits.csv.gz", 600));
    const { error, baseline } = told(text);
    expect(error).toBeLessThan(0.4 * baseline);
  });
});
