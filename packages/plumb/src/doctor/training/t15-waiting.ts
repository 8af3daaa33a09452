import { Dense } from "../../layers/index.ts";
import { Sequential } from "../../train/index.ts";
import { now } from "../../tensor/index.ts";
import type { Diagnosis } from "../diagnosis.ts";
import type { FitCase } from "../fit-case.ts";
import { clouds } from "../made-up.ts";
import { percent } from "../words.ts";

export const waiting: Diagnosis = {
  id: "T15",
  code: "PL4115",
  severity: "information",
  title: "training waits",
  thresholds: {
    share: { value: 0.3, unit: "share of the time", source: "the catalogue of checks" },
    time: {
      value: 300,
      unit: "milliseconds of training, at least",
      source: "added: of less nobody complains, and clocks are coarse",
    },
  },
  about: `Training waits for what callbacks do: \`fit\` goes on when the promise is done that a callback gave. Data are in the engine's memory
before the first step, so that a fit waits for nothing else.

Measured is the time in each callback other than the doctor, as a share of the time since training began.`,
  example: `const slow = { async onEpochEnd() { await new Promise((done) => setTimeout(done, 40)); } };
const model = new Sequential([new Dense(1)]);
model.compile({ loss: "mse" });
const doctor = new Doctor();
await model.fit([[1], [2]], [[2], [4]], { epochs: 12, callbacks: [doctor, slow] });
console.log(doctor.report.findings.some(({ code }) => code === "PL4115")); // true`,
  rules: {
    training({ time, ended }) {
      const { share, time: least } = waiting.thresholds;
      if (!ended || time === undefined || time.total < least.value) return undefined;
      const slow = Object.entries(time.callbacks).toSorted(([, a], [, b]) => b - a);
      const waited = slow.reduce((sum, [, milliseconds]) => sum + milliseconds, 0);
      if (waited <= share.value * time.total) return undefined;
      return [
        {
          severity: "information",
          title: `${percent(waited / time.total)} of the training time went to callbacks`,
          number: waited / time.total,
          threshold: share.value,
          evidence: slow
            .slice(0, 3)
            .map(
              ([name, milliseconds]) =>
                `${name} took ${Math.round(milliseconds)} of ${Math.round(time.total)} ms`,
            ),
          why: "No step is made while a callback works, or while fit waits for the promise that it gave",
          fix: "Let the callback work every few epochs only, if (epoch % 5 === 0) …, or begin the work and return without awaiting it",
        },
      ];
    },
  },
  sick: { train: () => interrupted(40) },
  healthy: { train: () => interrupted(0) },
};

/** A callback that keeps the processor for some milliseconds after each epoch. */
const interrupted = (milliseconds: number): FitCase => ({
  ...clouds(2, 32),
  model: new Sequential([new Dense(1, { activation: "sigmoid" })]),
  compile: { loss: "binaryCrossentropy", optimizer: "adam" },
  fit: {
    epochs: 12,
    callbacks: [
      {
        onEpochEnd() {
          const end = now() + milliseconds;
          while (now() < end);
        },
      },
    ],
  },
});
