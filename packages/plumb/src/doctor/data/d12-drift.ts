import type { Diagnosis } from "../diagnosis.ts";
import type { Observation } from "../finding.ts";
import { heldOutAnswers, linear, type Matrix } from "../experiments/simple-models.ts";
import { pseudo } from "../made-up.ts";
import { median, sorted } from "../statistics/robust.ts";
import { sampleOf } from "../statistics/sampling.ts";
import { ordered, rocArea } from "../statistics/scores.ts";
import { kolmogorovSmirnov } from "../statistics/tests.ts";
import type { Part } from "../subjects/data.ts";
import type { Table } from "../subjects/table.ts";
import { count, percent, show } from "../words.ts";
import { together } from "./together.ts";

export const drift: Diagnosis = {
  id: "D12",
  code: "PL3112",
  severity: "warning",
  title: "a column differs between parts",
  thresholds: {
    distance: {
      value: 0.2,
      unit: "largest difference of the shares of rows below a value (Kolmogorov and Smirnov)",
      source: "catalogue, as in Evidently: less moves a loss little, however sure it is",
    },
    chance: {
      value: 0.001,
      unit: "probability by chance, over all columns and parts together",
      source: "Bonferroni: divided by the number of comparisons, so that wide tables are not told more often",
    },
    apart: {
      value: 0.7,
      unit: "area under the curve of a straight line that tells the parts apart",
      source: "catalogue, from deepchecks' multivariate drift: 0.5 is chance",
    },
    sure: {
      value: 4,
      unit: "standard errors of that area above 0.5",
      source:
        "below 1 in 10,000 by chance; the error of parts that are alike is √((n + m + 1) / (12 n m)) (Mann and Whitney, 1947)",
    },
  },
  explains: ["P1", "P2"],
  about: `A model is judged by rows that are not like those it learns from: another time, another place, another camera. Its
validation score then mixes two things, how well it has learnt and how far the rows are from home.

Each column's values are compared between the training part and the others (but for one that \`fit\` draws by chance), and a straight line is asked to tell from all
columns together which part a row is in, for rows that it has not seen. Of parts split by chance it can not. Of images and
sequences the mean and the spread of each row are compared.

It is no fault where the parts were taken apart on purpose, to see how a model does in another place or time.`,
  example: `const row = (i, shift) => [Math.sin(i) + shift, Math.cos(7 * i)];
const data = Array.from({ length: 200 }, (_, i) => row(i, 0));
const labels = data.map(([a, b]) => (a + b > 0 ? 1 : 0));
const other = Array.from({ length: 100 }, (_, i) => row(i + 0.5, 1));
const otherLabels = other.map(([a, b]) => (a + b > 0 ? 1 : 0));
const report = await examine({ data, labels, validationData: [other, otherLabels] });
console.log(report.findings.map(({ code }) => code)); // PL3112 is among them

const { findings } = await examine({ data, labels, validationSplit: 0.3 });
console.log(findings.some(({ code }) => code === "PL3112")); // false`,
  rules: {
    data: ({ training, givenApart }) =>
      together(
        training.inputs.flatMap((table, i) => {
          const own = described(table);
          return givenApart.flatMap((part) =>
            observe(part, own, described(part.inputs[i]), givenApart.length),
          );
        }),
      ),
  },
  sick: { examine: () => shifted(1) },
  healthy: { examine: () => shifted(0) },
};

/** So many rows of a part, and so many numbers, are looked at. */
const [mostRows, mostValues] = [4000, 400_000];

/** So many numbers of a part are looked at to tell it from another. */
const toldValues = 100_000;

interface Described {
  readonly names: readonly string[];
  /** Column by column. */
  readonly columns: readonly Float64Array[];
  /** What a value of a column is in words. */
  readonly shows: (column: number, value: number) => string;
}

/** The columns of a table; of images and sequences the mean and the spread of each row. */
function described(table: Table): Described {
  const most = Math.max(100, Math.min(mostRows, Math.floor(mostValues / table.width)));
  const chosen = table.select(sampleOf(table.rows, most));
  if (table.isTable)
    return {
      names: Array.from({ length: table.width }, (_, column) => table.columnName(column)),
      columns: Array.from({ length: table.width }, (_, column) => chosen.column(column)),
      shows: (column, value) => table.showValue(column, value),
    };
  const [means, spreads] = [new Float64Array(chosen.rows), new Float64Array(chosen.rows)];
  for (let row = 0; row < chosen.rows; row++) {
    let [sum, squares] = [0, 0];
    for (let column = 0; column < chosen.width; column++) {
      const value = chosen.at(row, column);
      sum += value;
      squares += value * value;
    }
    means[row] = sum / chosen.width;
    spreads[row] = Math.sqrt(Math.max(0, squares / chosen.width - means[row] ** 2));
  }
  return {
    names: ["the mean of a row", "the spread within a row"],
    columns: [means, spreads],
    shows: (_, value) => show(value),
  };
}

