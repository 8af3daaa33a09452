import { labelRange } from "../../base/contract.ts";
import { Dense } from "../../layers/index.ts";
import { Sequential } from "../../train/index.ts";
import type { Diagnosis } from "../diagnosis.ts";
import type { ExamineOptions } from "../examine.ts";
import { clouds } from "../made-up.ts";
import { labelsOfSigns } from "../predictions/labels-of-signs.ts";
import type { Labels } from "../subjects/labels.ts";
import { percent, show } from "../words.ts";

/** So many distinct values are written out. */
const fewValues = 4;

export const otherLabels: Diagnosis = {
  id: "C9",
  code: "PL2109",
  severity: "error",
  title: "labels are of another pair of values",
  thresholds: {
    outside: {
      value: 0,
      unit: "share of labels that the loss does not take",
      source:
        "labels −1 and 1 under a binary cross-entropy: a loss of 0.010 for a useless model (Keras 3.15)",
    },
  },
  explains: ["C10", "C16", "T3", "T4", "P2", "P5", "P7", "P11"],
  about: `Yes and no can be written as 1 and 0, as 1 and −1, as 2 and 1, as 255 and 0. A cross-entropy takes 0 and 1 (or shares in
between), a hinge loss −1 and 1 (0 and 1 are read as these). Other pairs still give a number, which falls below 0 or looks
excellent and means nothing. It is told from the distinct values of the labels.`,
  example: `const model = new Sequential([new Dense(1, { activation: "sigmoid" })]);
const data = [[0, 1], [1, 0], [1, 1], [0, 0]];
const labels = [-1, 1, 1, -1];
const compile = { loss: "binaryCrossentropy" };
const report = await examine({ model, compile, data, labels, experiments: false });
console.log(report.findings[0].code); // PL2109

console.log(labels.map((y) => (y + 1) / 2));`,
  rules: {
    predictions: labelsOfSigns,
    model: ({ outputs, data }) =>
      outputs.flatMap(({ loss }, i) =>
        data.parts.flatMap((part) => {
          const labels = part.labels[i];
          if (labels === undefined || loss === undefined || loss.contract.custom) return [];
          const form = loss.contract.labels;
          if (form !== "binary" && form !== "oneHot" && form !== "sign") return [];
          const { low, high, kind, zeroOne } = labels.info;
          const values = distinctOf(labels);
          // Amounts are another mistake (C7).
          if (values === undefined || (form === "sign" && zeroOne) || kind === "text") return [];
          const [least, most] = labelRange(loss.contract);
          const taken = (value: number): boolean =>
            form === "sign" ? value === -1 || value === 1 : value >= least && value <= most;
          const strange = Array.from(labels.table.values, Number).filter((value) => !taken(value)).length;
          if (strange === 0) return [];
          const share = strange / labels.table.values.length;
          const wanted = form === "sign" ? "−1 and 1, or 0 and 1" : "0 and 1";
          return [
            {
              severity: "error" as const,
              title: `${percent(share)} of the labels are neither of the values that ${loss.record.name} takes, ${wanted}`,
              number: share,
              threshold: otherLabels.thresholds.outside.value,
              evidence: [`The labels of the ${part.name} rows are ${values.map(show).join(", ")}`],
              why: "The formula gives a number for them, but it has no lower end, or its lowest point is no answer",
              fix: repair(low, high, form === "sign"),
              where: { part: part.name },
            },
          ];
        }),
      ),
  },
  sick: { examine: () => withLabels((of) => 2 * of - 1) },
  healthy: { examine: () => withLabels((of) => of) },
};

/** The distinct values where they are few, ascending. */
function distinctOf({ table }: Labels): readonly number[] | undefined {
  const values = new Set<number>();
  for (let i = 0; i < table.values.length; i++) {
    values.add(Number(table.values[i]));
    if (values.size > fewValues) return undefined;
  }
  return [...values].toSorted((a, b) => a - b);
}

function repair(low: number, high: number, sign: boolean): string {
  if (sign) return `labels.map((y) => (y === ${show(high)} ? 1 : -1))`;
  if (low === -1 && high === 1) return "labels.map((y) => (y + 1) / 2)";
  if (low === 1 && high === 2) return "labels.map((y) => y - 1)";
  if (low === 0) return `labels.map((y) => y / ${show(high)})`;
  return `labels.map((y) => (y === ${show(high)} ? 1 : 0))`;
}

const withLabels = (change: (of: number) => number): ExamineOptions => {
  const { data, labels } = clouds(2, 40);
  return {
    data,
    labels: labels.map(change),
    model: new Sequential([new Dense(1, { activation: "sigmoid" })]),
    compile: { loss: "binaryCrossentropy" },
    experiments: false,
  };
};
