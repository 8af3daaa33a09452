/** A run on one page: what came of it, what the doctor says, how training went. It needs no network and no script. */
import type { Logs } from "plumb-ml";
import type { Setup } from "../../experiment/setup.ts";
import { classNames, type Target } from "../../experiment/task.ts";
import type { TestedClasses } from "../../experiment/testing.ts";
import type { Trained } from "../../experiment/training.ts";
import type { EarlierRun } from "../../run/earlier.ts";
import type { StoredFindings, StoredRun, TrainResult } from "../../run/stored.ts";
import { cut, showCount } from "../format.ts";
import { ending, opening } from "../summary.ts";
import { curvesDrawing, type Curve } from "./curves.ts";
import { findingsSection } from "./findings.ts";
import { escaped, table } from "./html.ts";
import { figuresSection, intervalsSection } from "./figures.ts";
import { style } from "./style.ts";

/** All that the page tells. */
export interface RunStory {
  /** The folder of the run, as the user would type it. */
  readonly name: string;
  readonly stored: StoredRun;
  readonly setup: Setup;
  readonly trained: Trained;
  readonly history: readonly Logs[];
  readonly told: StoredFindings | undefined;
  readonly earlier: EarlierRun | undefined;
}

export function runPage(story: RunStory): string {
  const { stored, setup, trained, told, earlier, name } = story;
  const title = `${setup.target.name} from ${stored.data.file}`;
  const sections = [
    `<h1>${escaped(title)}</h1>
<p class="soft">${escaped(name)}, ${stored.started.slice(0, 16).replace("T", " ")} UTC<br><code>${escaped(stored.command.join(" "))}</code></p>
<p>${escaped(ending(trained, setup.recipe).trim())}</p>`,
    ...(stored.result === undefined ? [] : [figuresSection(setup, stored.result, earlier)]),
    ...(told === undefined ? [] : [findingsSection(told, earlier)]),
    ...(told?.metrics === undefined
      ? []
      : [intervalsSection(told.metrics, earlier?.findings?.metrics?.test)]),
    curvesSection(story),
    ...(stored.result === undefined ? [] : [confusionSection(setup.target, stored.result)]),
    `<h2>What was trained</h2><pre>${escaped(opening(stored.data.file, setup).trim())}</pre>`,
  ];
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title><style>${style}</style></head>
<body>
${sections.filter((section) => section !== "").join("\n")}
</body>
</html>
`;
}

/** Losses are of one kind where the loss is the same and rows count the same in it. */
function comparable(name: string, { stored, earlier }: RunStory): boolean {
  const kind = ({ loss, config }: StoredRun): string => JSON.stringify([loss, config.classWeights ?? null]);
  return earlier !== undefined && (name !== "loss" || kind(stored) === kind(earlier.stored));
}

function curvesSection(story: RunStory): string {
  const { history, earlier, trained } = story;
  const names = Object.keys(history[0] ?? {}).filter((name) => `val_${name}` in (history[0] ?? {}));
  const drawings = names.map((name) => {
    const of = (lines: readonly Logs[], key: string): number[] => lines.map((line) => line[key] ?? NaN);
    const curves: Curve[] = [
      { name: "training rows", kind: "train", values: of(history, name) },
      { name: "validation rows", kind: "validation", values: of(history, `val_${name}`) },
      ...(earlier === undefined || !comparable(name, story)
        ? []
        : [
            {
              name: `validation rows, ${earlier.name}`,
              kind: "before" as const,
              values: of(earlier.history, `val_${name}`),
            },
          ]),
    ];
    return curvesDrawing(`${name.charAt(0).toUpperCase()}${name.slice(1)}`, curves, trained.kept);
  });
  return drawings.every((drawing) => drawing === "")
    ? ""
    : `<h2>How training went</h2>${drawings.join("\n")}`;
}

/** More classes than this make a table that nobody reads. */
const shownClasses = 24;

function confusionSection(target: Target, { test }: TrainResult): string {
  const { classes, task } = target;
  if (task !== "classes" || classes.length > shownClasses) return "";
  const { confusion } = test as TestedClasses["test"];
  const names = classNames(target).map((name) => escaped(cut(name, 24)));
  const rows = confusion.map((counts, k) => [names[k], ...counts.map(showCount)]);
  return `<h2>Which class was taken for which</h2><p class="soft">Test rows. The truth stands on the left, what was predicted above.</p>${table([["", ...names], ...rows])}`;
}
