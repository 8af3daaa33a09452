/** Whether the target is a class or a quantity, and what the network is to be told. */
import { PlumbError } from "plumb-ml";
import type { Column } from "../table/table.ts";

export const tasks = ["classes", "regression"] as const;
export type Task = (typeof tasks)[number];

/** Integers with at most this many distinct values are taken for classes. */
export const classLimit = 20;

export interface Target {
  readonly name: string;
  readonly task: Task;
  /** Why the task was chosen, as a sentence without a full stop. */
  readonly why: string;
  /** Of classes: their names, in the order of their codes. Empty for a regression. */
  readonly classes: readonly string[];
  /** Class codes or quantities, one per row of the table; −1 or NaN where the target is missing. */
  readonly values: Float64Array;
  /** Rows that have a target. */
  readonly rows: Int32Array;
}

/**
 * Reads the target column: text, truths and integers with at most 20 distinct values are classes, anything else is a
 * regression, unless `asked` says otherwise. Classes are ordered by number, or else by name.
 *
 * Errors: PL3006 when no row has a target, PL3004 for a single row or for
 * classes that have hardly more than one each, PL3007 when a regression is asked of text, PL3005
 * when all rows have the same target.
 */
export function readTarget(column: Column, asked?: Task): Target {
  const { name } = column;
  const distinct = distinctOf(column);
  const count = column.kind === "text" ? column.codes.length : column.values.length;
  const rows = Int32Array.from({ length: count }, (_, row) => row).filter((row) =>
    column.kind === "text" ? column.codes[row] >= 0 : !Number.isNaN(column.values[row]),
  );
  if (rows.length === 0) throw noTarget(name, count);
  if (rows.length === 1) throw tooFewRows(1);
  const { task, why } = decide(column, distinct, asked);
  if (task === "regression" && column.kind === "text") throw textTarget(name, distinct);
  if (distinct.length === 1) throw oneTarget(name, task, distinct[0], rows.length);
  if (task === "regression") return { name, task, why, classes: [], values: numbersOf(column), rows };
  if (distinct.length > rows.length / 2) throw tooFewOfEach(name, rows.length, distinct.length);
  const code = new Map(distinct.map((value, i) => [value, i]));
  const values = Float64Array.from({ length: count }, (_, row) => code.get(valueAt(column, row)) ?? -1);
  return { name, task, why, classes: distinct.map((value) => showClass(column, value)), values, rows };
}

/** What classes are called in a sentence: `rose`, and `fraud=1` where `1` by itself says little. */
export const classNames = ({ name, classes }: Target): readonly string[] =>
  classes.some((of) => of === "true" || Number.isFinite(Number(of)))
    ? classes.map((of) => `${name}=${of}`)
    : classes;

/** The error of a table too small to be split; `rows` is what it has. */
export const tooFewRows = (rows: number): PlumbError =>
  new PlumbError("PL3004", {
    asked: "Training, validation and test parts were to be made of the rows with a target",
    arrived: `There ${rows === 1 ? "is 1 such row" : `are ${rows} such rows`}`,
    why: `Below ${fewestRows} rows no part is large enough to say anything`,
    fix: "Collect more rows",
  });

/** The least number of rows with a target that are trained on. */
export const fewestRows = 10;

type Value = number | string;

const valueAt = (column: Column, row: number): Value =>
  column.kind === "text" ? column.words[column.codes[row]] : column.values[row];

const numbersOf = (column: Column): Float64Array =>
  column.kind === "text" ? new Float64Array() : column.values;

function distinctOf(column: Column): Value[] {
  if (column.kind === "text") return [...column.words].sort();
  return [...new Set(column.values)].filter((value) => !Number.isNaN(value)).sort((a, b) => a - b);
}

function showClass(column: Column, value: Value): string {
  if (column.kind === "boolean") return value === 1 ? "true" : "false";
  return String(value);
}

/** What the task of a target is where nobody has said it, and why. */
export const taskOf = (column: Column): Pick<Target, "task" | "why"> => decide(column, distinctOf(column));

function decide(column: Column, distinct: readonly Value[], asked?: Task): { task: Task; why: string } {
  const { name, kind } = column;
  if (asked !== undefined) return { task: asked, why: `--task ${asked} was given` };
  if (kind === "text")
    return { task: "classes", why: `${name} is text with ${distinct.length} different values` };
  if (kind === "boolean") return { task: "classes", why: `${name} is true or false` };
  const whole = kind === "number" && distinct.every((value) => Number.isInteger(value));
  if (whole && distinct.length <= classLimit)
    return {
      task: "classes",
      why: `${name} is a whole number with ${distinct.length} different values (at most ${classLimit})`,
    };
  const what = whole ? "a whole number" : kind === "date" ? "a date" : "a number with fractions";
  return { task: "regression", why: `${name} is ${what} with ${distinct.length} different values` };
}

const noTarget = (name: string, rows: number): PlumbError =>
  new PlumbError("PL3006", {
    asked: `Training towards ${name} was asked for`,
    arrived: `None of the ${rows} rows has a value in that column`,
    why: "There is no truth to learn from",
    fix: "Choose another column with --target, or fill this one",
  });

const textTarget = (name: string, distinct: readonly Value[]): PlumbError =>
  new PlumbError("PL3007", {
    asked: `A regression towards ${name} was asked for`,
    arrived: `That column is text, such as ${distinct
      .slice(0, 3)
      .map((value) => JSON.stringify(value))
      .join(", ")}`,
    why: "A regression needs numbers to measure distances between",
    fix: "Leave out --task regression to predict the text as classes, or clean the column so that every value is a number",
  });

const oneTarget = (name: string, task: Task, value: Value, rows: number): PlumbError =>
  new PlumbError("PL3005", {
    asked: `Training towards ${name} was asked for`,
    arrived: `All ${rows} rows hold ${JSON.stringify(value)}`,
    why:
      task === "classes"
        ? "With one class there is nothing to tell apart"
        : "With one value there is nothing to predict",
    fix: "Choose another column with --target, or add rows with other values",
  });

const tooFewOfEach = (name: string, rows: number, classes: number): PlumbError =>
  new PlumbError("PL3004", {
    asked: `Predicting the class ${name} was asked for`,
    arrived: `Its ${rows} rows are of ${classes} classes`,
    why: "A class needs rows to learn from and others to be judged by, and most have a single one",
    fix: "Choose another column with --target; this one seems to name rows, or to be a quantity (--task regression)",
  });
