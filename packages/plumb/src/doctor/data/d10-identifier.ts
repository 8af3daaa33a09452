import type { Diagnosis } from "../diagnosis.ts";
import { crossValidated, oneColumn } from "../experiments/simple-models.ts";
import { pseudo } from "../made-up.ts";
import { sampleOf } from "../statistics/sampling.ts";
import { show } from "../words.ts";
import { leaveOut } from "./left-out.ts";
import type { DataSubject } from "../subjects/data.ts";
import type { Table } from "../subjects/table.ts";

export const identifier: Diagnosis = {
  id: "D10",
  code: "PL3110",
  severity: "warning",
  title: "a column identifies rows",
  thresholds: {
    distinct: {
      value: 0.95,
      unit: "distinct values / rows",
      source: "catalogue, from deepchecks' identifier check",
    },
    gaps: {
      value: 2,
      unit: "places of the grid that the values lie on / rows",
      source: "a counter leaves few gaps; measured amounts do not lie on a grid at all",
    },
    follows: {
      value: 0.5,
      unit: "R² with which an amount that is to be predicted follows from the column",
      source:
        "chosen: then it is a time or a place that was measured in even steps, or rows are sorted by the amount",
    },
    fewestRows: { value: 30, unit: "rows", source: "below, a few whole numbers lie on a grid by chance" },
  },
  explains: ["D3", "D12"],
  about: `A counter, a customer's number or a line number is different in every row and says nothing about it. A model can learn
it by heart and is then lost on new rows; where rows are sorted by label or by time, it even gives the label away.

Told are columns whose values are nearly all different and lie on an even grid with few gaps, as a counter's do, also after
they were scaled. Measured amounts do not, except a time or a place that was taken in even steps: where an amount that is to
be predicted follows the column, it is information.`,
  example: `const data = Array.from({ length: 60 }, (_, i) => [1000 + i, Math.sin(3 * i)]);
const labels = data.map(([, b]) => (b > 0 ? 1 : 0));
const { findings } = await examine({ data, labels });
console.log(findings.map(({ code }) => code)); // PL3110 is among them

const without = data.map(([, b]) => [b]);
console.log((await examine({ data: without, labels })).findings.length); // 0`,
  rules: {
    data: (subject) =>
      (subject.unsplit ?? subject.training).inputs.flatMap((table) => {
        if (!table.isTable || table.width < 2 || table.rows < identifier.thresholds.fewestRows.value)
          return [];
        return mostlyDifferent(table).flatMap((column) => {
          const grid = gridOf(table, column);
          if (grid === undefined) return [];
          const name = table.columnName(column);
          const { low, high } = table.facts(column);
          const follows = labelFollows(subject, table, column);
          return [
            {
              severity: follows ? ("information" as const) : ("warning" as const),
              title: `${name} has ${grid.distinct} different values in ${table.rows} rows, ${grid.monotone ? "one after the other" : "on an even grid"}: ${follows ? "a number for each row, or a time or place in even steps" : "it numbers the rows"}`,
              number: grid.distinct / table.rows,
              threshold: identifier.thresholds.distinct.value,
              evidence: [
                `From ${table.showValue(column, low)} to ${table.showValue(column, high)}, ${table.rows} rows in steps of ${show(grid.step)}${grid.monotone ? ", in the order of the rows" : ""}`,
                ...(follows ? ["The amount that is to be predicted follows it"] : []),
              ],
              why: follows
                ? "A number for each row means nothing for new rows; a time or a place does"
                : "The model can learn such numbers by heart, and they mean nothing for new rows",
              fix: `${follows ? "Keep it if it was measured. If it only counts rows: " : ""}${leaveOut(table, [column])}`,
              where: { part: "training", columns: [name] },
            },
          ];
        });
      }),
  },
  sick: { examine: () => withColumn((row) => 100 + row) },
  healthy: { examine: () => withColumn((row) => 10 * pseudo(row)) },
};

