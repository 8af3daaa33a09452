/** A table before training: what the doctor says about its columns, its labels, and the network that it would get. */
import { PlumbError } from "plumb-ml";
import { diagnoses, examine, Report } from "plumb-ml/doctor";
import { Consultation, mostRows } from "../experiment/consultation.ts";
import { setUp, type Setup, type SetupOptions } from "../experiment/setup.ts";
import type { Io } from "../io.ts";
import { inFile, type LocatedFinding } from "../report/findings.ts";
import { plural, showCount } from "../report/format.ts";
import { factsOf } from "../report/summary.ts";
import { isInfinite } from "../table/columns.ts";
import { readTable } from "../table/read.ts";
import type { Column, Table } from "../table/table.ts";
import type { Checked } from "./checked.ts";
import { wordAt } from "./classes.ts";

/** Examines a table as `plumb train` with the same flags would before training. Errors: those of `setUp`. */
export async function checkData(
  file: string,
  options: Partial<SetupOptions>,
  { cwd }: Io,
  argv: readonly string[],
): Promise<Checked> {
  const asked = { ...options, target: options.target ?? "" };
  try {
    return await checkSetup(file, await setUp(file, asked, cwd), argv);
  } catch (error) {
    if (!(error instanceof PlumbError && error.code === "PL3009")) throw error;
    // Training refuses infinite values; here they are what is to be told, beside what the other columns have.
    const table = await readTable(file, { cwd, header: options.header });
    const columns = table.columns.filter(isInfinite);
    const names = columns.map(({ name }) => name);
    const findings = await examineInfinite(table, columns);
    const drop = [...(options.drop ?? []), ...names];
    const rest = names.includes(asked.target)
      ? undefined
      : await checkSetup(file, await setUp(file, { ...asked, drop }, cwd), argv);
    return {
      told: rest?.told ?? [["Data", [`${file}: ${plural(table.rows, "row")}`]]],
      metrics: {},
      findings: new Report([...findings, ...(rest?.findings ?? [])], diagnoses).findings,
    };
  }
}

async function checkSetup(file: string, setup: Setup, argv: readonly string[]): Promise<Checked> {
  const train = argv.filter((word) => word !== "--json").map((word, i) => (i === 0 ? "train" : word));
  const consultation = new Consultation(setup, { argv: train, tried: 1 });
  await consultation.before();
  const findings = [...consultation.told().findings, ...(await examineConstant(setup))];
  const sampled =
    setup.parts.train.length > mostRows
      ? [["Looked at", [`${showCount(mostRows)} rows of each part that has more`]] as const]
      : [];
  return {
    told: [...factsOf(file, setup), ...sampled],
    metrics: {},
    findings: new Report(findings, diagnoses).findings,
  };
}

/** What is said of columns that hold infinite values: these alone, with 0 where nothing stands. */
async function examineInfinite(table: Table, columns: readonly Column[]): Promise<readonly LocatedFinding[]> {
  const rows = Int32Array.from({ length: table.rows }, (_, row) => row);
  const names = columns.map(({ name }) => name);
  const findings = await examineColumns(rows, names, (row) => columns.map((of) => valueAt(of, row) || 0));
  return findings
    .filter(({ severity }) => severity === "error")
    .map((finding) => ({
      ...finding,
      fix: `Replace the values, leave the fields empty where they are missing, or leave the ${names.length === 1 ? "column" : "columns"} out: --drop ${names.join(",")}`,
    }));
}

/** What is said of columns that never change. `plumb train` leaves them out by itself, so that they do no harm there. */
async function examineConstant({ plan, inputs, parts }: Setup): Promise<readonly LocatedFinding[]> {
  const [first] = parts.train;
  const constant = inputs.filter(
    (column) =>
      plan.dropped.some(({ name }) => name === column.name) &&
      parts.train.every((row) => valueAt(column, row) === valueAt(column, first)),
  );
  const names = constant.map((column) =>
    column.kind === "text" ? `${column.name}=${wordAt(column, first)}` : column.name,
  );
  if (names.length === 0) return [];
  // A word is an input of its own, 1 in every row. The row's number stands for the columns that do change.
  const findings = await examineColumns(parts.train.slice(0, mostRows), [...names, "row"], (row) => [
    ...constant.map((column) => (column.kind === "text" ? 1 : column.values[row])),
    row,
  ]);
  return findings
    .filter(({ where }) => where?.columns?.every((name) => names.includes(name)))
    .map((finding) => ({
      ...finding,
      severity: "information",
      title: `${constant.length} of ${plural(inputs.length, "column")} never ${constant.length === 1 ? "changes" : "change"}: ${constant.map(({ name }) => name).join(", ")}`,
      fix: `plumb train leaves ${constant.length === 1 ? "it" : "them"} out by itself; so do in code`,
    }));
}

/** Examines columns alone, as the file has them. */
async function examineColumns(
  rows: Int32Array,
  columns: readonly string[],
  valuesAt: (row: number) => readonly number[],
): Promise<readonly LocatedFinding[]> {
  if (columns.length === 0) return [];
  const values = new Float32Array(rows.length * columns.length);
  rows.forEach((row, i) => values.set(valuesAt(row), i * columns.length));
  const { findings } = await examine({
    data: { data: values, shape: [rows.length, columns.length] },
    columns,
  });
  return findings.map((finding) => inFile(finding, rows));
}

const valueAt = (column: Column, row: number): number =>
  column.kind === "text" ? column.codes[row] : column.values[row];
