import { readFileSync } from "node:fs";
import { expect, test, vi } from "vitest";

const read = (file: string): string => readFileSync(new URL(file, import.meta.url), "utf8");

test.each(["first-model.mjs", "drawn-model.mjs"])("the README shows %s", (file) => {
  expect(read("../README.md")).toContain(`\`\`\`js\n${read(file)}\`\`\``);
});

test("the drawn model has a table", async () => {
  const log = vi.spyOn(console, "log").mockImplementation(() => {});
  await import("./drawn-model.mjs");
  const table = String(log.mock.calls[0][0]);
  log.mockRestore();
  expect(table).toMatch(/words.*\n[^]*concatenate[^]*Weights: 21,004/);
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
