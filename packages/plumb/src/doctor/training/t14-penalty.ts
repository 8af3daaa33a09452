import { Dense } from "../../layers/index.ts";
import { L2 } from "../../regularizers/index.ts";
import { Sequential } from "../../train/index.ts";
import type { Diagnosis } from "../diagnosis.ts";
import type { FitCase } from "../fit-case.ts";
import { clouds } from "../made-up.ts";
import { percent, show } from "../words.ts";
import { kernels, later } from "./course.ts";

export const penaltyRules: Diagnosis = {
  id: "T14",
  code: "PL4114",
  severity: "warning",
  title: "the penalty rules the loss",
  thresholds: {
    share: { value: 1, unit: "penalty per loss of the rows", source: "TheDeepChecker" },
    left: {
      value: 0.5,
      unit: "of the first loss of the rows that is left",
      source: "added: a model that has learned its rows may well have more penalty than loss",
    },
    shrunk: {
      value: 0.2,
      unit: "of the length that the weights had at first",
      source: "added: a strong penalty is soon small itself, having brought the weights to 0",
    },
  },
  explains: ["T4", "T12", "P3", "P4"],
  about: `A regularizer adds a penalty on large weights to the loss. It is meant to weigh little beside the loss of the rows. If it weighs
more while the rows are still answered badly, training serves the penalty: it makes the weights small, and the answers the same
for all rows.

Said when, at the looks after the first step, the penalty is larger than the loss of the rows and more than half of the first
loss is left; or when the weights have shrunk to a fifth of their length while the loss of the rows has hardly fallen.`,
  example: `const x = Array.from({ length: 64 }, (_, i) => [Math.sin(i), Math.cos(i)]);
const y = x.map(([a]) => [a > 0 ? 1 : 0]);
const kernelRegularizer = new L2({ l2: 2 });
const model = new Sequential([new Dense(8, { activation: "relu", kernelRegularizer }), new Dense(1, { activation: "sigmoid" })]);
model.compile({ loss: "binaryCrossentropy" });
const doctor = new Doctor();
await model.fit(x, y, { epochs: 6, callbacks: [doctor] });
console.log(doctor.report.findings.map(({ code }) => code)); // PL4114 is among them

const repaired = new Dense(8, { activation: "relu", kernelRegularizer: new L2({ l2: 1e-4 }) });`,
  rules: {
    training(subject) {
      const { share, left, shrunk } = penaltyRules.thresholds;
      const [first] = subject.probes;
      const probes = later(subject).slice(-2);
      if (
        first === undefined ||
        probes.length === 0 ||
        (probes.length < 2 && !subject.ended) ||
        !(first.penalty > 0)
      )
        return undefined;
      const rows = (of: { loss: number; penalty: number }): number => of.loss - of.penalty;
      const begun = Math.min(rows(first), subject.baseline ?? Infinity);
      if (probes.some((of) => !(rows(of) > left.value * begun))) return undefined;
      const length = (of: typeof first): number => Math.hypot(...kernels(of).map(({ norm }) => norm));
      const now = probes[probes.length - 1];
      const heavy = probes.every((of) => of.penalty > share.value * rows(of));
      const small =
        length(now) < shrunk.value * length(first) &&
        rows(now) > 0.9 * begun &&
        first.penalty > 0.1 * rows(first);
      if (!heavy && !small) return undefined;
      return [
        {
          severity: "warning",
          title: heavy
            ? `The penalty on the weights is ${show(now.penalty)}, the loss of the rows ${show(rows(now))}`
            : `The weights have shrunk to ${percent(length(now) / length(first))} of their length under a penalty`,
          number: heavy ? now.penalty / rows(now) : length(now) / length(first),
          threshold: heavy ? share.value : shrunk.value,
          evidence: [
            `At first the penalty was ${show(first.penalty)} and the loss of the rows ${show(rows(first))}; after ${now.step} steps ${show(now.penalty)} and ${show(rows(now))}`,
            `The weights that layers multiply by went from a length of ${show(length(first))} to ${show(length(now))}`,
          ],
          why: "Training makes the weights small in the place of making the answers right",
          fix: "Divide the factor of the regularizer by 100: kernelRegularizer: new L2({ l2: 1e-4 })",
        },
      ];
    },
  },
  sick: { train: () => penalised(2) },
  healthy: { train: () => penalised(1e-4) },
};

const penalised = (factor: number): FitCase => ({
  ...clouds(2, 64),
  model: new Sequential([
    new Dense(8, { activation: "relu", kernelRegularizer: new L2({ l2: factor }) }),
    new Dense(1, { activation: "sigmoid" }),
  ]),
  compile: { loss: "binaryCrossentropy", optimizer: "adam" },
  fit: { epochs: 6, batchSize: 16 },
});
