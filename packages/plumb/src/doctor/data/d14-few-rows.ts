import type { Diagnosis } from "../diagnosis.ts";
import { pseudo } from "../made-up.ts";
import { repeatedRows } from "../predictions/repeated.ts";
import { countClasses } from "../statistics/entropy.ts";
import { shareOf } from "../statistics/intervals.ts";
import { percent } from "../words.ts";
import { together } from "./together.ts";

export const fewRows: Diagnosis = {
  id: "D14",
  code: "PL3114",
  severity: "information",
  title: "too few rows to measure",
  thresholds: {
    rows: {
      value: 100,
      unit: "rows of a part",
      source: "catalogue: at 100 rows an accuracy of 90% is known to within 6 points",
    },
    ofClass: {
      value: 20,
      unit: "rows of a class in a part",
      source: "catalogue: at 20 rows a recall of 90% is known to within 14 points",
    },
  },
  about: `A score on few rows is a rough number: another draw of rows would show another. On 30 rows, an accuracy of 90% means that
the model is right in something between 74% and 97% of all rows. Differences between two models that are smaller than that
mean nothing.

Of predictions it is also told where many rows stand there twice, with the same prediction and the same label: copies make
a score look surer than it is, and the rows that count are fewer than there are.`,
  example: `const data = Array.from({ length: 60 }, (_, i) => [Math.sin(i)]);
const labels = data.map(([a]) => (a > 0 ? 1 : 0));
const report = await examine({ data, labels, validationSplit: 0.2 });
console.log(report.findings.map(({ code }) => code)); // PL3114 is among them

// Each fifth of the rows validates once: then all 60 rows are judged, each by a model that
// had not seen it.
const rows = [...data.keys()];
const folds = [0, 1, 2, 3, 4].map((fold) => rows.filter((row) => row % 5 === fold));
console.log(folds.map((fold) => fold.length)); // [12, 12, 12, 12, 12]`,
  rules: {
    predictions: repeatedRows,
    data: ({ held, options }) =>
      together(
        held.flatMap((part) => {
          const { rows: least, ofClass } = fewRows.thresholds;
          const [labels] = part.labels;
          const counts = labels?.areClasses ? [...countClasses(labels.classes, labels.count)] : [];
          const present = [...counts.keys()].filter((k) => counts[k] > 0);
          const fewest =
            present.length === 0 ? undefined : present.reduce((a, b) => (counts[b] < counts[a] ? b : a));
          const few = part.rows < least.value;
          if (!few && (fewest === undefined || counts[fewest] >= ofClass.value)) return [];
          const name = fewest === undefined ? "" : (options.classes?.[fewest] ?? `class ${fewest}`);
          const of = few || fewest === undefined ? part.rows : counts[fewest];
          const right = Math.round(0.9 * of);
          const interval = shareOf(right, of);
          return [
            {
              severity: "information" as const,
              title: few
                ? `${part.rows} ${part.name} rows are too few for a precise score`
                : `${of} ${part.name} rows are of ${name}, too few for a precise score on them`,
              number: of,
              threshold: few ? least.value : ofClass.value,
              evidence: [
                `A model that is right in ${right} of ${of} rows may be right in anything from ${percent(interval.low)} to ${percent(interval.high)} of all rows of their kind (95% interval)`,
              ],
              why: "Differences between models that are smaller than that are chance",
              fix: "Judge by several splits: let each fifth of the rows validate once, take the mean of the five scores, and give intervals with them",
              where: { part: part.name },
            },
          ];
        }),
      ),
  },
  sick: { examine: () => ofRows(60) },
  healthy: { examine: () => ofRows(800) },
};

const ofRows = (rows: number) => ({
  data: Array.from({ length: rows }, (_, row) => [pseudo(row)]),
  labels: Array.from({ length: rows }, (_, row) => row % 2),
  validationSplit: 0.2,
});
