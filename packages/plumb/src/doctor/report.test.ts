import { describe, expect, test } from "vitest";
import { diagnoses } from "./catalogue.ts";
import { drawBars, drawCurve } from "./drawing.ts";
import type { Finding, Severity } from "./finding.ts";
import { Report } from "./report.ts";

const finding = (catalogue: string, severity: Severity, more: Partial<Finding> = {}): Finding => {
  const of = diagnoses.find(({ id }) => id === catalogue);
  if (of === undefined) throw new Error(`There is no ${catalogue}`);
  const common = { title: "1", number: 1, threshold: 0, evidence: [], why: "Why", fix: "Fix" };
  return { code: of.code, catalogue, severity, ...common, ...more };
};

const order = (...findings: Finding[]): string[] =>
  new Report(findings, diagnoses).findings.map(({ catalogue }) => catalogue);

describe("findings stand in the order in which they matter", () => {
  test("errors, warnings, informations", () => {
    expect(order(finding("P9", "information"), finding("D2", "warning"), finding("D4", "error"))).toEqual([
      "D4",
      "D2",
      "P9",
    ]);
  });

  test("a cause before what follows from it, and other matters between", () => {
    // A wrong loss explains a plateau and underfitting; a constant column explains nothing.
    const [cause, plateau, column] = [
      finding("C2", "error"),
      finding("T4", "warning"),
      finding("D2", "warning"),
    ];
    expect(order(plateau, cause, column)).toEqual(["C2", "D2", "T4"]);
    expect(order(plateau, column)).toEqual(["D2", "T4"]);
  });

  test("a guess explains no error: only what is as bad, or confirmed, does", () => {
    const nan = finding("T1", "error");
    expect(order(finding("D3", "warning"), nan)).toEqual(["T1", "D3"]);
    // Confirmed it does, and counts as much as the error.
    const confirmed = finding("D3", "warning", { confirmed: true });
    expect(order(finding("D2", "warning"), nan, confirmed)).toEqual(["D3", "D2", "T1"]);
    expect(order(finding("D4", "error"), nan, confirmed)[0]).toBe("D4");
  });

  test("what is good to know stands behind all warnings, but for what an experiment confirmed", () => {
    const [cause, error, warning] = [
      finding("C15", "error"),
      finding("C18", "error"),
      finding("T4", "warning"),
    ];
    const rows = finding("D14", "information");
    expect(order(rows, warning, error, cause)).toEqual(["C15", "C18", "T4", "D14"]);
    const labels = finding("D17", "information", { confirmed: true });
    expect(order(rows, warning, labels, error, cause)).toEqual(["C15", "C18", "D17", "T4", "D14"]);
    expect(order(rows, finding("P4", "information"))).toEqual(["P4", "D14"]);
  });

  test("an information explains nothing", () => {
    expect(order(finding("T4", "warning"), finding("T13", "information"))).toEqual(["T4", "T13"]);
  });
});

test("what is said again of the same place stands once, as it was said last", () => {
  const at = (title: string, layer: string): Finding =>
    finding("C2", "error", { title, where: { layers: [layer], step: title.length } });
  const { findings } = new Report(
    [at("1 before", "a"), at("1 elsewhere", "b"), at("1 after", "a")],
    diagnoses,
  );
  expect(findings.map(({ title }) => title)).toEqual(["1 elsewhere", "1 after"]);
});

test("as text the fix comes last, drawings stand as they are, and the rest is named", () => {
  const drawing = drawBars([
    { name: "a", value: 1 },
    { name: "bb", value: 0.5 },
  ]);
  const report = new Report(
    [finding("C2", "error", { drawing, evidence: ["Seen"] }), finding("P9", "information")],
    diagnoses,
  );
  const shown = 1;
  const text = report.toString(shown);
  const lines = text.split("\n");
  expect(lines.slice(0, 6)).toEqual([
    "error PL2102: 1.",
    "  Seen.",
    ...drawing.map((line) => `    ${line}`),
    "  Why: Why.",
    "  Fix: Fix",
  ]);
  expect(text).toContain("1 more finding: PL4209");
  expect(String(new Report([], diagnoses))).toBe("Nothing found.\n");
});

describe("drawings", () => {
  test("a bar is as long as its number, and never outside", () => {
    const [whole, half, none] = drawBars([
      { name: "whole", value: 2 },
      { name: "half", value: 1 },
      { name: "none", value: 0 },
    ]).map((line) => line.match(/█*$/)?.[0].length);
    expect(whole).toBe(2 * (half ?? 0));
    expect(none).toBe(0);
  });

  test("a curve has a point for each value, above the level where it is above it", () => {
    const values = [3, 2, 1.5, 1.25, 1.2, 1.2];
    const lines = drawCurve(values, { name: "the floor", value: 1 });
    const floor = lines.findIndex((line) => line.includes("the floor"));
    expect(lines.join("").match(/•/g)).toHaveLength(values.length);
    for (const [i, line] of lines.entries()) if (line.includes("•")) expect(i).toBeLessThan(floor);
    expect(lines.at(-1)).toContain("6 epochs");
    for (const line of drawCurve(
      Array.from({ length: 1000 }, (_, i) => 1 / (i + 1)),
      { name: "floor", value: 0 },
    ))
      expect(line.length).toBeLessThanOrEqual(80);
  });
});
