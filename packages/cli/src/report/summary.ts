/** What `plumb train` says before training and after it. */
import type { Recipe } from "../experiment/defaults.ts";
import { showNetwork } from "../experiment/network.ts";
import { planNotes } from "../prepare/plan.ts";
import type { Setup } from "../experiment/setup.ts";
import type { Finding } from "plumb-ml/doctor";
import type { EarlierRun } from "../run/earlier.ts";
import { findingsFile, reportFile, runFiles, type RunFolder } from "../run/run-folder.ts";
import type { RunFinding, StoredFindings } from "../run/stored.ts";
import type { Trained } from "../experiment/training.ts";
import { showFinding, tally, type Setting } from "./findings.ts";
import { plural, showCount, wrap } from "./format.ts";
import { inputsLine, labelled, shortened } from "./report.ts";
import { since } from "./since.ts";

/** Data, target, rows, inputs, loss and network, each with its reason. */
export const opening = (file: string, setup: Setup): string => labelled(factsOf(file, setup)).concat("\n");

/** The same as labels with lines. */
export function factsOf(file: string, setup: Setup): [label: string, lines: readonly string[]][] {
  const { table, target, parts, plan, inputs, objective, network, seed, recipe } = setup;
  const without = table.rows - target.rows.length;
  const shown = target.classes.length <= 12 ? `: ${target.classes.join(", ")}` : "";
  const what = target.task === "classes" ? `${target.classes.length} classes${shown}` : "regression";
  return [
    [
      "Data",
      [`${file}: ${plural(table.rows, "row")}, ${plural(table.columns.length, "column")}`, ...table.notes],
    ],
    [
      "Target",
      [
        `${target.name}, ${what}`,
        `because ${target.why}`,
        ...(without > 0 ? [`${plural(without, "row")} without a target left out`] : []),
      ],
    ],
    [
      "Rows",
      [
        `${showCount(parts.train.length)} to train, ${showCount(parts.validation.length)} to validate, ${showCount(parts.test.length)} to test (seed ${seed}${target.task === "classes" ? ", each class in proportion" : ""})`,
      ],
    ],
    ["Inputs", [inputsLine(plan), ...shortened(planNotes(plan, inputs, table.rows))]],
    ["Loss", [objective.loss, `because ${objective.why}`]],
    [
      "Network",
      [
        showNetwork(network),
        `Adam at ${recipe.rate}, weight decay ${recipe.decay}, batches of ${recipe.batch}, at most ${recipe.epochs} epochs`,
      ],
    ],
  ];
}

/** How training went. */
export function ending({ epochs, kept, seconds, stopped }: Trained, { patience }: Recipe): string {
  const ends = {
    epochs: "all epochs done",
    patience: `validation loss has not fallen for ${plural(patience, "epoch")}`,
    signal: "stopped by Ctrl-C",
    failed: "the next step could not be made",
  };
  const weights = kept === 0 ? "no epoch was finished" : `kept the weights of epoch ${kept}`;
  return `Trained ${plural(epochs, "epoch")} in ${seconds.toFixed(1)} s: ${ends[stopped]}; ${weights}.\n\n`;
}

/** More findings than this are for the report. */
const mostTold = 3;

/** Errors that the doctor found before training, a line each: what is wrong with the data is better known before than after. */
export function beforehand(feared: readonly Finding[], { width }: Setting): string {
  const errors = feared.filter(({ severity }) => severity === "error").slice(0, mostTold);
  if (errors.length === 0) return "";
  const lines = errors.flatMap(({ code, title }) => wrap(`error ${code}: ${title}`, width));
  return `${[...lines, "Training goes on; more of it at the end."].join("\n")}\n\n`;
}

/** What the doctor found: at most three errors or warnings, and where the rest is. */
export function toldOf(
  stored: StoredFindings,
  folder: RunFolder,
  setting: Setting,
  earlier?: EarlierRun,
): string {
  const { findings } = stored;
  const shown = findings
    .filter((finding) => finding.severity !== "information" && asksFirst(finding, findings))
    .slice(0, mostTold);
  const rest = findings.filter((finding) => !shown.includes(finding));
  const more = rest.length === 0 ? "" : `; ${tally(rest)} more in ${folder.name}/${reportFile}`;
  const lines = [
    ...shown.map((finding) => `${showFinding(finding, setting)}\n`),
    ...(shown.length === 0 ? [`The doctor found nothing that has to be mended${more}.\n`] : []),
    ...(earlier === undefined ? [] : since(earlier, stored))
      .flatMap((line) => wrap(line, setting.width))
      .map((line) => `${line}\n`),
    ...(shown.length > 0 ? [`More about a finding: plumb explain ${shown[0].code}${more}\n`] : []),
  ];
  return `${lines.join("")}\n`;
}

/** Of findings that ask for the same flags those of the outcome say most, and of these the first: more than what was feared of the data. */
function asksFirst({ flags, code }: RunFinding, all: readonly RunFinding[]): boolean {
  const alike = all.filter((of) => flags !== undefined && of.flags === flags);
  const most = alike.find(({ found }) => found === "after") ?? alike[0];
  return most === undefined || most.code === code;
}

/** What was written, and what to do with it. */
export function wrote(folder: RunFolder, consulted: boolean, usable: boolean, talks: boolean): string {
  const { weights, ...always } = runFiles;
  const files = [...Object.values(always), ...(usable ? [weights] : [])];
  const all = [...files, ...(consulted ? [findingsFile] : []), reportFile];
  const use = talks && usable ? `Use it: plumb predict ${folder.name} <file>\n` : "";
  return `Wrote ${folder.name}: ${all.join(", ")}\n${use}`;
}
