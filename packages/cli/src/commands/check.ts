/** `plumb check <what>`: what the doctor says about a table, a run, or predictions from any framework. */
import { statSync } from "node:fs";
import { resolve } from "node:path";
import { PlumbError } from "plumb-ml";
import type { Checked } from "../check/checked.ts";
import { parseCosts } from "../check/costs.ts";
import { checkData } from "../check/data.ts";
import { checkPredictions, type PredictionFlags } from "../check/predictions.ts";
import { checkRun } from "../check/run.ts";
import type { SetupOptions } from "../experiment/setup.ts";
import { names, realNumber } from "../flags.ts";
import { exitCodes, type Io } from "../io.ts";
import { settingOf, showFindings, tally } from "../report/findings.ts";
import { wrap } from "../report/format.ts";
import { metricsTable } from "../report/metrics.ts";
import { labelled } from "../report/report.ts";
import { locate } from "../table/locate.ts";
import type { Command } from "./command.ts";
import { setupOptions } from "./setup-options.ts";

export interface CheckFlags extends Partial<Omit<SetupOptions, "threshold">>, PredictionFlags {
  readonly data?: string;
  readonly json?: boolean;
}

/** What can be checked, told by a folder and by the flag that names the truth; and the flags that go with it. */
const flagsOf = {
  predictions: [
    "label",
    "pred",
    "probs",
    "logits",
    "classes",
    "costs",
    "threshold",
    "task",
    "drop",
    "header",
  ],
  data: ["target", ...setupOptions.map(({ flags }) => keyOf(flags))],
  run: ["data"],
} as const satisfies Readonly<Record<string, readonly string[]>>;
type Subject = keyof typeof flagsOf;

/** The name under which the parser keeps a flag: `classWeights` of `--class-weights <weights>`. */
function keyOf(flags: string): string {
  const word = /--(?:no-)?([\w-]+)/.exec(flags)?.[1] ?? flags;
  return word.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}

export const check: Command<CheckFlags> = {
  name: "check",
  summary:
    "Say what is wrong with predictions, data or a run: findings with evidence and fix. Exits with 1 where one is an error.",
  arguments: [
    {
      name: "what",
      help: "a table of labels and predictions (--label), a table to learn from (--target), or the folder of a run",
    },
  ],
  options: [
    { flags: "-l, --label <column>", help: "predictions: the column of the truth" },
    {
      flags: "--pred <column>",
      help: "predictions: values, class names, or the probability of the second of two classes",
    },
    {
      flags: "--probs <columns>",
      help: "predictions: probabilities, a column per class with commas between, or prob_*; one column is of the second class",
      parse: names,
    },
    { flags: "--logits <columns>", help: "predictions: as --probs, before softmax or sigmoid", parse: names },
    {
      flags: "--classes <names>",
      help: "predictions: what the classes are called, in the order of the columns",
      parse: names,
    },
    {
      flags: "--costs <costs>",
      help: "what errors between two classes cost: falsePositive=1,falseNegative=20",
      parse: parseCosts,
    },
    {
      flags: "--threshold <x>",
      help: "the second of two classes is decided from this probability on (default: 0.5)",
      parse: realNumber("--threshold", { above: 0, below: 1 }, 0.3),
    },
    { flags: "-t, --target <column>", help: "data: the column to predict, as for plumb train" },
    ...setupOptions,
    { flags: "--data <file>", help: "run: the table that it was trained on, where it was moved" },
    {
      flags: "--json",
      help: "print one JSON object, { metrics, findings }, and nothing else; note says what could not be looked at",
    },
  ],
  examples: [
    "plumb check predictions.csv --label y --probs p0,p1,p2",
    "plumb check scores.parquet --label fraud --pred p --costs falsePositive=1,falseNegative=20 --json",
    "plumb check data.csv --target species",
    "plumb check runs/penguins-species",
  ],
  computes: true,
  run,
};

async function run(
  [what]: readonly string[],
  flags: CheckFlags,
  io: Io,
  argv: readonly string[],
): Promise<number> {
  const subject = await subjectOf(what, flags, io.cwd);
  refuseOthers(subject, flags);
  const checkers = { run: checkRun, predictions: checkPredictions, data: checkData };
  const checked = await checkers[subject](what, flags, io, argv);
  const { note, metrics, findings } = checked;
  io.stdout.write(
    flags.json === true ? `${JSON.stringify({ note, metrics, findings })}\n` : page(checked, io),
  );
  const failed = findings.some(({ severity }) => severity === "error");
  return failed ? exitCodes.failed : exitCodes.done;
}

function page({ told, measured, note, metrics, findings }: Checked, io: Io): string {
  const setting = settingOf(io.stdout);
  const lines = note === undefined ? told : [...told, ["Note", [note]] as const];
  const parts = [labelled(wrapped(lines, setting.width))];
  if (measured !== undefined) parts.push(metricsTable(measured, metrics));
  if (findings.length === 0) parts.push("Nothing found.\n");
  else
    parts.push(
      showFindings(findings, setting),
      `${tally(findings)}. plumb explain ${findings[0].code} says more about the first.\n`,
    );
  return parts.join("\n");
}

/** No line of them longer than the width, labels included. */
function wrapped(told: Checked["told"], width: number): Checked["told"] {
  const free = width - Math.max(...told.map(([label]) => label.length)) - 2;
  return told.map(([label, lines]) => [label, lines.flatMap((line) => wrap(line, free))]);
}

/** Errors: PL3001 where there is nothing of that name, PL4004 where the flags do not say what is to be checked, or say two things. */
async function subjectOf(
  what: string,
  { label, target, pred, probs, logits }: CheckFlags,
  cwd: string,
): Promise<Subject> {
  const found = statSync(resolve(cwd, what), { throwIfNoEntry: false });
  if (found === undefined) await locate(what, cwd); // says what there is instead
  if (found?.isDirectory() === true) return "run";
  const predicted = [pred, probs, logits].some((flag) => flag !== undefined);
  if (label !== undefined && target !== undefined)
    throw unclear(
      what,
      "--label and --target were both given",
      "--label judges predictions, --target looks at data",
    );
  if (label !== undefined) return "predictions";
  if (predicted)
    throw unclear(what, "Predictions were named, and no --label", "They are judged by the truth");
  if (target !== undefined) return "data";
  throw unclear(
    what,
    "Neither --label nor --target was given",
    "A table is predictions or data, and nothing is guessed",
  );
}

/** Errors: PL4004 for a flag that says nothing about the subject. */
function refuseOthers(subject: Subject, flags: CheckFlags): void {
  const known: readonly string[] = [...flagsOf[subject], "json", "turbo"];
  const other = Object.entries(flags).find(
    ([name, value]) => value !== undefined && !known.includes(name),
  )?.[0];
  if (other === undefined) return;
  const dashed = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  throw new PlumbError("PL4004", {
    asked: `--${dashed(other)} was given to check ${subject === "run" ? "a run" : subject}`,
    why: "It says nothing about that, and what is not used is not taken in silence",
    fix: `Leave it out; ${subject === "run" ? "a run" : subject} can be given ${flagsOf[subject].map((name) => `--${dashed(name)}`).join(", ")}`,
  });
}

const unclear = (what: string, arrived: string, why: string): PlumbError =>
  new PlumbError("PL4004", {
    asked: `Checking ${what} was asked for`,
    arrived,
    why,
    fix: `Of predictions: plumb check ${what} --label <column> with --pred, --probs or --logits. Of data: plumb check ${what} --target <column>`,
  });
