import { Constant } from "../../initializers/index.ts";
import { Dense } from "../../layers/index.ts";
import { Sequential } from "../../train/index.ts";
import type { Diagnosis } from "../diagnosis.ts";
import type { FitCase } from "../fit-case.ts";
import { clouds } from "../made-up.ts";
import { percent } from "../words.ts";
import { lastStretch } from "./course.ts";

export const deadUnits: Diagnosis = {
  id: "T10",
  code: "PL4110",
  severity: "warning",
  title: "units never answer",
  thresholds: {
    warned: { value: 0.5, unit: "share of the units of a layer", source: "TheDeepChecker" },
    told: { value: 0.2, unit: "share of the units of a layer", source: "catalogue, as an information" },
    nearlyAll: {
      value: 0.9,
      unit: "share of the units of a layer",
      source: "added: a model that has learned well with what is left loses little; so few cannot be meant",
    },
    learned: {
      value: 0.25,
      unit: "of the best constant answer's loss",
      source: "added, as above",
    },
    looks: {
      value: 3,
      unit: "looks in a row, at two batches by turns",
      source: "added: a unit may be for rows that a batch has none of",
    },
    rows: { value: 16, unit: "rows of a batch, at least", source: "added, as above" },
  },
  explains: ["C17", "C18", "T4", "T7", "T12", "P3", "P4"],
  about: `A unit with relu gives 0 for everything below 0. If what goes in is below 0 for every row, it gives 0 for every row, the slope there
is 0 too, and it never learns again: it is dead. It happens when a large step pushes its bias far below 0 (the learning rate is too
high), or when weights begin badly. A few dead units are usual and harmless.

A unit counts as dead when it is 0 for every row of the batch; of images, at every place; and that at three looks in a row, on two
batches of random training rows by turns: one that answers few rows only is not dead. Dropout is on at a look and is left
out, as are layers without relu. In a model whose loss has come down to a quarter of the best constant answer's, dead units
are an information, unless nine in ten of a layer are dead.`,
  example: `const x = Array.from({ length: 64 }, (_, i) => [Math.sin(i), Math.cos(i)]);
const y = x.map(([a]) => [a > 0 ? 1 : 0]);
const model = new Sequential([
  new Dense(8, { activation: "relu", biasInitializer: new Constant({ value: -10 }) }),
  new Dense(1, { activation: "sigmoid" }),
]);
model.compile({ loss: "binaryCrossentropy" });
const doctor = new Doctor();
await model.fit(x, y, { epochs: 6, callbacks: [doctor] });
console.log(doctor.report.findings.some(({ code }) => code === "PL4110")); // true

const repaired = new Dense(8, { activation: "leakyRelu" });`,
  rules: {
    training(subject) {
      const { probes, plan, steps, baseline = NaN } = subject;
      const { warned, told, nearlyAll, learned, looks, rows } = deadUnits.thresholds;
      const seen = probes.slice(-looks.value);
      if (seen.length < looks.value || plan.batchSize < rows.value) return undefined;
      const layers = seen[0].layers.flatMap(({ name, activation, isHead }, i) => {
        if (isHead || !/^relu6?$/i.test(activation ?? "")) return [];
        const dead = seen[0].layers[i].silent.filter((_, unit) =>
          seen.every(({ layers: of }) => of[i].silent[unit] === 1),
        );
        const share = dead.length / seen[0].layers[i].silent.length;
        return share > told.value ? [{ name, share }] : [];
      });
      if (layers.length === 0) return undefined;
      const worst = layers.reduce((a, b) => (b.share > a.share ? b : a));
      const does = lastStretch(subject, Math.min(steps, 30)).mean < learned.value * baseline;
      const limit = does ? nearlyAll.value : warned.value;
      const bad = worst.share > limit;
      return [
        {
          severity: bad ? "warning" : "information",
          title: `${percent(worst.share)} of the units of ${worst.name} give 0 for every row`,
          number: worst.share,
          threshold: bad ? limit : told.value,
          evidence: [
            `It was so at ${looks.value} looks in a row, on two batches of ${plan.batchSize} rows: ${layers.map(({ name, share }) => `${name} ${percent(share)}`).join(", ")}`,
          ],
          why: "A unit that gives 0 for every row adds nothing to any answer, and as it has no slope it never learns again",
          fix: 'Lower the learning rate; begin with biases of 0; or use activation: "leakyRelu", whose slope is nowhere 0',
          where: { layers: layers.map(({ name }) => name) },
        },
      ];
    },
  },
  sick: { train: () => biased(-10) },
  healthy: { train: () => biased(0) },
};

const biased = (value: number): FitCase => ({
  ...clouds(2, 64),
  model: new Sequential([
    new Dense(8, { activation: "relu", biasInitializer: new Constant({ value }) }),
    new Dense(1, { activation: "sigmoid" }),
  ]),
  compile: { loss: "binaryCrossentropy", optimizer: "adam" },
  fit: { epochs: 6, batchSize: 32 },
});
