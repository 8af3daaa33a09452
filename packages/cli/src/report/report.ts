/** What `plumb train` says before and after training. */
import type { Plan } from "../prepare/plan.ts";
import { inputsOf } from "../prepare/plan.ts";
import type { ClassesScore, RegressionScore } from "../score.ts";
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

/** Test metrics of classes beside the baseline, the confusion matrix, and what each class is worth. */
export function classesReport(
  classes: readonly string[],
  rows: number,
  model: ClassesScore & { readonly loss: number },
  baseline: ClassesScore & { readonly loss: number; readonly always: string },
): string {
  const lines = against(`Test, ${plural(rows, "row")}`, `always ${cut(baseline.always, 20)}`, [
    ["accuracy", baseline.accuracy, model.accuracy],
    ["macro F1", baseline.macroF1, model.macroF1],
    ["loss", baseline.loss, model.loss],
  ]);
  const names = classes.map((name) => cut(name, 16));
  const measures = classes.map((name) => model.perClass[name]);
  const table = alignColumns([
    ["Class", "precision", "recall", "F1", "rows"],
    ...measures.map(({ precision, recall, f1, rows: count }, k) => [
      `  ${names[k]}`,
      ...[precision, recall, f1].map((value) => value.toFixed(3)),
      showCount(count),
    ]),
  ]);
  const matrix = alignColumns([
    ["Truth, down; predicted, across", ...names],
    ...model.confusion.map((counts, k) => [`  ${names[k]}`, ...counts.map(showCount)]),
  ]);
  return [...lines, "", ...matrix, "", ...table, ...classesAdvice(model, baseline)]
    .map((line) => `${line}\n`)
    .join("");
}

/** What a superb accuracy may hide, and what to try. */
function classesAdvice(model: ClassesScore, baseline: ClassesScore & { readonly always: string }): string[] {
  const missed = Object.entries(model.perClass).filter(([, { recall, rows }]) => rows > 0 && recall < 0.5);
  if (missed.length === 0) return [];
  const found = missed
    .slice(0, 3)
    .map(([name, { recall, rows }]) => `${Math.round(recall * rows)} of ${plural(rows, "row")} of ${name}`)
    .join(", ");
  const gain = ((model.accuracy - baseline.accuracy) * 100).toFixed(1);
  return [
    "",
    `Only ${found} were found, and the accuracy is ${gain} points from that of always saying ${baseline.always}.`,
    "If missing those rows costs more than a false alarm, try --class-weights balanced.",
  ];
}

/** Test metrics of quantities beside the baseline, in the target's own units. */
export function regressionReport(
  target: string,
  rows: number,
  model: RegressionScore & { readonly loss: number },
  baseline: RegressionScore & { readonly loss: number; readonly always: number },
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
