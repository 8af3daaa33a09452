import { Dense } from "../../layers/index.ts";
import { Sequential } from "../../train/index.ts";
import type { Diagnosis } from "../diagnosis.ts";
import type { ExamineOptions } from "../examine.ts";
import { pseudo } from "../made-up.ts";
import type { Labels } from "../subjects/labels.ts";
import { count, percent } from "../words.ts";
import { fromPairings, headPlace, ofOutput } from "./pairings.ts";

export const severalLabels: Diagnosis = {
  id: "C6",
  code: "PL2106",
  severity: "warning",
  title: "several labels at once under a softmax",
  thresholds: {
    rows: {
      value: 0,
      unit: "share of rows with no label, or more than one",
      source: "the outputs of a softmax sum to 1: it says yes once",
    },
  },
  explains: ["C16", "T4", "P3"],
  about: `A softmax shares 1 out among the outputs, so that only one of them can be near 1. Where a row can carry several labels at
once, or none, it can never say so: two labels get half a yes each at best. Such labels want a sigmoid for each output, which
answers each question by itself, and a binary cross-entropy.`,
  example: `const model = new Sequential([new Dense(3, { activation: "softmax" })]);
const data = [[0, 1], [1, 0], [1, 1]];
const labels = [[1, 1, 0], [0, 1, 0], [0, 0, 0]];
const compile = { loss: "categoricalCrossentropy" };
const report = await examine({ model, compile, data, labels, experiments: false });
console.log(report.findings.map(({ code }) => code)); // PL2106 is among them

new Sequential([new Dense(3, { activation: "sigmoid" })]).compile({ loss: "binaryCrossentropy" });`,
  rules: {
    model: (subject) =>
      fromPairings(subject, "C6", (output) => {
        const { labels, units } = output;
        const bySum = labels === undefined ? new Map<number, number>() : rowsBySum(labels);
        const rows = labels?.rows ?? 1;
        const other = 1 - (bySum.get(1) ?? 0) / rows;
        return {
          title: `${percent(other)} of the rows do not have exactly 1 label, and a softmax can pick only one${ofOutput(subject, output)}`,
          number: other,
          threshold: severalLabels.thresholds.rows.value,
          evidence: [
            [...bySum]
              .toSorted(([a], [b]) => a - b)
              .map(([sum, of]) => `${count(of, "row")} with ${count(sum, "label")}`)
              .join(", "),
          ],
          why: "The outputs of a softmax sum to 1: two labels get half a yes each at best, and no row can have none",
          fix: `Make new Dense(${units}, { activation: "sigmoid" }) the last layer, with loss: "binaryCrossentropy"`,
          where: headPlace(subject),
        };
      }),
  },
  sick: { examine: () => withHead("softmax", "categoricalCrossentropy") },
  healthy: { examine: () => withHead("sigmoid", "binaryCrossentropy") },
};

/** How many rows have how many labels. */
function rowsBySum({ table }: Labels): Map<number, number> {
  const bySum = new Map<number, number>();
  for (let row = 0; row < table.rows; row++) {
    let sum = 0;
    for (let k = 0; k < table.width; k++) sum += table.at(row, k);
    bySum.set(sum, (bySum.get(sum) ?? 0) + 1);
  }
  return bySum;
}

const withHead = (
  activation: "softmax" | "sigmoid",
  loss: "categoricalCrossentropy" | "binaryCrossentropy",
): ExamineOptions => {
  const data = Array.from({ length: 40 }, (_, row) => [pseudo(2 * row), pseudo(2 * row + 1)]);
  return {
    data,
    labels: data.map(([a, b]) => [Number(a > 0.5), Number(b > 0.5), Number(a + b > 1)]),
    model: new Sequential([new Dense(3, { activation })]),
    compile: { loss },
    experiments: false,
  };
};
