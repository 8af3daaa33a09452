import { Writable } from "node:stream";
import type { Finding } from "plumb-ml/doctor";
import { describe, expect, it } from "vitest";
import { inFile, settingOf, showFinding, showFindings, tally } from "./findings.ts";

const finding: Finding = {
  code: "PL4205",
  catalogue: "P5",
  severity: "warning",
  title: "98.0% of the rows are right, and 12.0% of those that are fraud, which is a sentence of some length",
  number: 0.12,
  threshold: 0.5,
  evidence: ["Always saying honest is right in 98.0%", "3 of 25 rows were found ".repeat(8).trim()],
  why: "The accuracy says nothing of fraud",
  fix: "Count the rows of fraud more:\n  classWeight: { 1: 40 }",
  where: { rows: [2, 4] },
};

const terminal = (columns: number, colours: boolean): Writable =>
  Object.assign(new Writable(), { columns, hasColors: () => colours });

describe("a finding on a terminal", () => {
  it("has its number first and its fix last, within the width", () => {
    const lines = showFinding(finding, { width: 80, colour: false }).trimEnd().split("\n");
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(lines[0]).toMatch(/^warning PL4205 \(P5\): 98\.0%/);
    expect(lines.slice(-2)).toEqual(["  Fix: Count the rows of fraud more:", "    classWeight: { 1: 40 }"]);
    const text = lines.join(" ").replaceAll(/\s+/g, " ");
    for (const sentence of [...finding.evidence, finding.why]) expect(text).toContain(sentence);
  });

  it("is coloured where the terminal is, and nowhere else", () => {
    const plain = showFinding(finding, settingOf(new Writable()));
    expect(plain).not.toContain("\x1b");
    expect(settingOf(terminal(80, false))).toEqual({ width: 80, colour: false });
    const coloured = showFinding(finding, settingOf(terminal(100, true)));
    expect(coloured).toContain("\x1b[1;33mwarning PL4205 (P5)");
    // eslint-disable-next-line no-control-regex
    expect(coloured.replaceAll(/\x1b\[[\d;]*m/g, "")).toBe(plain);
  });

  it("shows a drawing as it is, and an experiment", () => {
    const drawing = ["  |*    ", "  | ****"];
    const text = showFinding({ ...finding, drawing, confirmed: true }, { width: 80, colour: false });
    expect(text).toContain("\n      |*\n      | ****\n");
    expect(text).toContain("An experiment confirmed it");
  });

  it("names rows as rows of the file", () => {
    const text = showFinding(inFile(finding, Int32Array.of(5, 6, 7, 8, 9)), { width: 100, colour: false });
    expect(text).toContain("In the file: rows 8, 10, counted from 1");
    const named = { ...finding, evidence: ["The labels differ in rows 2, 4 and 7 more"] };
    const same = showFinding(inFile(named, Int32Array.of(5, 6, 7, 8, 9)), { width: 100, colour: false });
    expect(same).toContain("The same rows in the file, counted from 1 below the header: 8, 10 and 7 more\n");
    for (const evidence of ["Row 4 is as row 9", "The first such rows are 2 and 5 more"])
      expect(
        showFinding(inFile({ ...finding, evidence: [evidence] }, [5, 6, 7, 8, 9]), {
          width: 100,
          colour: false,
        }),
      ).toContain("The same rows in the file");
    // The list of another thing is not that of the rows.
    const other = { ...finding, evidence: ["In rows 2, 4: columns 1, 3 and 7 more"] };
    expect(showFinding(inFile(other, [5, 6, 7, 8, 9]), { width: 100, colour: false })).toContain(": 8, 10\n");
    expect(inFile({ ...finding, where: {} }, [])).not.toHaveProperty("fileRows");
  });
});

describe("several", () => {
  const others = [
    finding,
    { ...finding, severity: "error" as const },
    { ...finding, severity: "error" as const },
  ];

  it("are counted by severity, the worst first", () => {
    expect(tally(others)).toBe("2 errors, 1 warning");
  });

  it("are shown in full up to a number, and by their titles beyond", () => {
    const text = showFindings(others, { width: 80, colour: false }, 1);
    expect(text.match(/Fix:/g)).toHaveLength(1);
    expect(text.match(/^ {2}- error PL4205: 98\.0%/gm)).toHaveLength(2);
    expect(Math.max(...text.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(showFindings([], { width: 80, colour: false })).toBe("");
  });
});
