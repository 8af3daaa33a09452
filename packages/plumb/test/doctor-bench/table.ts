/** What came out, as text. */
import type { Half } from "./plan.ts";
import type { Result } from "./run.ts";

/** So many findings a user reads first. */
const read = 3;

/** Where in the report the right code stands, counted from 1; an error that was thrown is read first. Infinity: nowhere. */
export function rankOf({ right, said, error }: Result): number {
  if (error !== undefined && right.includes(error.code)) return 1;
  const at = said.findIndex(({ catalogue, code }) => right.includes(catalogue) || right.includes(code));
  return at < 0 ? Infinity : at + 1;
}

export const isDetected = (result: Result): boolean => rankOf(result) <= read;

/** Steps done when the right code was first said: 0 before training, Infinity after it. */
export function stepOf({ right, said, error }: Result): number {
  const steps = said
    .filter(({ catalogue, code }) => right.includes(catalogue) || right.includes(code))
    .map(({ at }) => at ?? Infinity);
  if (error !== undefined && right.includes(error.code)) steps.push(0);
  return Math.min(...steps);
}

/** What is blamed in an honest training, by severity. */
export const blamedIn = (results: readonly Result[], severity: "error" | "warning"): string[] =>
  results.flatMap(({ said }) =>
    said.filter((of) => of.severity === severity).map(({ catalogue }) => catalogue),
  );

export const percent = (share: number): string => `${(100 * share).toFixed(1)}%`;

/** Names with how often they occur, the most frequent first. */
export function counted(names: readonly string[]): string {
  const times = new Map<string, number>();
  for (const name of names) times.set(name, (times.get(name) ?? 0) + 1);
  return [...times]
    .sort(([, a], [, b]) => b - a)
    .map(([name, n]) => (n > 1 ? `${name} ×${n}` : name))
    .join(", ");
}

export const when = (step: number): string =>
  step === 0 ? "before" : step === Infinity ? "after" : `step ${step}`;

/** The one in the middle. */
export const middle = (numbers: readonly number[]): number | undefined =>
  numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];

/** What is read first where the right thing is not. */
export const instead = ({ said, error, crash }: Result): string =>
  (crash && "crash") ??
  (said
    .slice(0, read)
    .map(({ catalogue }) => catalogue)
    .join(" ") ||
    (error?.code ?? "nothing"));

export function summary(half: Half, results: readonly Result[]): string {
  const sick = results.filter(({ kind }) => kind === "fault");
  const clean = results.filter(({ kind }) => kind === "clean");
  const lines: string[] = [
    `## ${half === "dev" ? "The half that rules were tuned on" : "The held-out half"}`,
    "",
  ];
  const [errors, warnings] = (["error", "warning"] as const).map((severity) => blamedIn(clean, severity));
  const thrown = clean.filter(({ error, crash }) => error ?? crash);
  if (sick.length > 0)
    lines.push(
      `${sick.filter(isDetected).length} of ${sick.length} faults are told among the first three findings: ${percent(sick.filter(isDetected).length / sick.length)}.`,
    );
  if (clean.length > 0)
    lines.push(
      `Per honest training (${clean.length} of them) ${(errors.length / clean.length).toFixed(3)} errors and ${(warnings.length / clean.length).toFixed(3)} warnings are said, all of them false.`,
    );
  if (thrown.length > 0) lines.push(`${thrown.length} honest trainings were refused or crashed.`);
  lines.push("");
  if (sick.length > 0) {
    lines.push(
      "| fault | right | cases | told | rank | said | instead |",
      "| --- | --- | --: | --: | --: | --- | --- |",
    );
    for (const name of new Set(sick.map((of) => of.name))) {
      const cases = sick.filter((of) => of.name === name);
      const told = cases.filter(isDetected);
      const step = middle(told.map(stepOf));
      const missed = cases.filter((of) => !isDetected(of)).map(instead);
      lines.push(
        `| ${name} | ${cases[0].right.join(" ")} | ${cases.length} | ${percent(told.length / cases.length)} | ${middle(told.map(rankOf)) ?? "–"} | ${step === undefined ? "–" : when(step)} | ${counted(missed)} |`,
      );
    }
    lines.push("");
  }
  if (clean.length > 0) {
    lines.push("| honest trainings | runs | errors | warnings |", "| --- | --: | --- | --- |");
    for (const name of new Set(clean.map((of) => of.name))) {
      const runs = clean.filter((of) => of.name === name);
      lines.push(
        `| ${name} | ${runs.length} | ${counted(blamedIn(runs, "error"))} | ${counted(blamedIn(runs, "warning"))} |`,
      );
    }
    lines.push("");
  }
  return lines.join("\n");
}
