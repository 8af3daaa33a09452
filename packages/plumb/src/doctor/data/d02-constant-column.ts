import type { Diagnosis } from "../diagnosis.ts";
import type { Observation } from "../finding.ts";
import { sampleOf } from "../statistics/sampling.ts";
import type { Part } from "../subjects/data.ts";
import type { Table } from "../subjects/table.ts";
import { count, show, some } from "../words.ts";
import { leaveOut } from "./left-out.ts";

export const constantColumn: Diagnosis = {
  id: "D2",
  code: "PL3102",
  severity: "error",
  title: "a column never changes",
  thresholds: {
    distinct: { value: 1, unit: "distinct values", source: "deepchecks, Is Single Value" },
    fewest: { value: 10, unit: "equal rows", source: "fewer may be a trial of the program" },
    nearly: {
      value: 0.95,
      unit: "share of the rows with the commonest value of a column",
      source:
        "the clean sets: pixels at the rim of digits are always dark, or nearly always, and a rare word has no row in some part; where as many columns nearly never change, some that never do are no more than information",
    },
  },
  explains: ["C15", "C17", "C18", "T4", "T10", "T12"],
  about: `A column that has the same value in every training row cannot tell rows apart. It does no harm by itself, but who
divides by its spread divides by 0, and it often says that something went wrong before: a join that matched nothing, a unit
that was filled in by default.

Where no value of any input changes from row to row it is an error: pictures that were read as black, a path that is wrong.

Where as many other columns nearly never change, where it is 0 beside columns that mark something by one of two values or that
are mostly 0 (the pixels at the rim of an image, the counts of rare words, the zeros that fill up short texts), or
where the column does change in the held-out rows, it is told as information only.`,
  example: `const data = [[1, 7], [2, 7], [3, 7]];
const report = await examine({ data, labels: [0, 1, 1] });
console.log(report.findings.map(({ code }) => code)); // PL3102 is among them

const without = data.map(([a]) => [a]);
console.log((await examine({ data: without, labels: [0, 1, 1] })).findings.length); // 0`,
  rules: {
    data: ({ training, held }) => {
      if (training.rows >= constantColumn.thresholds.fewest.value && training.inputs.every(isUnvaried))
        return [nothingChanges(training)];
      return training.inputs.flatMap((table, i) => {
        if (!table.isTable || table.rows < 2) return [];
        const constant = columnsOf(table).filter(
          (column) =>
            table.facts(column).low === table.facts(column).high && table.facts(column).notFinite === 0,
        );
        // Where a rare value has all of its rows in another part, the column does change.
        const everywhere = constant.filter((column) =>
          held.every(({ inputs }) => {
            const { low, high } = inputs[i].facts(column);
            return low === high && low === table.at(0, column);
          }),
        );
        const columns = everywhere.length > 0 ? everywhere : constant;
        if (columns.length === 0) return [];
        const [first] = columns;
        const value = table.at(0, first);
        const harmless = everywhere.length === 0 || areSparse(table, columns) || arePadding(table, columns);
        const names = columns.map((column) => table.columnName(column));
        return [
          {
            severity: harmless ? ("information" as const) : ("warning" as const),
            title: `${count(columns.length, "column")} of ${table.width} never ${columns.length === 1 ? "changes" : "change"}: ${some(names)}`,
            number: 1,
            threshold: constantColumn.thresholds.distinct.value,
            evidence: [
              `${table.columnName(first)} is ${table.showValue(first, value)} in all ${table.rows} training rows${everywhere.length > 0 ? "" : ", and something else in rows of another part"}`,
            ],
            why: harmless
              ? "Such columns tell no row from another; they cost a little time and do no harm"
              : "Such a column tells no row from another, and dividing by its spread divides by 0",
            fix: leaveOut(table, columns),
            where: { part: "training", columns: names },
          },
        ];
      });
    },
  },
  sick: { examine: () => ({ data: rows.map((row) => [row, 3]), labels: rows.map((row) => row % 2) }) },
  healthy: {
    examine: () => ({ data: rows.map((row) => [row, row % 3]), labels: rows.map((row) => row % 2) }),
  },
};

