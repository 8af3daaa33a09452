import { Dense } from "../../layers/index.ts";
import { Sequential } from "../../train/index.ts";
import type { Diagnosis } from "../diagnosis.ts";
import type { ExamineOptions } from "../examine.ts";
import { clouds } from "../made-up.ts";
import { shiftedLabels, shiftedParts } from "../predictions/shifted-labels.ts";
import { percent, show } from "../words.ts";
import { together } from "./together.ts";

/** So many rows are named. */
const shownRows = 5;

export const labelsOutOfRange: Diagnosis = {
  id: "D4",
  code: "PL3104",
  severity: "error",
  title: "labels are no class of the model",
  thresholds: {
    rows: {
      value: 0,
      unit: "rows",
      source: "one is enough: Keras gives NaN or a perfect 0 for it, by backend",
    },
  },
  explains: ["D5", "C16", "T1", "T4", "P2", "P5", "P7", "P11", "P1", "P4", "P9"],
  about: `A model with K outputs knows the classes 0 … K−1. A label of K, or of −1, is none of them. Other libraries give such a
row a loss of NaN, or of 0: then the best training loss of all belongs to the worst model. The usual reasons are labels that
were counted from 1, a class that was added after the model was written, and −1 standing for "unknown".`,
  example: `const model = new Sequential([new Dense(3, { activation: "softmax" })]);
const data = [[0, 1], [1, 0], [1, 1]];
const compile = { loss: "sparseCategoricalCrossentropy" };
const given = { model, compile, data, experiments: false };
const report = await examine({ ...given, labels: [1, 2, 3] });
console.log(report.findings[0].code); // PL3104

const labels = [1, 2, 3].map((of) => of - 1);
console.log((await examine({ ...given, labels })).failed); // false`,
  rules: {
    predictions: shiftedLabels,
    run: shiftedParts,
    model: ({ outputs, data }) =>
      outputs.flatMap(({ loss, units }, i) => {
        if (loss?.contract.labels !== "classIndex" || units === undefined || units < 2) return [];
        const seen = data.parts.flatMap((part) => {
          const { table, info } = part.labels[i];
          const rows: number[] = [];
          let outside = 0;
          for (let at = 0; at < table.values.length; at++) {
            const value = Number(table.values[at]);
            if (value >= 0 && value < units) continue;
            outside += 1;
            const row = Math.floor(at / table.width);
            if (rows.length < shownRows && rows.at(-1) !== row) rows.push(row);
          }
          if (outside === 0) return [];
          const fromOne = info.low === 1 && info.high === units;
          return [
            {
              severity: "error" as const,
              title: `${outside} of ${table.values.length} labels of the ${part.name} rows (${percent(outside / table.values.length)}) ${outside === 1 ? "is" : "are"} outside the model's ${units} classes, 0 to ${units - 1}`,
              number: outside,
              threshold: labelsOutOfRange.thresholds.rows.value,
              evidence: [
                `The labels go from ${show(info.low)} to ${show(info.high)}${fromOne ? ": they look as if they were counted from 1" : ""}`,
                `The first is ${show(table.at(rows[0], 0))}, in row ${rows[0]}`,
              ],
              why: "The model has no output for them: the loss of such rows would be NaN, or nothing at all",
              fix: fromOne
                ? "Count from 0: labels.map((label) => label - 1)"
                : info.high < units
                  ? `Leave these rows out if ${show(info.low)} stands for "unknown": x.filter((_, i) => y[i] >= 0), y.filter((label) => label >= 0)`
                  : `Give the last layer ${show(info.high + 1)} units, or leave these rows out: x.filter((_, i) => y[i] < ${units}), y.filter((label) => label < ${units})`,
              where: { part: part.name, rows },
            },
          ];
        });
        return together(seen);
      }),
  },
  sick: { examine: () => counted(1) },
  healthy: { examine: () => counted(0) },
};

const counted = (from: number): ExamineOptions => {
  const { data, labels } = clouds(3, 30);
  return {
    data,
    labels: labels.map((of) => of + from),
    model: new Sequential([new Dense(3, { activation: "softmax" })]),
    compile: { loss: "sparseCategoricalCrossentropy" },
    experiments: false,
  };
};
