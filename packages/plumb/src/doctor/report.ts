/** Findings in the order in which they matter, and as a text. */
import { codes } from "../base/codes.ts";
import type { Diagnosis } from "./diagnosis.ts";
import { severities, type Finding } from "./finding.ts";

/** What the doctor says about one thing. */
export class Report {
  /** What matters most first: causes before their symptoms, errors before warnings, what an experiment confirmed before what not. */
  readonly findings: readonly Finding[];

  constructor(findings: readonly Finding[], catalogue: readonly Diagnosis[]) {
    this.findings = ranked(findings, catalogue);
  }

  /** Whether an error-level finding stands. */
  get failed(): boolean {
    return this.findings.some(({ severity }) => severity === "error");
  }

  /** The findings as paragraphs: the first `most`, and how many more there are. */
  toString(most = Infinity): string {
    const { findings } = this;
    if (findings.length === 0) return "Nothing found.\n";
    const shown = findings.slice(0, most).map(showFinding);
    const rest = findings.length - shown.length;
    if (rest > 0)
      shown.push(`${rest} more ${rest === 1 ? "finding" : "findings"}: ${listRest(findings.slice(most))}\n`);
    return shown.join("\n");
  }

  toJSON(): { readonly findings: readonly Finding[] } {
    return { findings: this.findings };
  }
}

const listRest = (findings: readonly Finding[]): string =>
  findings.map(({ code }) => `${code} ${codes[code]}`).join("; ");

/** A finding as a paragraph: what was seen, the evidence, why it matters, and what to do. */
export function showFinding({ code, severity, title, evidence, why, fix }: Finding): string {
  const lines = [
    `${severity} ${code}: ${title}.`,
    ...evidence.map((sentence) => `  ${sentence}.`),
    `  ${why}.`,
    ...`Do: ${fix}`.split("\n").map((line) => `  ${line}`),
  ];
  return `${lines.join("\n")}\n`;
}

/** Causes before symptoms, the worse before the better, the confirmed before the supposed; else in the order of the catalogue. */
export function ranked(findings: readonly Finding[], catalogue: readonly Diagnosis[]): readonly Finding[] {
  const present = new Set(
    findings.filter(({ severity }) => severity !== "information").map(({ catalogue: id }) => id),
  );
  const explained = new Set(
    catalogue.filter(({ id }) => present.has(id)).flatMap(({ explains = [] }) => explains),
  );
  const place = new Map(catalogue.map(({ id }, i) => [id, i]));
  const rank = ({ catalogue: id, severity, confirmed }: Finding): readonly number[] => [
    Number(explained.has(id)),
    severities.indexOf(severity),
    confirmed === true ? 0 : 1,
    place.get(id) ?? Infinity,
  ];
  return findings.toSorted((a, b) => {
    const [left, right] = [rank(a), rank(b)];
    const at = left.findIndex((value, i) => value !== right[i]);
    return at < 0 ? 0 : left[at] - right[at];
  });
}
