import type { Diagnosis } from "../diagnosis.ts";
import { sampleOf } from "../statistics/sampling.ts";
import type { Table } from "../subjects/table.ts";
import { count, show, some } from "../words.ts";

export const constantColumn: Diagnosis = {
  id: "D2",
  code: "PL3102",
  severity: "warning",
  title: "a column never changes",
  thresholds: {
    distinct: { value: 1, unit: "distinct values", source: "deepchecks, Is Single Value" },
    nearly: {
      value: 0.95,
      unit: "share of the rows with the commonest value of a column",
      source:
        "the clean sets: pixels at the rim of digits are always dark, or nearly always, and a rare word has no row in some part; where as many columns nearly never change, some that never do are no more than information",
    },
  },
  about: `A column that has the same value in every training row cannot tell rows apart. It does no harm by itself, but who
divides by its spread divides by 0, and it often says that something went wrong before: a join that matched nothing, a unit
that was filled in by default.

Where as many other columns nearly never change, such as the pixels at the rim of an image or the marks of rare words, or
where the column does change in the held-out rows, it is told as information only.`,
  example: `const data = [[1, 7], [2, 7], [3, 7]];
const report = await examine({ data, labels: [0, 1, 1] });
console.log(report.findings.map(({ code }) => code)); // PL3102 is among them

const without = data.map(([a]) => [a]);
console.log((await examine({ data: without, labels: [0, 1, 1] })).findings.length);`,
  rules: {
    data: ({ training, held }) =>
      training.inputs.flatMap((table, i) => {
        if (!table.isTable || table.rows < 2) return [];
        const constant = Array.from({ length: table.width }, (_, column) => column).filter(
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
        const harmless = everywhere.length === 0 || nearlyConstant(table) >= columns.length;
        const names = columns.map((column) => table.columnName(column));
        return [
          {
            severity: harmless ? ("information" as const) : ("warning" as const),
            title: `${count(columns.length, "column")} of ${table.width} never ${columns.length === 1 ? "changes" : "change"}: ${some(names)}`,
            number: 1,
            threshold: constantColumn.thresholds.distinct.value,
            evidence: [
              `${table.columnName(first)} is ${show(value)} in all ${table.rows} training rows${everywhere.length > 0 ? "" : ", and something else in rows of another part"}`,
            ],
            why: harmless
              ? "Such columns tell no row from another; they cost a little time and do no harm"
              : "Such a column tells no row from another, and dividing by its spread divides by 0",
            fix: `Leave ${columns.length === 1 ? "it" : "them"} out: ${some(names)}`,
            where: { part: "training", columns: names },
          },
        ];
      }),
  },
  sick: { examine: () => ({ data: rows.map((row) => [row, 3]), labels: rows.map((row) => row % 2) }) },
  healthy: {
    examine: () => ({ data: rows.map((row) => [row, row % 3]), labels: rows.map((row) => row % 2) }),
  },
};

const rows = Array.from({ length: 12 }, (_, row) => (7 * row) % 12);

/** So many rows are looked at for columns that nearly never change. */
const mostRows = 1000;

/** How many columns change, but have one value in nearly all rows. */
function nearlyConstant(table: Table): number {
  const rows = sampleOf(table.rows, mostRows);
  let nearly = 0;
  for (let column = 0; column < table.width; column++) {
    if (!(table.facts(column).low < table.facts(column).high)) continue;
    const counts = new Map<number, number>();
    for (const row of rows) counts.set(table.at(row, column), (counts.get(table.at(row, column)) ?? 0) + 1);
    if (Math.max(...counts.values()) >= constantColumn.thresholds.nearly.value * rows.length) nearly += 1;
  }
  return nearly;
}
