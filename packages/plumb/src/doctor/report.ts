/** Findings in the order in which they matter, and as a text. */
import { codes } from "../base/codes.ts";
import type { Diagnosis } from "./diagnosis.ts";
import { severities, type Finding } from "./finding.ts";

/** What the doctor says about one thing. */
export class Report {
  /** What matters most first: errors before warnings, causes before their symptoms, what an experiment confirmed before what not. */
  readonly findings: readonly Finding[];

  constructor(findings: readonly Finding[], catalogue: readonly Diagnosis[]) {
    this.findings = ranked(saidOnce(findings), catalogue);
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
export function showFinding({ code, severity, title, evidence, drawing = [], why, fix }: Finding): string {
  const lines = [
    `${severity} ${code}: ${title}.`,
    ...evidence.map((sentence) => `  ${sentence}.`),
    ...drawing.map((line) => `    ${line}`),
    `  Why: ${why}.`,
    ...`Fix: ${fix}`.split("\n").map((line) => `  ${line}`),
  ];
  return `${lines.join("\n")}\n`;
}

/** One finding for each place that a diagnosis speaks of: before, during and after training it may say the same of it. */
function saidOnce(findings: readonly Finding[]): readonly Finding[] {
  const last = new Map<string, Finding>();
  for (const finding of findings) {
    const { part, layers, columns } = finding.where ?? {};
    last.set(JSON.stringify([finding.code, part, layers, columns]), finding);
  }
  return findings.filter((finding) => [...last.values()].includes(finding));
}

/** What has to be mended, errors and then what an experiment made sure of, what else follows, what is good to know. */
const groupOf = ({ severity, confirmed }: Finding, isExplained: boolean): number =>
  severity === "information"
    ? isExplained
      ? 5
      : confirmed === true
        ? 2
        : 4
    : isExplained
      ? severity === "error"
        ? 1
        : 3
      : 0;

/**
 * Causes and what stands alone before symptoms; of each, the worse before the better, the confirmed before the supposed,
 * else in the order of the catalogue. A cause counts as bad as the worst symptom that it explains. A mild cause that is
 * merely supposed explains nothing worse than itself: an error never comes after a guess.
 */
export function ranked(findings: readonly Finding[], catalogue: readonly Diagnosis[]): readonly Finding[] {
  const explains = new Map(catalogue.map(({ id, explains: symptoms = [] }) => [id, symptoms]));
  const place = new Map(catalogue.map(({ id }, i) => [id, i]));
  const badness = ({ severity }: Finding): number => severities.indexOf(severity);
  const symptomsOf = (cause: Finding): readonly Finding[] =>
    cause.severity === "information"
      ? []
      : findings.filter(
          (symptom) =>
            (explains.get(cause.catalogue) ?? []).includes(symptom.catalogue) &&
            (cause.confirmed === true || badness(cause) <= badness(symptom)),
        );
  const directly = new Map(findings.map((finding) => [finding, symptomsOf(finding)]));
  /** All that follows from a finding, also by way of others. */
  const following = (cause: Finding, known = new Set<Finding>()): ReadonlySet<Finding> => {
    for (const symptom of directly.get(cause) ?? [])
      if (!known.has(symptom)) following(symptom, known.add(symptom));
    return known;
  };
  const followers = new Map(findings.map((finding) => [finding, following(finding)]));
  const isExplained = (finding: Finding): boolean =>
    findings.some((cause) => followers.get(cause)?.has(finding) && !followers.get(finding)?.has(cause));
  const rank = (finding: Finding): readonly number[] => [
    groupOf(finding, isExplained(finding)),
    Math.min(badness(finding), ...[...(followers.get(finding) ?? [])].map(badness)),
    badness(finding),
    finding.confirmed === true ? 0 : 1,
    // Where nothing has to be mended, what came out matters more than what might.
    finding.severity === "information" ? "PTCD".indexOf(finding.catalogue[0]) : 0,
    place.get(finding.catalogue) ?? Infinity,
  ];
  const ranks = new Map(findings.map((finding) => [finding, rank(finding)]));
  return findings.toSorted((a, b) => {
    const [left, right] = [ranks.get(a) ?? [], ranks.get(b) ?? []];
    const at = left.findIndex((value, i) => value !== right[i]);
    return at < 0 ? 0 : left[at] - right[at];
  });
}
