import { Dense } from "../../layers/index.ts";
import { Sequential } from "../../train/index.ts";
import type { Diagnosis } from "../diagnosis.ts";
import type { FitCase } from "../fit-case.ts";
import { slope } from "../made-up.ts";
import { median, medianDeviation, normalDeviation } from "../statistics/robust.ts";
import type { TrainingSubject } from "../subjects/training.ts";
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
      unit: "times the median of the last 50 steps",
      source:
        "Lightning's SpikeDetection: 2 means above the mean; the median, as earlier jumps count in a mean",
    },
    highest: {
      value: 2,
      unit: "times the highest of the last 50 steps that were no jumps",
      source:
        "added: with few rows per step losses have long tails, and clean runs had steps of 8 deviations",
    },
    start: {
      value: 1,
      unit: "times what training began with, and what the best constant answer costs",
      source: "added: a jump from 0.001 to 0.3 is one row that is still answered badly",
    },
    repeated: {
      value: 2,
      unit: "jumps that leave a mark, before it is a warning",
      source: "added: one step of which training comes back has cost one step; 6 of 1600 clean runs had one",
    },
    mark: {
      value: 3,
      unit: "standard deviations, by the median, that the median of the next 5 steps lies above the usual",
      source:
        "added: in batches of 4, a hard row is a jump every now and then, and the next steps are as before",
    },
    alone: {
      value: 10,
      unit: "times as far above the usual as a jump has to be, and times what training began with",
      source: "added: a row that costs so much is no hard one but a wrong one; such jumps count as well",
    },
  },
  explains: ["T4"],
  about: `A single step whose loss stands far above those before it, and which training comes back from. Either its rows are unlike
the others (a value typed wrong, a label from elsewhere), or the update before it was too large.

Compared are the losses of single steps with the 50 before them. A step is a jump when it lies 8 robust standard deviations
above their median, at three times that median, at twice the highest of them that was no jump itself, and above what a
constant answer costs. Steps of fewer rows than the others are left out: their losses scatter more. Before the 60th step nothing
is said. Jumps are an information as long as they leave no mark. Two or more are a warning where the five steps behind them are
still high, or where they are ten times as far out as a jump has to be, and ten times what training began with.`,
  example: `const x = Array.from({ length: 512 }, (_, i) => [Math.sin(i)]);
const y = x.map(([a], i) => [i === 300 ? 900 : 2 * a]);
const model = new Sequential([new Dense(1)]);
model.compile({ optimizer: new Adam({ learningRate: 0.05 }), loss: "mse" });
const doctor = new Doctor();
await model.fit(x, y, { epochs: 8, batchSize: 8, callbacks: [doctor] });
console.log(doctor.report.findings.some(({ code }) => code === "PL4102")); // true

model.compile({
  optimizer: new Adam({ learningRate: 0.05, globalClipnorm: 1 }),
  loss: "huber",
});`,
  rules: {
    training(subject) {
      const { deviations, mean, highest, start, repeated, mark, alone } = jump.thresholds;
      const { from, values } = subject.losses;
      const { plan, baseline } = subject;
      const begun = from === 0 ? median(values.slice(0, 10)) : (subject.probes[0]?.loss ?? 0);
      const floor = Math.max(baseline ?? 0, begun);
      const found: Jump[] = [];
      for (let i = window; i < values.length; i++) {
        const loss = values[i];
        const last = (from + i) % plan.stepsPerEpoch === plan.stepsPerEpoch - 1;
        if ((last && plan.rows % plan.batchSize !== 0) || loss < start.value * floor) continue;
        const before = values.slice(i - window, i);
        const usual = median(before);
        const spread = normalDeviation * medianDeviation(before);
        const high = usual + deviations.value * spread;
        if (loss < high || loss < mean.value * usual) continue;
        // Rows that are unlike the others come again in each epoch: those are no measure of what is usual.
        const calm = before.filter((of) => of < high || of < mean.value * usual);
        if (before.length - calm.length > window / 5 || loss < highest.value * Math.max(...calm)) continue;
        // It comes back: else it is no jump, and T3's.
        const after = values.slice(i + 1, i + 21);
        if (after.length >= 10 && median(after) < usual + (loss - usual) / 4)
          found.push({
            step: from + i,
            loss,
            usual,
            marks:
              (loss > alone.value * begun && loss - usual > alone.value * (high - usual)) ||
              median(after.slice(0, 5)) > usual + mark.value * spread,
          });
      }
      if (found.length === 0) return undefined;
      const worst = found.reduce((a, b) => (b.loss > a.loss ? b : a));
      return [
        {
          severity: found.filter(({ marks }) => marks).length >= repeated.value ? "warning" : "information",
          title: `The loss jumped to ${show(worst.loss)} in step ${worst.step}, from about ${show(worst.usual)} before it`,
          number: worst.loss / worst.usual,
          threshold: mean.value,
          where: { step: worst.step },
          ...causeOf(found, subject),
        },
      ];
    },
  },
  sick: { train: () => lines(900) },
  healthy: { train: () => lines(undefined) },
};

/** So many steps before one are what it is held against. */
const window = 50;

interface Jump {
  readonly step: number;
  readonly loss: number;
  /** The median of the steps before it. */
  readonly usual: number;
  /** Whether it is more than a hard row: the steps behind it are high too, or it is very high. */
  readonly marks: boolean;
}

/** Rows that are unlike the others come again in every epoch; an update that was too large does not. */
function causeOf(found: readonly Jump[], { plan, steps }: TrainingSubject) {
  const epochs = new Set(found.map(({ step }) => Math.floor(step / plan.stepsPerEpoch)));
  const ofRows = epochs.size >= 3 && epochs.size > (0.5 * (steps - window)) / plan.stepsPerEpoch;
  const steepest = found.slice(0, 5).map(({ step, loss }) => `step ${step} with ${show(loss)}`);
  return {
    evidence: [
      `${count(found.length, "step")} of ${steps} ${found.length === 1 ? "stands" : "stand"} out like this: ${steepest.join(", ")}`,
      ofRows
        ? `It happens in ${epochs.size} epochs: rows that are unlike the others are the likely cause`
        : "It does not happen in every epoch: an update that was too large is the likely cause",
    ],
    why: "One such step pulls all weights towards what a few rows, or one bad update, ask for",
    fix: ofRows
      ? 'Look at the rows with the largest labels and inputs. If they are right, let them count less: loss: "huber" for amounts, or new Adam({ globalClipnorm: 1 })'
      : "Clip the gradients, new Adam({ globalClipnorm: 1 }), or lower the learning rate",
  };
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
