/** What `plumb train` says before training and after it. */
import type { Recipe } from "../experiment/defaults.ts";
import { showNetwork } from "../experiment/network.ts";
import { planNotes } from "../prepare/plan.ts";
import type { Setup } from "../experiment/setup.ts";
import type { RunFolder } from "../run/run-folder.ts";
import type { Trained } from "../experiment/training.ts";
import { plural, showCount } from "./format.ts";
import { inputsLine, labelled, shortened } from "./report.ts";

/** Data, target, rows, inputs, loss and network, each with its reason. */
export function opening(file: string, setup: Setup): string {
  const { table, target, parts, plan, inputs, objective, network, seed, recipe } = setup;
  const without = table.rows - target.rows.length;
  const shown = target.classes.length <= 12 ? `: ${target.classes.join(", ")}` : "";
  const what = target.task === "classes" ? `${target.classes.length} classes${shown}` : "regression";
  return labelled([
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
  ]).concat("\n");
}

/** How training went, the report of the test, and what was written. Without `talks`, the report and where it lies. */
export function closing(
  trained: Trained,
  recipe: Recipe,
  report: string,
  folder: RunFolder,
  files: readonly string[],
  talks: boolean,
): string {
  const { epochs, kept, seconds, stopped } = trained;
  const ends = {
    epochs: "all epochs done",
    patience: `validation loss has not fallen for ${plural(recipe.patience, "epoch")}`,
    signal: "stopped by Ctrl-C",
  };
  const weights = kept === 0 ? "no epoch was finished" : `kept the weights of epoch ${kept}`;
  const lines = [
    `Trained ${plural(epochs, "epoch")} in ${seconds.toFixed(1)} s: ${ends[stopped]}; ${weights}.\n\n`,
    `${report}\n`,
    `Wrote ${folder.name}: ${files.join(", ")}\n`,
    `Use it: plumb predict ${folder.name} <file>\n`,
  ];
  return talks ? lines.join("") : lines.slice(1, 3).join("");
}
