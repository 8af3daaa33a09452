import { Dense } from "../../layers/index.ts";
import { Sequential } from "../../train/index.ts";
import type { Diagnosis } from "../diagnosis.ts";
import type { ExamineOptions } from "../examine.ts";
import { slope } from "../made-up.ts";
import { median } from "../statistics/robust.ts";
import { percent, show, some } from "../words.ts";
import { powerOf } from "./loss-units.ts";

export const heavyTail: Diagnosis = {
  id: "D16",
  code: "PL3116",
  severity: "warning",
  title: "few rows rule the loss",
  thresholds: {
    rows: { value: 0.01, unit: "share of the rows", source: "catalogue: the top 1%" },
    share: {
      value: 0.5,
      unit: "share of the squared error about the mean that they make",
      source:
        "catalogue; where values are normal, the top 1% make 8%, of the prices of houses 6%, of those of diamonds 13%",
    },
    fewestRows: { value: 200, unit: "rows", source: "below, 1% is a single row" },
    power: {
      value: 1.5,
      unit: "power with which the loss grows with the unit of the target",
      source:
        "2 for squared errors, which large errors rule; 1 for absolute ones and Huber's, which they do not",
    },
  },
  explains: ["T4", "T2", "T5", "T8"],
  about: `The squared error counts an error of 100 as ten thousand errors of 1. Where a few labels lie far from all others, such as
incomes with some millionaires among them, or a value that was entered in the wrong unit, these few rows make most of the
loss: the model learns them and neglects the rest, and batches that hold one have gradients many times as large.

Measured is which share of the squared distance from the mean is made by the 1% of the training rows that are farthest off.
It is no fault where exactly those rows are what matters, and they are right.`,
  example: `const data = Array.from({ length: 400 }, (_, i) => [Math.sin(i)]);
const income = data.map(([a], i) => Math.exp(a) * (i % 150 === 7 ? 40 : 1));
const model = new Sequential([new Dense(1)]);
const of = async (loss, labels) => {
  const given = { model, compile: { loss }, data, experiments: false };
  const { findings } = await examine({ ...given, labels });
  return findings.map(({ code }) => code);
};
console.log(await of("meanSquaredError", income)); // PL3116 is among them
console.log(await of("huber", income)); // and here it is not
console.log(await of("meanSquaredError", income.map((y) => Math.log(y)))); // nor here`,
  rules: {
    model: ({ outputs, data }) =>
      outputs.flatMap(({ loss, name }, i) => {
        const { rows: top, share: most, fewestRows, power: least } = heavyTail.thresholds;
        const labels = data.training.labels[i];
        const power = loss === undefined ? undefined : powerOf(loss);
        if (labels === undefined || power === undefined || power < least.value) return [];
        if (labels.rows < fewestRows.value) return [];
        const { table } = labels;
        const centres = Array.from({ length: table.width }, (_, column) => table.facts(column).mean);
        const distances = Float64Array.from({ length: table.rows }, (_, row) =>
          centres.reduce((sum, centre, column) => sum + (table.at(row, column) - centre) ** 2, 0),
        );
        const total = distances.reduce((sum, of) => sum + of, 0);
        const far = Int32Array.from(distances, (_, row) => row)
          .sort((a, b) => distances[b] - distances[a])
          .subarray(0, Math.ceil(top.value * table.rows));
        const share = far.reduce((sum, row) => sum + distances[row], 0) / total;
        if (!(share > most.value)) return [];
        const positive = labels.info.low >= 0;
        const of = outputs.length > 1 ? ` of ${name}` : "";
        return [
          {
            severity: "warning" as const,
            title: `${percent(share)} of the squared distance of all labels${of} from their mean comes from ${far.length} of ${table.rows} training rows`,
            number: share,
            threshold: most.value,
            evidence: [
              `The farthest: ${some(
                Array.from(far.subarray(0, 5), (row) => `${show(table.at(row, 0))} in row ${row}`),
              )}`,
              `Half of all labels lie below ${show(median(table.column(0)))}, their mean is ${show(centres[0])}`,
            ],
            why: "A squared error is nearly all about these few rows: the model learns them and neglects the others",
            fix: `Look whether these labels are right. If they are: model.compile({ loss: "huber" }), for which large errors are not squared${positive ? "; or train on y.map(Math.log1p), and turn each prediction p back: Math.expm1(p)" : ""}`,
            where: { part: "training", rows: Array.from(far.subarray(0, 10)) },
          },
        ];
      }),
  },
  sick: { examine: () => withFar(60) },
  healthy: { examine: () => withFar(1) },
};

/** Every 150th label is so many times as far away. */
const withFar = (factor: number): ExamineOptions => {
  const { data, labels } = slope(300);
  return {
    data,
    labels: labels.map((y, row) => (row % 150 === 0 ? factor * y : y)),
    model: new Sequential([new Dense(1)]),
    compile: { loss: "meanSquaredError" },
    experiments: false,
  };
};
