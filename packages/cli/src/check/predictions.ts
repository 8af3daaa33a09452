/** Labels and predictions in the columns of a table, from any framework, as the doctor takes them. */
import { PlumbError } from "plumb-ml";
import { check, type CheckOptions, type Finding } from "plumb-ml/doctor";
import type { Task } from "../experiment/task.ts";
import type { Io } from "../io.ts";
import { inFile, type LocatedFinding } from "../report/findings.ts";
import { plural, showCount } from "../report/format.ts";
import { findColumn } from "../table/columns.ts";
import { readTable } from "../table/read.ts";
import type { Column, Table } from "../table/table.ts";
import type { Checked } from "./checked.ts";
import { wordAt } from "./classes.ts";
import { numberAt, readingOf, type Given, type PredictionFlag, type Reading } from "./reading.ts";
import { inWordsOfCheck } from "./remedies.ts";
import { segments } from "./segments.ts";

/** Which columns hold what. */
export interface PredictionFlags {
  readonly label?: string;
  readonly pred?: string;
  readonly probs?: readonly string[];
  readonly logits?: readonly string[];
  readonly classes?: readonly string[];
  readonly costs?: CheckOptions["costs"];
  readonly threshold?: number;
  readonly task?: Task;
  readonly drop?: readonly string[];
  readonly header?: boolean;
}

/** Labels and predictions, and how they were read. */
export interface Judged extends Pick<Checked, "told"> {
  readonly options: CheckOptions;
  /** The rows of the table that have a label. */
  readonly rows: Int32Array;
  /** A finding with its rows as rows of the file, and its fix in the words of the command line. */
  readonly inWords: (finding: Finding) => LocatedFinding;
}

/** Judges the predictions of a table. Errors: those of the table and of `readPredictions`. */
export async function checkPredictions(file: string, given: PredictionFlags, { cwd }: Io): Promise<Checked> {
  const table = await readTable(file, { cwd, header: given.header });
  const { options, rows, told, inWords } = readPredictions(table, given, file);
  const { metrics, findings } = await check(options);
  return {
    told,
    measured: `Measured on ${plural(rows.length, "row")}`,
    metrics,
    findings: findings.map(inWords),
  };
}

const flags: readonly PredictionFlag[] = ["pred", "probs", "logits"];

/**
 * Reads the label column and those of the predictions; the other columns serve to find groups of rows that are served badly.
 *
 * Errors: PL4004 for flags that contradict each other or the columns, PL3002 for a column that there is not, PL3006 where no
 * row has a label, PL4005 where rows have no prediction, PL3009 for infinite predictions, and those of `readingOf`.
 */
export function readPredictions(table: Table, flags: PredictionFlags, file: string): Judged {
  const label = findColumn(table, flags.label ?? "", "--label");
  const flag = onlyFlag(flags);
  const asked = flag === "pred" ? [flags.pred ?? ""] : (flags[flag] ?? []);
  const columns = asked.flatMap((name) => columnsNamed(table, name, `--${flag}`));
  refuseTwice(label, columns, flag);
  const given = { label, columns, flag, classes: flags.classes, task: flags.task };
  const reading = readingOf(given);
  const rows = rowsWith(label, table.rows);
  checkFilled(columns, label, rows, reading);
  const { classes, predictionOf, kind, task } = reading;
  const numberOf = classes?.numberOf;
  const labels = Float64Array.from(rows, (row) =>
    numberOf === undefined ? numberAt(label, row) : (numberOf(wordAt(label, row) ?? "") ?? NaN),
  );
  const width = columns.length;
  const predictions = new Float64Array(rows.length * width);
  for (let j = 0; j < width; j++)
    for (let i = 0; i < rows.length; i++) predictions[i * width + j] = predictionOf(columns[j], rows[i]);
  const dropped = (flags.drop ?? []).map((name) => findColumn(table, name, "--drop"));
  const others = table.columns.filter((column) => ![label, ...columns, ...dropped].includes(column));
  const { inputs, from } = segments(others, rows);
  return {
    options: {
      labels,
      predictions,
      kind,
      task,
      classes: classes?.names?.map(readable),
      costs: flags.costs,
      threshold: flags.threshold,
      inputs,
      name: columns.map(({ name }) => name).join(", "),
    },
    rows,
    told: told(table, given, reading, rows, from, file),
    inWords: (finding) => inWordsOfCheck(inFile(finding, rows), { ...given, reading }),
  };
}

/** A number alone would not read as a class: `recall of 3`. */
const readable = (name: string): string => (Number.isNaN(Number(name)) ? name : `class ${name}`);

function onlyFlag(given: PredictionFlags): PredictionFlag {
  const present = flags.filter((flag) => given[flag] !== undefined);
  if (present.length === 1) return present[0];
  throw new PlumbError("PL4004", {
    asked: `--label ${given.label} was given ${present.length === 0 ? "without predictions" : `with ${present.map((flag) => `--${flag}`).join(" and ")}`}`,
    why: "Labels are judged against one set of predictions, and what those are has to be said",
    fix: "Give one of --pred (values, class names, or the probability of the second of two classes), --probs (probabilities, a column for each class) and --logits",
  });
}

