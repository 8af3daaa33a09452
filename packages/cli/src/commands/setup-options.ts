/** The flags that decide what is learned from a table, and how: the same for every command that begins with one. */
import { parseClassWeights } from "../experiment/class-weights.ts";
import { parseShares } from "../experiment/parts.ts";
import { defaultShares } from "../experiment/setup.ts";
import { tasks, type Task } from "../experiment/task.ts";
import { badFlag, names, realNumber, wholeNumber } from "../flags.ts";
import type { OptionRecord } from "./command.ts";

/** `--task classes` or `--task regression`. */
export const taskOption: OptionRecord = {
  flags: "--task <task>",
  help: "classes or regression (default: decided by the target)",
  parse: parseTask,
};

export const dropOption: OptionRecord = {
  flags: "--drop <columns>",
  help: "columns to leave out, with commas between",
  parse: names,
};

export const headerOptions: readonly OptionRecord[] = [
  { flags: "--header", help: "the first line holds names (default: decided by the file)" },
  { flags: "--no-header", help: "the first line is data; columns are called column0, column1 …" },
];

/** All but the target. */
export const setupOptions: readonly OptionRecord[] = [
  taskOption,
  dropOption,
  ...headerOptions,
  {
    flags: "--split <shares>",
    help: `training, validation and test rows (default: ${defaultShares})`,
    parse: parseShares,
  },
  {
    flags: "--seed <n>",
    help: "decides everything random (default: 1)",
    parse: wholeNumber("--seed", { min: 0 }, 1),
  },
  {
    flags: "--layers <widths>",
    help: "units of the hidden layers, with commas between, or none (default: by rows)",
    parse: parseLayers,
  },
  {
    flags: "--epochs <n>",
    help: "the most rounds over the training rows (default: by rows)",
    parse: wholeNumber("--epochs", { min: 1 }, 100),
  },
  {
    flags: "--batch <n>",
    help: "rows per step (default: by rows)",
    parse: wholeNumber("--batch", { min: 1 }, 32),
  },
  {
    flags: "--rate <x>",
    help: "learning rate of Adam (default: 0.001)",
    parse: realNumber("--rate", { above: 0 }, 0.001),
  },
  {
    flags: "--decay <x>",
    help: "weight decay, decoupled (default: by rows)",
    parse: realNumber("--decay", { min: 0 }, 0.1),
  },
  {
    flags: "--dropout <share>",
    help: "share of hidden units left out in each step (default: 0)",
    parse: realNumber("--dropout", { min: 0, below: 1 }, 0.2),
  },
  {
    flags: "--patience <n>",
    help: "epochs without a better validation loss before training ends (default: by rows)",
    parse: wholeNumber("--patience", { min: 1 }, 20),
  },
  {
    flags: "--loss <name>",
    help: "auto (the first choice for the target) or a loss by name: see plumb losses (default: auto)",
  },
  {
    flags: "--class-weights <weights>",
    help: "balanced, or name=weight with commas between",
    parse: parseClassWeights,
  },
];

function parseTask(text: string): Task {
  const task = tasks.find((candidate) => candidate === text);
  if (task === undefined) throw badFlag("--task", text, tasks.join(" or "), "classes");
  return task;
}

function parseLayers(text: string): number[] {
  if (text === "none") return [];
  const widths = text.split(",").map((width) => (width.trim() === "" ? NaN : Number(width)));
  if (!widths.every((width) => Number.isSafeInteger(width) && width >= 1))
    throw badFlag("--layers", text, "whole numbers of at least 1 with commas between, or none", "64,64");
  return widths;
}
