import { Dense } from "../../layers/index.ts";
import { Sequential } from "../../train/index.ts";
import type { Diagnosis } from "../diagnosis.ts";
import type { ExamineOptions } from "../examine.ts";
import { clouds } from "../made-up.ts";
import { countClasses } from "../statistics/entropy.ts";
import { some } from "../words.ts";

export const outputsAndClasses: Diagnosis = {
  id: "D5",
  code: "PL3105",
  severity: "warning",
  title: "outputs and classes differ in number",
  thresholds: {
    missing: {
      value: 0,
      unit: "classes without a row",
      source: "every output is to have something to learn",
    },
  },
  about: `The last layer has an output for a class of which no training row is. The model learns never to say it, and its loss
starts higher than it need: among more classes there is more to guess. It is as it should be only where such rows are still
to come; then they will never be predicted until the model has been trained again.`,
  example: `const data = [[0, 1], [1, 0], [1, 1], [0, 0]];
const compile = { loss: "sparseCategoricalCrossentropy" };
const given = { compile, data, labels: [0, 1, 2, 0], experiments: false };
const ten = new Sequential([new Dense(10, { activation: "softmax" })]);
const report = await examine({ ...given, model: ten });
console.log(report.findings.map(({ code }) => code)); // PL3105 is among them

const three = new Sequential([new Dense(3, { activation: "softmax" })]);
const repaired = await examine({ ...given, model: three });
console.log(repaired.findings.some(({ code }) => code === "PL3105")); // false`,
  rules: {
    model: ({ outputs, data }) =>
      outputs.flatMap(({ loss, units }, i) => {
        const form = loss?.contract.labels;
        const labels = data.training.labels[i];
        if ((form !== "classIndex" && form !== "oneHot") || units === undefined || units < 2) return [];
        if (labels === undefined || labels.table.rows * (form === "oneHot" ? 1 : labels.table.width) === 0)
          return [];
        // Texts have a class for each word: that some words do not occur is no fault.
        if (form === "classIndex" && labels.table.width > 1) return [];
        // Labels of no output at all are a matter of D4, and change what is to be done.
        if (labels.info.high >= units && form === "classIndex") return [];
        const counts = countClasses(labels.classes, units);
        const missing = [...counts.keys()].filter((k) => counts[k] === 0);
        if (missing.length === 0) return [];
        return [
          {
            severity: "warning" as const,
            title: `${missing.length} of the model's ${units} outputs ${missing.length === 1 ? "has" : "have"} no training row: ${some(missing.map((k) => data.className(k)))}`,
            number: missing.length,
            threshold: outputsAndClasses.thresholds.missing.value,
            evidence: [
              `Guessing evenly among ${units} classes has a loss of ${Math.log(units).toFixed(3)}, among ${units - missing.length} one of ${Math.log(units - missing.length).toFixed(3)}`,
            ],
            why: "Such an output has nothing to learn from, and the model will never predict it",
            fix:
              missing[0] === units - missing.length
                ? `Give the last layer ${units - missing.length} units`
                : `Number the classes without gaps, from 0 to ${units - missing.length - 1}, and give the last layer as many units`,
            where: { part: "training" },
          },
        ];
      }),
  },
  sick: { examine: () => withUnits(5) },
  healthy: { examine: () => withUnits(3) },
};

const withUnits = (units: number): ExamineOptions => ({
  ...clouds(3, 30),
  model: new Sequential([new Dense(units, { activation: "softmax" })]),
  compile: { loss: "sparseCategoricalCrossentropy" },
  experiments: false,
});