/** Whether the amount that is to be predicted hangs on a column. */
function labelFollows({ training, unsplit }: DataSubject, table: Table, column: number): boolean {
  const [of] = (unsplit ?? training).labels;
  if (of === undefined || of.areClasses || of.table.width !== 1) return false;
  const rows = sampleOf(table.rows, comparedRows);
  const x = { values: Float64Array.from(rows, (row) => table.at(row, column)), rows: rows.length, width: 1 };
  const values = Float64Array.from(rows, (row) => of.table.at(row, 0));
  const { value } = crossValidated(oneColumn(0), x, { kind: "values", of: values });
  return value > identifier.thresholds.follows.value;
}

/** So many rows are looked at for what a label follows from. */
const comparedRows = 1000;

/** So many rows are looked at for columns that repeat themselves. */
const glancedRows = 300;

/** The columns whose values differ in a few of the rows already: in nearly all rows they can do so only then. */
function mostlyDifferent(table: Table): readonly number[] {
  const glance = table.select(sampleOf(table.rows, glancedRows));
  // A part of the rows repeats itself less often than all of them do; twice as often is left to chance.
  const least = 1 - 2 * (1 - identifier.thresholds.distinct.value);
  return Array.from({ length: table.width }, (_, column) => column).filter(
    (column) => new Set(glance.column(column)).size >= least * glance.rows,
  );
}

/** The even grid that a column's values lie on, one place each, with few gaps; undefined where there is none. */
function gridOf(
  table: Table,
  column: number,
): { readonly distinct: number; readonly step: number; readonly monotone: boolean } | undefined {
  const { distinct: least, gaps } = identifier.thresholds;
  if (!windowIsEven(table, column)) return undefined;
  const values = table.column(column);
  const ascending = [...new Set(values)].sort((a, b) => a - b);
  const distinct = ascending.length;
  if (distinct < least.value * table.rows || !ascending.every(Number.isFinite)) return undefined;
  const [low, high] = [ascending[0], ascending[distinct - 1]];
  const steps = ascending.slice(1).map((value, i) => value - ascending[i]);
  const step = steps.toSorted((a, b) => a - b)[Math.floor(steps.length / 20)];
  // Values came in 32 bits: that is how exactly they can lie on a grid. Whole numbers are exact.
  const exact = ascending.every(Number.isInteger);
  const slack = exact ? 0 : Math.max(Math.abs(low), Math.abs(high)) * 2 ** -22;
  if (!(step > 10 * slack) || (high - low) / step > gaps.value * table.rows) return undefined;
  // From each value to the next, so that what rounding does to the step does not add up.
  const onGrid = steps.every((gap) => Math.abs(gap - Math.round(gap / step) * step) <= 0.02 * gap + slack);
  if (!onGrid) return undefined;
  let [up, down] = [true, true];
  for (let row = 1; row < values.length; row++) {
    if (values[row] < values[row - 1]) up = false;
    if (values[row] > values[row - 1]) down = false;
  }
  return { distinct, step, monotone: up || down };
}

/** So many rows, about, are looked at before all are sorted. */
const windowRows = 1000;

/** Whether the values in the middle of a column's range are about as many as a counter has there, and all different. */
function windowIsEven(table: Table, column: number): boolean {
  const { distinct: least, gaps } = identifier.thresholds;
  const { low, high } = table.facts(column);
  const middle = (low + high) / 2;
  const share = Math.min(1, windowRows / table.rows);
  const reach = ((high - low) / 2) * share;
  const seen = new Set<number>();
  let count = 0;
  for (let row = 0; row < table.rows; row++) {
    const value = table.at(row, column);
    if (Math.abs(value - middle) > reach) continue;
    count += 1;
    seen.add(value);
  }
  // Half of what is due: gaps may lie anywhere.
  const due = (share * table.rows) / gaps.value / 2;
  if (count < due || seen.size < least.value * 0.9 * count) return false;
  const ascending = [...seen].sort((a, b) => a - b);
  const steps = ascending.slice(1).map((value, i) => value - ascending[i]);
  const small = steps.toSorted((a, b) => a - b)[Math.floor(steps.length / 20)];
  // On a grid the smallest distances are one step; of amounts by chance they are a twentieth of the mean distance.
  return steps.length < 20 || small > (2 * reach) / steps.length / 4;
}

const withColumn = (value: (row: number) => number) => {
  const labels = Array.from({ length: 60 }, (_, row) => row % 2);
  return { data: labels.map((of, row) => [value(row), of + 2 * pseudo(row + 300)]), labels };
};
