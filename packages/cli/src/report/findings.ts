/** Findings of the doctor on a terminal: what was seen, the evidence, why it matters, and what to do. */
import type { Writable } from "node:stream";
import type { Finding, Severity } from "plumb-ml/doctor";
import { plural, wrap } from "./format.ts";

/** How text is set. */
export interface Setting {
  /** Characters in a line. */
  readonly width: number;
  readonly colour: boolean;
}

/** As wide as the terminal, between 60 and 100 characters; coloured on a terminal whose user does not forbid it (NO_COLOR). */
export function settingOf(stream: Writable): Setting {
  const terminal = stream as Writable & { readonly columns?: number; hasColors?(): boolean };
  const width = Math.max(60, Math.min(100, terminal.columns ?? 100));
  return { width, colour: terminal.hasColors?.() === true };
}

/** The codes by which terminals set text bold, and in red, yellow and blue. */
const bold = "1";
const colours: Readonly<Record<Severity, string>> = { error: "31", warning: "33", information: "34" };

export const styled = (text: string, codes: readonly string[], { colour }: Setting): string =>
  colour ? `\x1b[${codes.join(";")}m${text}\x1b[0m` : text;

/** The lines of a text; its own line breaks stay. A line that begins with space is there to be copied: it is not broken. */
export function paragraph(text: string, width: number, indent = ""): string[] {
  return text
    .split("\n")
    .flatMap((line) => (/^\s/.test(line) ? [line] : wrap(line, width - indent.length)))
    .map((line) => `${indent}${line}`.trimEnd());
}

/** A finding whose rows are known in the file, too. */
export interface LocatedFinding extends Finding {
  /** The rows that `where` names, as rows of the file, counted from 1 below the header. */
  readonly fileRows?: readonly number[];
}

/** The finding with the rows that it names as rows of the file; `rows` are those of its part in the file, counted from 0. */
export const inFile = (finding: Finding, rows: ArrayLike<number>): LocatedFinding =>
  finding.where?.rows === undefined
    ? finding
    : { ...finding, fileRows: finding.where.rows.map((row) => rows[row] + 1) };

/** A finding as a paragraph: severity and code, what was seen, the evidence, why it matters, and what to do. */
export function showFinding(finding: LocatedFinding, setting: Setting): string {
  const { code, catalogue, severity, title, evidence, drawing = [], why, fix, confirmed, fileRows } = finding;
  const { width } = setting;
  const head = `${severity} ${code} (${catalogue})`;
  const [first, ...others] = wrap(`${head}: ${title}`, width);
  const listed = (sentence: string): string[] =>
    paragraph(sentence, width, "    ").map((line, i) => (i === 0 ? `  - ${line.trimStart()}` : line));
  const told = [
    ...evidence,
    ...(fileRows === undefined || fileRows.length === 0 ? [] : [inWords(finding, fileRows)]),
    ...(confirmed === true ? ["An experiment confirmed it"] : []),
  ];
  return [
    `${styled(head, [bold, colours[severity]], setting)}${styled(first.slice(head.length), [bold], setting)}`,
    ...others.map((line) => styled(line, [bold], setting)),
    ...told.flatMap(listed),
    ...(drawing.length === 0 ? [] : ["", ...drawing.map((line) => `    ${line}`.trimEnd()), ""]),
    ...paragraph(`Why: ${why}`, width, "  "),
    ...paragraph(`Fix: ${fix}`, width, "  "),
  ]
    .map((line) => `${line}\n`)
    .join("");
}

/** The evidence counts within its part, from 0: where it names rows, these are told to be the same ones. */
function inWords({ evidence, title, where }: Finding, rows: readonly number[]): string {
  const places = where?.rows ?? [];
  const listed = places.join(", ");
  const sentences = [title, ...evidence];
  const naming = new RegExp(`\\brows? (?:are )?(?:\\d+, )*(?:${places.join("|")})\\b`, "i");
  const named = sentences.some((sentence) => naming.test(sentence));
  const noun = rows.length === 1 ? "row" : "rows";
  // `where` has the first few rows only; how many there are is said behind those that the evidence names.
  const lists = sentences.flatMap((sentence) => [...sentence.matchAll(/(\d+(?:, \d+)*) and (\d+) more\b/g)]);
  const cut = lists.find(([, shown]) => `${listed}, `.startsWith(`${shown}, `));
  const all = cut === undefined ? 0 : cut[1].split(", ").length + Number(cut[2]);
  const more = all > rows.length ? ` and ${all - rows.length} more` : "";
  return named
    ? `The same ${noun} in the file, counted from 1 below the header: ${rows.join(", ")}${more}`
    : `In the file: ${noun} ${rows.join(", ")}${more}, counted from 1 below the header`;
}

/** How many findings there are: `1 error, 2 warnings`. */
export function tally(findings: readonly Finding[]): string {
  const nouns: Readonly<Record<Severity, string>> = {
    error: "error",
    warning: "warning",
    information: "note",
  };
  return (Object.keys(nouns) as Severity[])
    .map((severity) => [nouns[severity], findings.filter((one) => one.severity === severity).length] as const)
    .filter(([, count]) => count > 0)
    .map(([noun, count]) => plural(count, noun))
    .join(", ");
}

/** The first `most` findings as paragraphs, and a line for each of the others. Nothing where there is none. */
export function showFindings(findings: readonly LocatedFinding[], setting: Setting, most = Infinity): string {
  const shown = findings.slice(0, most).map((finding) => showFinding(finding, setting));
  const rest = findings.slice(most).map(({ code, severity, title }) => `- ${severity} ${code}: ${title}`);
  if (rest.length > 0)
    shown.push(
      ["Also:", ...rest.flatMap((line) => hanging(line, setting.width))].map((line) => `${line}\n`).join(""),
    );
  return shown.join("\n");
}

/** A listed line whose continuation stands below its text. */
const hanging = (line: string, width: number): string[] =>
  wrap(line, width - 4).map((part, i) => `${i === 0 ? "  " : "    "}${part}`);