const rows = Array.from({ length: 12 }, (_, row) => (7 * row) % 12);

const columnsOf = ({ width }: Table): number[] => Array.from({ length: width }, (_, column) => column);

/** Whether all rows of a table are equal. */
const isUnvaried = (table: Table): boolean =>
  columnsOf(table).every((column) => {
    const { low, high, notFinite } = table.facts(column);
    return low === high && notFinite === 0;
  });

function nothingChanges({ inputs, rows }: Part): Observation {
  const [{ whole }] = inputs;
  const width = inputs.reduce((sum, table) => sum + table.width, 0);
  const alike = inputs.length === 1 && whole.low === whole.high;
  return {
    severity: "error",
    title: alike
      ? `All ${count(width, "input value")} of all ${rows} training rows are ${show(whole.low)}`
      : `All ${rows} training rows are equal: none of their ${count(width, "input value")} ever changes`,
    number: 1,
    threshold: constantColumn.thresholds.distinct.value,
    evidence: ["A model gives equal rows equal answers, so it can tell none of them from another"],
    why: "There is nothing to learn from inputs that never change",
    fix: `Look at how the inputs are read: a path or column that does not exist, bytes divided by 255 and rounded, one buffer that is filled again and again and kept for every row
console.log(x[0], x[1]); // two rows that should differ`,
    where: { part: "training" },
  };
}

/** So many rows are looked at for columns that nearly never change. */
const mostRows = 1000;

/**
 * Whether it is no wonder that these columns never change: as many others nearly never do, or they are 0 where others are
 * marks of two values, or 0 in more rows than anything else, as pixels and counts of words are.
 */
function areSparse(table: Table, columns: readonly number[]): boolean {
  const rows = sampleOf(table.rows, mostRows);
  let [nearly, marks, mostlyZero, changing] = [0, 0, 0, 0];
  for (let column = 0; column < table.width; column++) {
    if (!(table.facts(column).low < table.facts(column).high)) continue;
    changing += 1;
    const counts = new Map<number, number>();
    for (const row of rows) counts.set(table.at(row, column), (counts.get(table.at(row, column)) ?? 0) + 1);
    const most = Math.max(...counts.values());
    if (most >= constantColumn.thresholds.nearly.value * rows.length) nearly += 1;
    if (counts.size === 2) marks += 1;
    if (counts.get(0) === most && most > 1) mostlyZero += 1;
  }
  const values = columns.map((column) => table.at(0, column));
  return (
    nearly >= columns.length ||
    (marks > 0 && values.every(isUnmarked)) ||
    (mostlyZero >= changing / 2 && values.every((value) => value === 0))
  );
}

/** Whether these columns are the end (or the beginning) of rows of codes that are shorter and were filled up with 0. */
function arePadding(table: Table, columns: readonly number[]): boolean {
  if (columns.some((column) => table.at(0, column) !== 0) || columns.length === table.width) return false;
  const atEnd = columns[0] === table.width - columns.length;
  const atStart = columns[columns.length - 1] === columns.length - 1;
  if (!atEnd && !atStart) return false;
  const beside = atEnd ? columns[0] - 1 : columns.length;
  const rows = sampleOf(table.rows, mostRows);
  const zeros = Array.from(rows).filter((row) => table.at(row, beside) === 0).length;
  return (
    zeros > rows.length / 2 &&
    rows.every((row) => columnsOf(table).every((column) => Number.isInteger(table.at(row, column))))
  );
}

/** Whether a value is 0, or what becomes of the 0 of a rare mark (one row in 20 at most) where rows were standardised. */
const isUnmarked = (value: number): boolean => value <= 0 && value > -Math.sqrt(0.05 / 0.95);