/** The columns that a name stands for; a star stands for any text: `prob_*`. */
function columnsNamed(table: Table, name: string, flag: string): readonly Column[] {
  const parts = name.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  const pattern = new RegExp(`^${parts.join(".*")}$`, "u");
  const found = table.columns.filter((column) => pattern.test(column.name));
  return name.includes("*") && found.length > 0 ? found : [findColumn(table, name, flag)];
}

function refuseTwice(label: Column, columns: readonly Column[], flag: PredictionFlag): void {
  const twice = columns.find((column, i) => column === label || columns.indexOf(column) !== i);
  if (twice === undefined) return;
  throw new PlumbError("PL4004", {
    asked: `--${flag} ${columns.map(({ name }) => name).join(",")} was given`,
    arrived: twice === label ? `${twice.name} is the label` : `${twice.name} is among them twice`,
    why:
      twice === label ? "Labels judged by themselves are always right" : "Each class has a column of its own",
    fix: "Name the columns that hold what was predicted",
  });
}

function rowsWith(label: Column, count: number): Int32Array {
  const rows = Int32Array.from({ length: count }, (_, row) => row).filter((row) =>
    label.kind === "text" ? label.codes[row] >= 0 : !Number.isNaN(label.values[row]),
  );
  if (rows.length > 0) return rows;
  throw new PlumbError("PL3006", {
    asked: `Judging predictions by ${label.name} was asked for`,
    arrived: `None of the ${count} rows has a value in that column`,
    why: "There is no truth to judge by",
    fix: "Choose another column with --label, or fill this one",
  });
}

/** Errors: PL4005 for rows without a prediction, PL3009 for a label or a prediction that is infinite. */
function checkFilled(
  columns: readonly Column[],
  label: Column,
  rows: Int32Array,
  { predictionOf }: Reading,
): void {
  const asked = (column: Column): string =>
    column === label
      ? `Judging by ${label.name} was asked for`
      : `Judging ${column.name} by ${label.name} was asked for`;
  const empty = (column: Column): Int32Array => rows.filter((row) => Number.isNaN(predictionOf(column, row)));
  for (const column of columns) {
    const missing = empty(column);
    if (missing.length > 0)
      throw new PlumbError("PL4005", {
        asked: asked(column),
        arrived: `${showCount(missing.length)} of ${plural(rows.length, "row")} with a label ${missing.length === 1 ? "has" : "have"} nothing there, or NaN; the first is row ${missing[0] + 1}`,
        why: "Loss and metrics of such rows do not exist, and to leave them out would flatter the model",
        fix: "Predict them, or delete these rows from the file; if the model gave NaN, plumb explain PL4101 says how that comes about",
      });
  }
  for (const column of [label, ...columns]) {
    if (column.kind === "text") continue;
    const infinite = rows.find((row) => Math.abs(column.values[row]) === Infinity);
    if (infinite !== undefined)
      throw new PlumbError("PL3009", {
        asked: asked(column),
        arrived: `Row ${infinite + 1} of ${column.name} holds ${column.values[infinite]}`,
        why: "A mean with it is infinite too",
        fix: "Look how it came about: a division by 0, a logarithm of 0, or a training that diverged (plumb explain PL4103)",
      });
  }
}

/** What was taken for what, and why. */
function told(
  table: Table,
  { label, columns }: Given,
  reading: Reading,
  rows: Int32Array,
  groups: readonly string[],
  file: string,
): Checked["told"] {
  const { classes, task, why } = reading;
  const without = table.rows - rows.length;
  const names = classes?.names;
  return [
    [
      "Data",
      [
        `${file}: ${plural(table.rows, "row")}, ${plural(table.columns.length, "column")}`,
        ...table.notes,
        ...(without > 0 ? [`${plural(without, "row")} without a label left out`] : []),
      ],
    ],
    ["Label", [`${label.name}, ${task === "regression" ? "a quantity" : "classes"}`, `because ${why}`]],
    ["Predicted", [predictedLine(columns, reading)]],
    ...(classes === undefined
      ? []
      : [["Classes", [names === undefined ? classes.why : `${listed(names)}: ${classes.why}`]] as const]),
    ...(groups.length === 0 ? [] : [["Groups", [`of rows, by ${listed(groups)}`]] as const]),
  ];
}

const listed = (names: readonly string[], most = 8): string =>
  names.length <= most
    ? names.join(", ")
    : `${names.slice(0, most - 1).join(", ")} and ${names.length - most + 1} more`;

function predictedLine(columns: readonly Column[], { kind, classes }: Reading): string {
  const names = listed(columns.map(({ name }) => name));
  if (kind === "values") return `${names}, a quantity`;
  if (kind === "decisions") return `${names}, a class for each row`;
  if (columns.length > 1) return `${names}: ${kind}, a column for each class`;
  return `${names}, the ${kind === "logits" ? "logit" : "probability"} of ${classes?.names?.[1] ?? "class 1"}`;
}