function observe(part: Part, own: Described, other: Described, parts: number): Observation[] {
  const { distance: far, chance, apart, sure } = drift.thresholds;
  const comparisons = own.columns.length * parts;
  const columns = own.columns
    .map((values, i) => ({
      i,
      ...kolmogorovSmirnov(sorted(values), sorted(other.columns[i])),
    }))
    .toSorted((a, b) => b.distance - a.distance);
  const drifted = columns.filter(
    ({ distance, probability }) => distance > far.value && probability * comparisons < chance.value,
  );
  const { area, error } = toldApart(own.columns, other.columns);
  const told = area > apart.value && area - 0.5 > sure.value * error;
  if (drifted.length === 0 && !told) return [];
  const lines = (drifted.length === 0 ? columns.slice(0, 1) : drifted.slice(0, 3)).map(
    ({ i, distance }) =>
      `${own.names[i]}: half of the training rows lie below ${own.shows(i, median(own.columns[i]))}, half of the ${part.name} rows below ${own.shows(i, median(other.columns[i]))}; below some value the shares of their rows differ by ${(100 * distance).toFixed(0)} percentage points`,
  );
  const [first] = columns;
  return [
    {
      severity: "warning",
      title:
        drifted.length === 0
          ? `${percent(area)} of the pairs of a training row and a ${part.name} row can be told apart by their columns, where chance has 50%`
          : `${drifted.length} of ${count(columns.length, "column")} ${drifted.length === 1 ? "lies" : "lie"} elsewhere in the ${part.name} rows than in the training rows, ${own.names[first.i]} most`,
      number: drifted.length === 0 ? area : first.distance,
      threshold: drifted.length === 0 ? apart.value : far.value,
      evidence: [
        ...lines,
        ...(drifted.length === 0
          ? []
          : [
              `Asked which of a training row and a ${part.name} row is which, a straight line through all columns is right in ${percent(area)} of the pairs; 50% is chance`,
            ]),
      ],
      why: `The score on the ${part.name} rows mixes how well the model has learnt with how different these rows are`,
      fix: "Split all rows by chance: model.fit(x, y, { validationSplit: 0.2 }); or keep the split where the difference is what you want to measure",
      where: {
        part: part.name,
        columns: drifted.slice(0, 5).map(({ i }) => own.names[i]),
      },
      confirmed: told,
    },
  ];
}

/** How well a straight line tells on unseen rows from which of two parts they are. */
function toldApart(
  own: readonly Float64Array[],
  other: readonly Float64Array[],
): { readonly area: number; readonly error: number } {
  const width = own.length;
  // A wide table needs fewer rows to be told apart, and each costs more.
  const most = Math.max(300, Math.floor(toldValues / width));
  const [n, m] = [Math.min(most, own[0].length), Math.min(most, other[0].length)];
  const values = new Float64Array((n + m) * width);
  // Evenly over the part: rows often stand in some order.
  const at = (row: number, of: number, all: Float64Array): number => all[Math.floor((row * all.length) / of)];
  for (let column = 0; column < width; column++) {
    for (let row = 0; row < n; row++) values[row * width + column] = at(row, n, own[column]);
    for (let row = 0; row < m; row++) values[(n + row) * width + column] = at(row, m, other[column]);
  }
  const x: Matrix = { values, rows: n + m, width };
  const of = Int32Array.from({ length: n + m }, (_, row) => Number(row >= n));
  const { answers } = heldOutAnswers(linear, x, { kind: "classes", of, classes: 2 });
  const area = rocArea(ordered(answers.map((answer) => answer[1])), of);
  return { area, error: Math.sqrt((n + m + 1) / (12 * n * m)) };
}

const shifted = (shift: number) => {
  const rows = (count: number, from: number, by: number) =>
    Array.from({ length: count }, (_, row) => [pseudo(from + row) + by, pseudo(from + 900 + row)]);
  const labels = (count: number) => Int32Array.from({ length: count }, (_, row) => row % 2);
  return {
    data: rows(200, 0, 0),
    labels: labels(200),
    validationData: [rows(100, 400, shift), labels(100)] as const,
  };
};
