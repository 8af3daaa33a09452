/** What `plumb train` says before and after training. */
import type { Plan } from "../prepare/plan.ts";
import { inputsOf } from "../prepare/plan.ts";
import type { ClassesScore } from "../experiment/score.ts";
import type { TestedClasses, TestedRegression } from "../experiment/testing.ts";
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

/** A value of the baseline and of the model, under its name. */
type Line = readonly [name: string, baseline: number, model: number];

function against(title: string, baselineName: string, lines: readonly Line[]): string[] {
  const body = lines.map(([name, baseline, model]) => [`  ${name}`, showNumber(model), showNumber(baseline)]);
  return alignColumns([[title, "model", baselineName], ...body]);
}

/** More classes than this are too many to show one by one. */
const shownClasses = 24;

/** Test metrics of classes beside the baseline, the confusion matrix, and what each class is worth. */
export function classesReport(
  target: string,
  classes: readonly string[],
  rows: number,
  model: TestedClasses["test"],
  baseline: TestedClasses["baseline"],
): string {
  const lines = against(`Test, ${plural(rows, "row")}`, `always ${cut(baseline.always, 20)}`, [
    ["accuracy", baseline.accuracy, model.accuracy],
    ["macro F1", baseline.macroF1, model.macroF1],
    ["loss", baseline.loss, model.loss],
  ]);
  const each =
    classes.length > shownClasses
      ? [`${classes.length} classes: precision, recall, F1 and confusion of each are in run.json`]
      : [...confusionLines(classes, model), "", ...classLines(classes, model)];
  return [...lines, "", ...each, ...classesAdvice(target, model, baseline)]
    .map((line) => `${line}\n`)
    .join("");
}

function confusionLines(classes: readonly string[], { confusion }: ClassesScore): string[] {
  const names = classes.map((name) => cut(name, 16));
  return alignColumns([
    ["Truth, down; predicted, across", ...names],
    ...confusion.map((counts, k) => [`  ${names[k]}`, ...counts.map(showCount)]),
  ]);
}

function classLines(classes: readonly string[], { perClass }: ClassesScore): string[] {
  const body = classes.map((name) => {
    const { precision, recall, f1, rows } = perClass[name];
    return [`  ${cut(name, 16)}`, precision.toFixed(3), recall.toFixed(3), f1.toFixed(3), showCount(rows)];
  });
  return alignColumns([["Class", "precision", "recall", "F1", "rows"], ...body]);
}

/** What a superb accuracy may hide, and what to try. */
function classesAdvice(
  target: string,
  model: TestedClasses["test"],
  baseline: TestedClasses["baseline"],
): string[] {
  const missed = Object.entries(model.perClass).filter(([, { recall, rows }]) => rows > 0 && recall < 0.5);
  if (missed.length === 0) return [];
  const found = missed
    .slice(0, 3)
    .map(
      ([name, { recall, rows }]) =>
        `${Math.round(recall * rows)} of the ${plural(rows, "row")} with ${cut(target, 20)} = ${cut(name, 20)}`,
    );
  const gain = ((model.accuracy - baseline.accuracy) * 100).toFixed(1);
  return [
    "",
    `Only ${found.join(", ")} were found, and the accuracy is ${gain} points from that of always saying ${cut(baseline.always, 20)}.`,
    "If missing such rows costs more than a false alarm, try --class-weights balanced.",
  ];
}

/** Test metrics of quantities beside the baseline, in the target's own units. */
export function regressionReport(
  target: string,
  rows: number,
  model: TestedRegression["test"],
  baseline: TestedRegression["baseline"],
): string {
  const lines = against(`Test, ${plural(rows, "row")}`, `always ${showNumber(baseline.always)}`, [
    ["R²", baseline.r2, model.r2],
    [`RMSE, in ${target}`, baseline.rmse, model.rmse],
    [`MAE, in ${target}`, baseline.mae, model.mae],
    ["loss, standardised", baseline.loss, model.loss],
  ]);
  const advice =
    model.r2 > baseline.r2
      ? []
      : ["", "The model is no better than the mean: the columns may not tell the target."];
  return [...lines, ...advice].map((line) => `${line}\n`).join("");
}
