/** What `plumb train` says before and after training. */
import type { Plan } from "../prepare/plan.ts";
import { inputsOf } from "../prepare/plan.ts";
import type { ClassesScore } from "../experiment/score.ts";
import type { Setup } from "../experiment/setup.ts";
import type { TestedClasses, TestedRegression } from "../experiment/testing.ts";
import type { EarlierRun } from "../run/earlier.ts";
import type { TrainResult } from "../run/stored.ts";
import { alignColumns, cut, plural, showCount, showNumber } from "./format.ts";

/** Lines with a label in front; a label is written once for the lines that share it. */
export function labelled(entries: readonly (readonly [label: string, lines: readonly string[]])[]): string {
  const width = Math.max(...entries.map(([label]) => label.length)) + 2;
  return entries
    .flatMap(([label, lines]) => lines.map((line, i) => `${(i === 0 ? label : "").padEnd(width)}${line}`))
    .map((line) => `${line.trimEnd()}\n`)
    .join("");
}

/** At most `limit` notes, and how many more there are. */
export function shortened(notes: readonly string[], limit = 8): string[] {
  if (notes.length <= limit) return [...notes];
  return [
    ...notes.slice(0, limit - 1),
    `… and ${notes.length - limit + 1} more of this kind, all in prepare.json`,
  ];
}

/** `13 from 6 columns`. */
export function inputsLine(plan: Plan): string {
  const inputs = plan.columns.reduce((total, column) => total + inputsOf(column).length, 0);
  return `${plural(inputs, "input")} from ${plural(plan.columns.length, "column")}`;
}

/** A value of the model, of the run before it where there is one, and of the baseline, under its name. */
type Line = readonly [name: string, model: number, before: number | undefined, baseline: number];

function against(
  title: string,
  before: string | undefined,
  baseline: string,
  lines: readonly Line[],
): string[] {
  const body = lines.map(([name, ...values]) => [
    `  ${name}`,
    ...values.filter((value) => value !== undefined).map(showNumber),
  ]);
  return alignColumns([[title, "model", ...(before === undefined ? [] : [before]), baseline], ...body]);
}

/** The test of a run beside the baseline, and beside that of an earlier run. */
export function testReport(
  { target, parts }: Setup,
  { baseline, test }: TrainResult,
  earlier?: EarlierRun,
): string {
  const before = earlier && { name: earlier.name, test: earlier.result.test };
  const lines =
    target.task === "classes"
      ? classesReport(target.classes, parts.test.length, { baseline, test, before } as Classes)
      : regressionReport(target.name, parts.test.length, { baseline, test, before } as Regression);
  const note =
    earlier === undefined || earlier.sameRows
      ? []
      : ["", `${earlier.name} was tested on other rows: small differences may be chance.`];
  return [...lines, ...note, ""].map((line) => `${line}\n`).join("");
}

/** What is shown side by side. */
interface Shown<Tested extends TestedClasses | TestedRegression> {
  readonly baseline: Tested["baseline"];
  readonly test: Tested["test"];
  readonly before?: { readonly name: string; readonly test: Tested["test"] };
}
type Classes = Shown<TestedClasses>;
type Regression = Shown<TestedRegression>;

/** More classes than this are too many to show one by one. */
const shownClasses = 24;

/** Test metrics of classes, the confusion matrix, and what each class is worth. */
function classesReport(
  classes: readonly string[],
  rows: number,
  { test, before, baseline }: Classes,
): string[] {
  const lines = against(
    `Test, ${plural(rows, "row")}`,
    before && cut(before.name, 32),
    `always ${cut(baseline.always, 20)}`,
    [
      ["accuracy", test.accuracy, before?.test.accuracy, baseline.accuracy],
      ["macro F1", test.macroF1, before?.test.macroF1, baseline.macroF1],
      ["loss", test.loss, before?.test.loss, baseline.loss],
    ],
  );
  const each =
    classes.length > shownClasses
      ? [`${classes.length} classes: precision, recall, F1 and confusion of each are in run.json`]
      : [...confusionLines(classes, test), "", ...classLines(classes, test, before?.test)];
  return [...lines, "", ...each];
}

function confusionLines(classes: readonly string[], { confusion }: ClassesScore): string[] {
  const names = classes.map((name) => cut(name, 16));
  return alignColumns([
    ["Truth, down; predicted, across", ...names],
    ...confusion.map((counts, k) => [`  ${names[k]}`, ...counts.map(showCount)]),
  ]);
}

function classLines(classes: readonly string[], { perClass }: ClassesScore, before?: ClassesScore): string[] {
  const worths = ["precision", "recall", "f1"] as const;
  const was = (text: string): string[] => (before === undefined ? [] : [text]);
  const body = classes.map((name) => [
    `  ${cut(name, 16)}`,
    ...worths.flatMap((of) => [
      perClass[name][of].toFixed(3),
      ...was(before?.perClass[name][of].toFixed(3) ?? ""),
    ]),
    showCount(perClass[name].rows),
  ]);
  const names = ["precision", "recall", "F1"].flatMap((name) => [name, ...was("before")]);
  return alignColumns([["Class", ...names, "rows"], ...body]);
}

/** Test metrics of quantities, in the target's own units. */
function regressionReport(target: string, rows: number, { test, before, baseline }: Regression): string[] {
  return against(
    `Test, ${plural(rows, "row")}`,
    before && cut(before.name, 32),
    `always ${showNumber(baseline.always)}`,
    [
      ["R²", test.r2, before?.test.r2, baseline.r2],
      [`RMSE, in ${target}`, test.rmse, before?.test.rmse, baseline.rmse],
      [`MAE, in ${target}`, test.mae, before?.test.mae, baseline.mae],
      ["loss, standardised", test.loss, before?.test.loss, baseline.loss],
    ],
  );
}
