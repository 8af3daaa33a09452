import { Dense } from "../../layers/index.ts";
import { Sequential } from "../../train/index.ts";
import type { Diagnosis } from "../diagnosis.ts";
import type { ExamineOptions } from "../examine.ts";
import { clouds } from "../made-up.ts";
import { firstLabels, fromPairings } from "./pairings.ts";

export const labelForm: Diagnosis = {
  id: "C4",
  code: "PL2104",
  severity: "error",
  title: "labels are in another form than the loss takes",
  thresholds: {
    width: {
      value: 1,
      unit: "numbers for each label",
      source: "the number of a class is one number, a one-hot row has one for each class",
    },
  },
  explains: ["C7", "C8", "C9", "C10", "C16", "D4", "D5", "T4"],
  about: `The class of a row can be written as its number, 2, or as a row with a 1 in its place, [0, 0, 1] (one-hot). Each has a
cross-entropy of its own: sparseCategoricalCrossentropy takes numbers, categoricalCrossentropy takes rows. Given the other
form they stop with an error about shapes at best; at worst the shapes happen to fit and a nonsense is learnt.`,
  example: `const model = new Sequential([new Dense(3, { activation: "softmax" })]);
const data = [[0, 1], [1, 0], [1, 1]];
const compile = { loss: "categoricalCrossentropy" };
const report = await examine({ model, compile, data, labels: [0, 1, 2], experiments: false });
console.log(report.findings[0].code); // PL2104

model.compile({ loss: "sparseCategoricalCrossentropy" });`,
  rules: {
    model: (subject) =>
      fromPairings(subject, "C4", ({ labels, units, loss }, { asked }) => {
        const width = labels?.table.width ?? 0;
        return {
          title: `Each label is ${width === 1 ? "1 number" : `a row of ${width} numbers`}, which is not what ${loss?.record.name} takes: ${asked}`,
          number: width,
          threshold: width === 1 ? (units ?? 2) : labelForm.thresholds.width.value,
          evidence: labels === undefined ? [] : [`The first labels are ${firstLabels(labels, 5)}`],
          where: { part: "training", rows: [0, 1, 2, 3, 4].slice(0, labels?.rows ?? 0) },
        };
      }),
  },
  sick: { examine: () => withLoss("categoricalCrossentropy") },
  healthy: { examine: () => withLoss("sparseCategoricalCrossentropy") },
};

const withLoss = (loss: "categoricalCrossentropy" | "sparseCategoricalCrossentropy"): ExamineOptions => ({
  ...clouds(3, 30),
  model: new Sequential([new Dense(3, { activation: "softmax" })]),
  compile: { loss },
  experiments: false,
});
