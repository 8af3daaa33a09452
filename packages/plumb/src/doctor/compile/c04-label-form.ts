import { Dense } from "../../layers/index.ts";
import { Sequential } from "../../train/index.ts";
import type { Diagnosis } from "../diagnosis.ts";
import type { ExamineOptions } from "../examine.ts";
import { clouds } from "../made-up.ts";
import { firstLabels, fromPairings, ofOutput } from "./pairings.ts";

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
form, a loss stops with an error about shapes at best; at worst the shapes happen to fit, and the model learns nonsense.`,
  example: `const model = new Sequential([new Dense(3, { activation: "softmax" })]);
const data = [[0, 1], [1, 0], [1, 1]];
const compile = { loss: "categoricalCrossentropy" };
const report = await examine({ model, compile, data, labels: [0, 1, 2], experiments: false });
console.log(report.findings[0].code); // PL2104

model.compile({ loss: "sparseCategoricalCrossentropy" });`,
  rules: {
    model: (subject) =>
      fromPairings(subject, "C4", (output) => {
        const { labels, units, loss } = output;
        const width = labels?.table.width ?? 0;
        const numbers = width === 1;
        return {
          title: numbers
            ? `Each label is 1 number, and ${loss?.record.name} takes one-hot rows of ${units}${ofOutput(subject, output)}`
            : `Each label is a one-hot row of ${width} numbers, and ${loss?.record.name} takes the number of the class${ofOutput(subject, output)}`,
          number: width,
          threshold: width === 1 ? (units ?? 2) : labelForm.thresholds.width.value,
          evidence: labels === undefined ? [] : [`The first labels are ${firstLabels(labels, 5)}`],
          why: "Labels and outputs would be compared in places that do not belong together",
          fix: numbers
            ? `loss: "sparseCategoricalCrossentropy", which takes the labels as they are`
            : `loss: "categoricalCrossentropy", which takes the labels as they are`,
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
