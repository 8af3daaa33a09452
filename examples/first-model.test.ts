import { readFileSync } from "node:fs";
import { expect, test, vi } from "vitest";

const read = (file: string): string => readFileSync(new URL(file, import.meta.url), "utf8");

test("the README shows this program", () => {
  expect(read("../README.md")).toContain(`\`\`\`js\n${read("first-model.mjs")}\`\`\``);
});

test("it learns the circle, as its comments say", async () => {
  const log = vi.spyOn(console, "log").mockImplementation(() => {});
  await import("./first-model.mjs");
  const [[scores], [centre, corner]] = log.mock.calls;
  expect(scores.loss).toBeCloseTo(0.18, 1);
  expect(scores.accuracy).toBeGreaterThan(0.95);
  expect(centre).toBeGreaterThan(0.9);
  expect(corner).toBeLessThan(0.1);
});
