import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { printed } from "./support/run.ts";

const page = readFileSync(new URL("../docs/doctor.md", import.meta.url), "utf8");

test("docs/doctor.md shows doctor.mjs, and what it says", async () => {
  const program = readFileSync(new URL("doctor.mjs", import.meta.url), "utf8");
  expect(page).toContain(`\`\`\`js\n${program}\`\`\``);
  // The figures may differ in the last place from one host to another; what is found may not.
  const said = (text: string): string[] => text.match(/^(error|warning|information) PL\d{4}/gm) ?? [];
  const text = await printed("doctor.mjs");
  expect(said(text).slice(0, 2)).toEqual(["error PL2102", "warning PL4201"]);
  expect(said(page)).toEqual(said(text));
});
