import type { Diagnosis } from "../diagnosis.ts";
import { pseudo } from "../made-up.ts";
import { show } from "../words.ts";
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
    fewestRows: { value: 30, unit: "rows", source: "below, a few whole numbers lie on a grid by chance" },
  },
  explains: ["D12"],
  about: `A counter, a customer's number or a line number is different in every row and says nothing about it. A model can learn
it by heart and is then lost on new rows; where rows are sorted by label or by time, it even gives the label away.

Told are columns whose values are nearly all different and lie on an even grid with few gaps, as a counter's do, also after
they were scaled. Measured amounts do not.`,
  example: `const data = Array.from({ length: 60 }, (_, i) => [1000 + i, Math.sin(3 * i)]);
const labels = data.map(([, b]) => (b > 0 ? 1 : 0));
console.log((await examine({ data, labels })).findings.map(({ code }) => code)); // PL3110 is among them
console.log((await examine({ data: data.map(([, b]) => [b]), labels })).findings.length);`,
  rules: {
    data: ({ training, unsplit }) =>
      (unsplit ?? training).inputs.flatMap((table) => {
        if (!table.isTable || table.width < 2 || table.rows < identifier.thresholds.fewestRows.value)
          return [];
        return Array.from({ length: table.width }, (_, column) => column).flatMap((column) => {
          const grid = gridOf(table, column);
          if (grid === undefined) return [];
          const name = table.columnName(column);
          const { low, high } = table.facts(column);
          return [
            {
              severity: "warning" as const,
              title: `${name} has ${grid.distinct} different values in ${table.rows} rows, ${grid.monotone ? "one after the other" : "on an even grid"}: it numbers the rows`,
              number: grid.distinct / table.rows,
              threshold: identifier.thresholds.distinct.value,
              evidence: [
                `From ${show(low)} to ${show(high)} in steps of ${show(grid.step)}${grid.monotone ? ", in the order of the rows" : ""}`,
              ],
              why: "The model can learn such numbers by heart, and they mean nothing for new rows",
              fix: `Leave ${name} out`,
              where: { part: "training", columns: [name] },
            },
          ];
        });
      }),
  },
  sick: { examine: () => withColumn((row) => 100 + row) },
  healthy: { examine: () => withColumn((row) => 10 * pseudo(row)) },
};

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
