import { Dense } from "../../layers/index.ts";
import { L2 } from "../../regularizers/index.ts";
import { Sequential } from "../../train/index.ts";
import type { Diagnosis } from "../diagnosis.ts";
import type { FitCase } from "../fit-case.ts";
import { clouds } from "../made-up.ts";
import type { Probe, WeightProbe } from "../subjects/training.ts";
import { count, percent, show } from "../words.ts";
import { called, kernels, lastStretch, later } from "./course.ts";

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
      unit: "of the length that a kernel had at first",
      source: "added: a strong penalty is soon small itself, having brought the weights to 0",
    },
    hardly: {
      value: 0.8,
      unit: "of the first loss of the rows that is left, where weights have shrunk so",
      source: "added: a model of few inputs that matter may well have small weights",
    },
    steps: {
      value: 30,
      unit: "steps that say what the loss is now",
      source: "added: two looks are few rows",
    },
  },
  explains: ["T4", "T12", "P3", "P4"],
  about: `A regularizer adds a penalty to the loss: on large weights, or on large outputs of a layer (activityRegularizer). It is meant to weigh little beside the loss of the rows. If it weighs
more while the rows are still answered badly, training serves the penalty: it makes weights or outputs small, and the answers the same
for all rows.

Said when at most looks the penalty is larger than the loss of the rows, and at the last two more than half of the first loss is left;
or when a kernel (the weights that a layer multiplies by) has shrunk to a fifth of its length while the loss of the rows has
hardly fallen.`,
  example: `const x = Array.from({ length: 64 }, (_, i) => [Math.sin(i), Math.cos(i)]);
const y = x.map(([a]) => [a > 0 ? 1 : 0]);
const kernelRegularizer = new L2({ l2: 2 });
const model = new Sequential([
  new Dense(8, { activation: "relu", kernelRegularizer }),
  new Dense(1, { activation: "sigmoid" }),
]);
model.compile({ loss: "binaryCrossentropy" });
const doctor = new Doctor();
await model.fit(x, y, { epochs: 6, callbacks: [doctor] });
console.log(doctor.report.findings.some(({ code }) => code === "PL4114")); // true

const repaired = new Dense(8, {
  activation: "relu",
  kernelRegularizer: new L2({ l2: 1e-4 }),
});`,
  rules: {
    training(subject) {
      const { share, left, shrunk, hardly, steps } = penaltyRules.thresholds;
      const [first] = subject.probes;
      const probes = later(subject).slice(-2);
      const now = probes.at(-1);
      if (first === undefined || now === undefined || !(first.penalty > 0)) return undefined;
      if (probes.length < 2 && !subject.ended) return undefined;
      const rows = ({ loss, penalty }: Probe): number => loss - penalty;
      const begun = Math.min(rows(first), subject.baseline ?? Infinity);
      const above = (loss: number, part: number): boolean => loss > begun - (1 - part) * Math.abs(begun);
      const ruled = subject.probes.filter((of) => of.penalty > share.value * Math.abs(rows(of)));
      const heavy =
        ruled.length > subject.probes.length / 2 && probes.every((of) => above(rows(of), left.value));
      // Two looks are few rows; the loss of the last steps has the penalty in it, which is small by now and stays as it is.
      const recent = lastStretch(subject, Math.min(subject.steps, steps.value)).mean - now.penalty;
      const small =
        above(recent, hardly.value) && first.penalty > 0.1 * Math.abs(rows(first))
          ? shrunkOf(first, now, shrunk.value)
          : [];
      if (!heavy && small.length === 0) return undefined;
      const last = ruled.at(-1) ?? now;
      const onOutputs = last.addedByLayers > last.penalty / 2;
      const what = onOutputs ? "what layers give" : "the weights";
      const worst = small.toSorted((a, b) => a.left - b.left)[0];
      return [
        {
          severity: "warning",
          title: heavy
            ? `After ${count(last.step, "step")} the penalty on ${what} is ${show(last.penalty)}, the loss of the rows itself ${show(rows(last))}`
            : `Under its penalty ${called(worst.weight)} has shrunk to ${percent(worst.left)} of its length`,
          number: heavy ? last.penalty / rows(last) : worst.left,
          threshold: heavy ? share.value : shrunk.value,
          evidence: [
            `At first the penalty was ${show(first.penalty)} and the loss of the rows ${show(rows(first))}; after ${count(now.step, "step")} they are ${show(now.penalty)} and ${show(rows(now))}`,
            ...small.map(
              ({ weight, left: part }) =>
                `${weight.name} has ${percent(part)} of the length that it began with`,
            ),
          ].slice(0, 4),
          why: `Where a penalty outweighs the loss, training makes ${what} small rather than the answers right`,
          fix: `Divide the factor of the regularizer by 100, or leave it out: ${onOutputs ? "activity" : "kernel"}Regularizer: new L2({ l2: 1e-4 })`,
        },
      ];
    },
  },
  sick: { train: () => penalised(2) },
  healthy: { train: () => penalised(1e-4) },
};

/** Kernels of which hardly anything is left. */
const shrunkOf = (
  first: Probe,
  now: Probe,
  limit: number,
): readonly { readonly weight: WeightProbe; readonly left: number }[] =>
  kernels(now)
    .map((weight, i) => ({ weight, left: weight.norm / kernels(first)[i].norm }))
    .filter(({ left }) => left < limit);

const penalised = (factor: number): FitCase => ({
  ...clouds(2, 64),
  model: new Sequential([
    new Dense(8, { activation: "relu", kernelRegularizer: new L2({ l2: factor }) }),
    new Dense(1, { activation: "sigmoid" }),
  ]),
  compile: { loss: "binaryCrossentropy", optimizer: "adam" },
  fit: { epochs: 6, batchSize: 16 },
});
