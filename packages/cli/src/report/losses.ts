/** The losses on a terminal: all of them as a table, one of them as a page. Every word comes from the records. */
import type { LossCurve, LossFacts } from "plumb-ml";
import { wrap } from "./format.ts";
import { plot } from "./plot.ts";
import { labelled } from "./report.ts";

const gap = "  ";

/** A table of `width` characters: what each loss is called, computes, takes, gives, and is for. */
export function lossesTable(facts: readonly LossFacts[], width: number): string {
  const fixed = [22, 18, 18, 8];
  const free = width - fixed.reduce((sum, one) => sum + one + gap.length, 0) - gap.length;
  const [name, labels, predictions, range] = fixed;
  const formula = Math.floor(free / 2);
  const widths = [name, formula, labels, predictions, range, free - formula];
  const rows = facts.map(({ strings, formula, labels, predictions, range, when }) => [
    strings[0],
    formula,
    labels,
    predictions,
    range,
    when,
  ]);
  const head = ["loss", "formula", "labels", "predictions", "range", "when to use"];
  return `${[head, ...rows].map((row) => block(row, widths)).join("\n")}\nplumb losses <name> shows one with its parameters and its curve.\n`;
}

/** A row whose cells take as many lines as they need. */
function block(cells: readonly string[], widths: readonly number[]): string {
  const wrapped = cells.map((cell, i) => wrap(cell, widths[i]));
  const height = Math.max(...wrapped.map((lines) => lines.length));
  const line = (at: number): string =>
    wrapped
      .map((lines, i) => (lines[at] ?? "").padEnd(widths[i]))
      .join(gap)
      .trimEnd();
  return `${Array.from({ length: height }, (_, at) => line(at)).join("\n")}\n`;
}

const logitsInWords: Readonly<Record<LossFacts["fromLogits"], string>> = {
  optional: "fromLogits: true computes it from logits; left out, it follows from the last layer",
  always: "always computed from logits",
  never: "never computed from logits",
};

/** One loss: what it is, takes and gives, its parameters, and its curve where it has one. */
export function lossPage(facts: LossFacts, curve: LossCurve | undefined): string {
  const { name, strings, formula, labels, predictions, range, fromLogits, tasks, when, source } = facts;
  const about = labelled([
    ["Loss", [name, `as a string: ${strings.join(", ")}`]],
    ["Formula", [formula]],
    ["Labels", [labels]],
    ["Predictions", [predictions, logitsInWords[fromLogits]]],
    ["Range", [range]],
    ["Tasks", [tasks.map((task) => taskWords[task]).join(", ")]],
    ["Use", wrap(when, 80)],
    ...(source === undefined ? [] : [["Source", wrap(source, 80)] as const]),
    ...(facts.parameters.length === 0
      ? []
      : [["Parameters", facts.parameters.flatMap(parameterLines)] as const]),
  ]);
  return curve === undefined ? about : `${about}\n${curveOf(curve)}\n`;
}

const taskWords: Readonly<Record<LossFacts["tasks"][number], string>> = {
  regression: "quantities",
  binary: "yes or no",
  labelSets: "several labels at once",
  classes: "one of several classes",
  sequences: "sequences",
  grouping: "groups of rows",
};

function parameterLines({ name, default: initial, doc, words }: LossFacts["parameters"][number]): string[] {
  const shown = initial === undefined ? "left out" : JSON.stringify(initial);
  return [`${name} = ${shown}: ${words}`, ...wrap(doc, 78).map((line) => `  ${line}`)];
}

const curveOf = ({ against, x, value, slope }: LossCurve): string =>
  [`The loss against ${against}:`, "", ...plot(x, value), "", "Its gradient:", "", ...plot(x, slope)].join(
    "\n",
  );
