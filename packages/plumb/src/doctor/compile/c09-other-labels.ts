import { labelRange } from "../../base/contract.ts";
import { Dense } from "../../layers/index.ts";
import { Sequential } from "../../train/index.ts";
import type { Diagnosis } from "../diagnosis.ts";
import type { ExamineOptions } from "../examine.ts";
import { clouds } from "../made-up.ts";
import { labelsOfSigns } from "../predictions/labels-of-signs.ts";
import { labelsFor } from "../subjects/model.ts";
import { percent, show } from "../words.ts";
import { toldOf } from "./pairings.ts";

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
between), a hinge loss −1 and 1 (it reads 0 and 1 as these). Other pairs still give a number, which falls below 0 or looks
excellent and means nothing. It is told from the two values that the labels have; more than two are amounts, or classes (C7).`,
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
      outputs.flatMap((output, i) => {
        const { loss } = output;
        if (loss === undefined || loss.contract.custom || toldOf(output, "C4")) return [];
        const form = loss.contract.labels;
        if (form !== "binary" && form !== "oneHot" && form !== "sign") return [];
        // One part is enough: where all are coded alike, one repair is.
        for (const part of data.parts) {
          const labels = labelsFor(part, i);
          const { zeroOne, kind, distinct } = labels?.info ?? {};
          // More values are amounts, or classes: another mistake (C7).
          if (labels === undefined || distinct! > 2 || (form === "sign" && zeroOne) || kind === "text")
            continue;
          const { values, width } = labels.table;
          const [least, most] = labelRange(loss.contract);
          const taken = (value: number): boolean =>
            form === "sign" ? value === -1 || value === 1 : value >= least && value <= most;
          const strange = Array.from(values, Number).filter((value) => !taken(value)).length;
          if (strange === 0) continue;
          const { low, high } = labels.info;
          const share = strange / values.length;
          const wanted = form === "sign" ? "−1 or 1 (or 0 or 1)" : "0 or 1";
          return [
            {
              severity: "error" as const,
              title: `${percent(share)} of the labels are not ${wanted}, which is what ${loss.record.name} takes`,
              number: share,
              threshold: otherLabels.thresholds.outside.value,
              evidence: [`The ${part.name} labels are ${[...new Set([low, high])].map(show).join(" and ")}`],
              why: "The formula still gives a number for them, but a wrong one: it can fall below 0, or look excellent for a useless model",
              fix: repair(low, high, form === "sign", width > 1),
              where: { part: part.name },
            },
          ];
        }
        return [];
      }),
  },
  sick: { examine: () => withLabels((of) => 2 * of - 1) },
  healthy: { examine: () => withLabels((of) => of) },
};

/** The labels as the loss takes them, as code. */
function repair(low: number, high: number, sign: boolean, rows: boolean): string {
  const map = (to: string): string =>
    rows ? `labels.map((row) => row.map((y) => ${to}))` : `labels.map((y) => ${to})`;
  if (sign) return map(`(y === ${show(high)} ? 1 : -1)`);
  if (low === -1 && high === 1) return map("(y + 1) / 2");
  if (low === 1 && high === 2) return map("y - 1");
  if (low === 0) return map(`y / ${show(high)}`);
  return map(`(y === ${show(high)} ? 1 : 0)`);
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
