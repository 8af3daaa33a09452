import { Dense } from "../../layers/index.ts";
import { Sequential } from "../../train/index.ts";
import type { Diagnosis } from "../diagnosis.ts";
import type { FitCase } from "../fit-case.ts";
import { slope } from "../made-up.ts";
import { median, medianDeviation, normalDeviation } from "../statistics/robust.ts";
import { count, show } from "../words.ts";

export const jump: Diagnosis = {
  id: "T2",
  code: "PL4102",
  severity: "warning",
  title: "the loss jumped",
  thresholds: {
    deviations: {
      value: 8,
      unit: "standard deviations, by the median, above the median of the last 50 steps",
      source: "catalogue; the median does not move with the jump itself",
    },
    mean: {
      value: 3,
      unit: "means of the last 10 steps",
      source: "Lightning's SpikeDetection: 2 means above the mean",
    },
    highest: {
      value: 2,
      unit: "times the highest of the last 50 steps",
      source:
        "added: with few rows per step losses have long tails, and clean runs had steps of 8 deviations",
    },
    start: {
      value: 1,
      unit: "times the best constant answer's loss, or the mean of the first 10 steps",
      source: "added: a jump from 0.001 to 0.01 costs nothing",
    },
  },
  about: `A single step whose loss stands far above those before it, and which training comes back from. Either its rows are unlike
the others (a value typed wrong, a label from elsewhere), or the update before it was too large.

Compared are the losses of single steps with the 50 before them. A step is a jump when it lies 8 robust standard deviations
above their median, at three times the mean of the last 10, at twice the highest of them, and above what a constant answer
would cost. Steps of fewer rows than the others are left out: their losses scatter more. Before the 60th step nothing is said.`,
  example: `const x = Array.from({ length: 512 }, (_, i) => [Math.sin(i)]);
const y = x.map(([a], i) => [i === 300 ? 900 : 2 * a]);
const model = new Sequential([new Dense(1)]);
model.compile({ optimizer: new Adam({ learningRate: 0.05 }), loss: "mse" });
const doctor = new Doctor();
await model.fit(x, y, { epochs: 8, batchSize: 8, callbacks: [doctor] });
console.log(doctor.report.findings.map(({ code }) => code)); // PL4102 is among them

model.compile({ optimizer: new Adam({ learningRate: 0.05, globalClipnorm: 1 }), loss: "huber" });`,
  rules: {
    training({ losses: { from, values }, plan, baseline, steps }) {
      const { deviations, mean, highest, start } = jump.thresholds;
      const floor = start.value * (from === 0 ? averageOf(values, 0, 10) : (baseline ?? 0));
      const found: { step: number; loss: number; usual: number }[] = [];
      for (let i = window; i < values.length; i++) {
        const loss = values[i];
        const last = (from + i) % plan.stepsPerEpoch === plan.stepsPerEpoch - 1;
        if ((last && plan.rows % plan.batchSize !== 0) || loss < floor) continue;
        if (loss < mean.value * averageOf(values, i - 10, i)) continue;
        // Held against what is usual: earlier jumps are not.
        const known = new Set(found.map(({ step }) => step - from));
        const before = values.slice(i - window, i).filter((_, k) => !known.has(i - window + k));
        if (loss < highest.value * Math.max(...before)) continue;
        const usual = median(before);
        if (loss < usual + deviations.value * normalDeviation * medianDeviation(before)) continue;
        // It comes back: else it is no jump, and T3's.
        const after = values.slice(i + 1, i + 21);
        if (after.length >= 10 && median(after) < usual + (loss - usual) / 4)
          found.push({ step: from + i, loss, usual });
      }
      if (found.length === 0) return undefined;
      const worst = found.reduce((a, b) => (b.loss > a.loss ? b : a));
      const perEpoch = new Set(found.map(({ step }) => Math.floor(step / plan.stepsPerEpoch))).size;
      return [
        {
          severity: "warning",
          title: `The loss jumped to ${show(worst.loss)} in step ${worst.step}, from about ${show(worst.usual)} before it`,
          number: worst.loss / worst.usual,
          threshold: mean.value,
          evidence: [
            `${count(found.length, "step")} of ${steps} stand out so: ${found
              .slice(0, 5)
              .map(({ step, loss }) => `step ${step} with ${show(loss)}`)
              .join(", ")}`,
            perEpoch >= 3
              ? `It happens in ${perEpoch} epochs: rows that are unlike the others are the likely cause`
              : "It does not come again in each epoch: an update that was too large is the likely cause",
          ],
          why: "One such step moves all weights by what a few rows, or one update, ask for",
          fix:
            perEpoch >= 3
              ? 'Look at the rows with the highest loss; or let them count less: loss: "huber", new Adam({ globalClipnorm: 1 })'
              : "Clip the gradients, new Adam({ globalClipnorm: 1 }), or lower the learning rate",
          where: { step: worst.step },
        },
      ];
    },
  },
  sick: { train: () => lines(900) },
  healthy: { train: () => lines(undefined) },
};

/** So many steps before one are what it is held against. */
const window = 50;

function averageOf(values: readonly number[], from: number, to: number): number {
  let sum = 0;
  for (let i = from; i < to; i++) sum += values[i];
  return sum / (to - from);
}

const lines = (wild: number | undefined): FitCase => {
  const { data, labels } = slope(512);
  if (wild !== undefined) labels[300] = wild;
  return {
    data,
    labels,
    model: new Sequential([new Dense(1)]),
    compile: { loss: "mse", optimizer: "sgd" },
    fit: { epochs: 5, batchSize: 8 },
  };
};
