/** What the defaults reach on real tables. The files are not part of the repository; without them this is skipped. */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { plumb } from "./run-cli.ts";

const data = fileURLToPath(new URL("../../../../shared/data/", import.meta.url));
const present = existsSync(data);
if (!present) console.info("skipped: the real tables are not there (../shared/data beside the clone)");

let cwd = "";
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), "plumb-real-"));
});
afterAll(() => rmSync(cwd, { recursive: true }));

describe.skipIf(!present)("with default flags and seed 1", () => {
  it.each([
    ["penguins.csv", "species", "accuracy", 0.97],
    ["iris.csv", "species", "accuracy", 0.93],
    ["breast_cancer.csv", "diagnosis", "accuracy", 0.95],
    ["digits.csv.gz", "last", "accuracy", 0.96],
    ["housing.csv", "median_house_value", "r2", 0.75],
    ["diamonds.csv", "price", "r2", 0.96],
  ])(
    "%s %s: %s of at least %d",
    async (file, target, metric, least) => {
      const { code, stdout } = await plumb(
        ["train", join(data, file), "--target", target, "--json", "--quiet"],
        { cwd },
      );
      const { test, findings } = JSON.parse(stdout);
      expect(code).toBe(0);
      // These tables are clean: what the doctor says of them are notes.
      expect(findings.filter(({ severity }: { severity: string }) => severity !== "information")).toEqual([]);
      expect(test[metric]).toBeGreaterThanOrEqual(least);
    },
    60_000,
  );
});
