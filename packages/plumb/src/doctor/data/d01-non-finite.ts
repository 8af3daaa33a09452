import type { Diagnosis } from "../diagnosis.ts";
import type { Observation } from "../finding.ts";
import type { Part } from "../subjects/data.ts";
import type { Table } from "../subjects/table.ts";

/** So many rows are named; the rest are counted. */
const shownRows = 5;

export const nonFinite: Diagnosis = {
  id: "D1",
  code: "PL3101",
  severity: "error",
  title: "inputs or labels are not finite",
  thresholds: {
    values: { value: 0, unit: "values", source: "one is enough: every sum it enters is NaN" },
  },
  explains: ["T1", "C16", "C17", "C18"],
  about: `NaN ("not a number") and infinity do not stay where they are. The first batch that holds one makes the loss NaN, the
gradients NaN and, with the update, all weights NaN: the model has forgotten everything.

They come from empty cells of a table, divisions by a column's spread of 0, logarithms of 0, and numbers too large for
32 bits (beyond 3.4e38). Every value of every part is looked at.

It is no fault only where such rows weigh nothing: leave them out then, or give them a weight of 0 and a number.`,
  example: `const x = [[1, 2], [NaN, 4], [5, 6]];
const report = await examine({ data: x, labels: [0, 1, 0] });
console.log(report.findings[0].where.rows); // [1]

// Put the column's mean in its place, and say in a column of its own where it was missing.
const known = x.map(([a]) => a).filter(Number.isFinite);
const mean = known.reduce((sum, a) => sum + a, 0) / known.length;
const repaired = x.map(([a, b]) => (Number.isFinite(a) ? [a, b, 0] : [mean, b, 1]));
console.log((await examine({ data: repaired, labels: [0, 1, 0] })).findings.length); // 0`,
  rules: {
    data: ({ parts }) =>
      parts.flatMap((part) =>
        [...part.inputs, ...part.labels.map(({ table }) => table)].flatMap((table) => observe(part, table)),
      ),
  },
  sick: { examine: () => ({ data: [[1], [NaN], [3]], labels: [0, 1, 0] }) },
  healthy: { examine: () => ({ data: [[1], [2], [3]], labels: [0, 1, 0] }) },
};

const fixes = {
  inputs: `Leave these rows out, of labels too: const known = x.map((row) => row.every(Number.isFinite)); x.filter((_, i) => known[i]), y.filter((_, i) => known[i])
Or put the column's mean in their place, and mark them in a column of their own`,
  labels: `Leave these rows out, of inputs too: x.filter((_, i) => Number.isFinite(y[i])), y.filter((_, i) => Number.isFinite(y[i]))`,
};

function observe(part: Part, table: Table): Observation[] {
  const columns = Array.from({ length: table.width }, (_, column) => column).filter(
    (column) => table.facts(column).notFinite > 0,
  );
  if (columns.length === 0) return [];
  const rows: number[] = [];
  let count = 0;
  for (let row = 0; row < table.rows; row++) {
    const column = columns.find((of) => !Number.isFinite(table.at(row, of)));
    if (column === undefined) continue;
    count += 1;
    if (rows.length < shownRows) rows.push(row);
  }
  const areInputs = part.inputs.includes(table);
  const nameOf = (column: number): string =>
    areInputs || table.width > 1 ? table.columnName(column) : "the label";
  const names = columns.map(nameOf);
  const [first] = rows;
  const at = columns.find((column) => !Number.isFinite(table.at(first, column)))!;
  return [
    {
      severity: "error",
      title: `${count} of ${table.rows} ${part.name} rows ${count === 1 ? "has" : "have"} ${table.name} that are no numbers (NaN or infinite)`,
      number: count,
      threshold: nonFinite.thresholds.values.value,
      evidence: [
        `The first is row ${first}: ${nameOf(at)} is ${table.at(first, at)}`,
        `In all: ${names.slice(0, shownRows).join(", ")}${names.length > shownRows ? ` and ${names.length - shownRows} more` : ""}`,
      ],
      why: "One such value makes the loss of its batch NaN, and the update then makes every weight NaN",
      fix: fixes[areInputs ? "inputs" : "labels"],
      where: { part: part.name, rows, columns: names },
    },
  ];
}
