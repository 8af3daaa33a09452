import { Dense } from "../../layers/index.ts";
import { SGD } from "../../optimizers/index.ts";
import { Sequential } from "../../train/index.ts";
import type { Diagnosis } from "../diagnosis.ts";
import type { FitCase } from "../fit-case.ts";
import { slope } from "../made-up.ts";
import { show } from "../words.ts";
import { errorsBetween, rateOf, stretches } from "./course.ts";

export const divergence: Diagnosis = {
  id: "T3",
  code: "PL4103",
  severity: "warning",
  title: "the loss rises and does not come back",
  thresholds: {
    ratio: { value: 2, unit: "times the best stretch of steps", source: "TheDeepChecker: 2 × best" },
    errors: {
      value: 5,
      unit: "standard errors above the best stretch",
      source: "added: the best of many stretches is low by chance",
    },
    share: {
      value: 0.25,
      unit: "of the loss of the first steps, that the rise comes to",
      source: "added: a rise from 0.001 to 0.003 is the noise of a model that is done",
    },
    steps: {
      value: 10,
      unit: "steps per stretch, at least",
      source: "TheDeepChecker has 5; with 10 the standard error is known to a quarter",
    },
  },
  explains: ["T1", "T2", "P3", "P4"],
  about: `The loss of the rows that are trained on rises, and stays up. Training goes down the slope of exactly this loss, so a lasting
rise means that its steps are too long: each one lands beyond the valley, higher than it began. Most often the learning rate
is too high, or inputs are far from the size of 1; gradients that are added in the place of being taken away do the same.

Steps are put together into stretches of an epoch each (of at least 10 steps). The last two stretches must both lie at twice
the best one or higher, 5 standard errors above it, and the rise must come to a quarter of what the loss began with. Fewer than
three stretches say nothing. A single high stretch is a jump, not this.`,
  example: `const x = Array.from({ length: 200 }, (_, i) => [Math.sin(i), 1]);
const y = x.map(([a]) => [3 * a]);
const model = new Sequential([new Dense(1)]);
model.compile({ optimizer: new SGD({ learningRate: 0.53 }), loss: "mse" });
const doctor = new Doctor();
await model.fit(x, y, { epochs: 4, batchSize: 20, callbacks: [doctor] });
console.log(doctor.report.findings.some(({ code }) => code === "PL4103")); // true

model.compiled.optimizer.learningRate = 0.1;`,
  rules: {
    training(subject) {
      const { plan, losses } = subject;
      const { ratio, errors, share, steps } = divergence.thresholds;
      const length = Math.max(
        steps.value,
        Math.min(plan.stepsPerEpoch, Math.floor(losses.values.length / 3)),
      );
      const all = stretches(subject, length);
      if (all.length < 3) return undefined;
      const best = all.slice(0, -2).reduce((a, b) => (b.mean < a.mean ? b : a));
      const start = Math.abs(losses.from === 0 ? losses.values[0] : (subject.probes[0]?.loss ?? 0));
      const last = all.slice(-2);
      const risen = last.every(
        (of) =>
          of.mean >= best.mean + (ratio.value - 1) * Math.abs(best.mean) &&
          of.mean - best.mean > share.value * start &&
          errorsBetween(subject, of, best, length) > errors.value,
      );
      if (!risen) return undefined;
      const [now] = last.slice(-1);
      return [
        {
          severity: "warning",
          title: `The loss rose from ${show(best.mean)} to ${show(now.mean)} and does not come back`,
          number: now.mean / best.mean,
          threshold: ratio.value,
          evidence: [
            `The best ${length} steps were those from step ${best.from} on, with a loss of ${show(best.mean)} on average; the last ${length} have ${show(now.mean)}`,
            `That is ${Math.round(errorsBetween(subject, now, best, length))} times the scatter that the draw of rows explains (its standard error)`,
          ],
          why: "Each step goes down the slope of this loss. Where steps end higher than they began, they are too long",
          fix: `Take a third of the learning rate${rateOf(subject.model, 3)}. If it still rises, see that the loss is what is to become small, not its negative`,
        },
      ];
    },
  },
  sick: { train: () => lines(1.35) },
  healthy: { train: () => lines(0.1) },
};

const lines = (learningRate: number): FitCase => ({
  ...slope(200),
  model: new Sequential([new Dense(1)]),
  compile: { loss: "mse", optimizer: new SGD({ learningRate }) },
  fit: { epochs: 4, batchSize: 20 },
});
