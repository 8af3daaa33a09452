import { Dense } from "../../layers/index.ts";
import { Optimizer, SGD } from "../../optimizers/index.ts";
import { Sequential, type LearningRateSweep } from "../../train/index.ts";
import type { Diagnosis } from "../diagnosis.ts";
import type { ExamineOptions } from "../examine.ts";
import { refusedAsNothing } from "../experiments/first-look.ts";
import { trainPlainly, type Course, type SomeRows } from "../experiments/short-training.ts";
import type { Observation } from "../finding.ts";
import { slope } from "../made-up.ts";
import { pseudoShuffled } from "../statistics/sampling.ts";
import type { ModelSubject } from "../subjects/model.ts";
import { percent, show } from "../words.ts";

/** Steps of the sweep, and of the trial of a rate. */
const [sweepSteps, trialSteps] = [80, 30];

/** Steps on the same rows for the other settings, and the least rate that they are tried at. */
const [plainSteps, leastRate] = [60, 0.01];

export const learningRate: Diagnosis = {
  id: "C20",
  code: "PL2120",
  severity: "warning",
  title: "the learning rate is out of range",
  thresholds: {
    above: {
      value: 10,
      unit: "times the rate that a sweep suggests",
      source: "the suggestion is a tenth of the rate at which the loss was lowest (Smith, 2017)",
    },
    below: {
      value: 1e-3,
      unit: "of the rate that a sweep suggests",
      source: "a thousand times the steps; Adam's usual 0.001 stays well above it",
    },
    fall: {
      value: 0.1,
      unit: "of the first loss, by which the suggested rate lowers it in 30 steps",
      source: "where no rate helps, the rate is not at fault",
    },
    share: {
      value: 0.02,
      unit: "of the fall at the suggested rate that the given one reaches",
      source: "less than a fiftieth cannot be told from standing still",
    },
  },
  explains: ["T1", "T2", "T3", "T4", "T5", "T6", "T8", "T10", "P3"],
  about: `The learning rate says how far each step goes. Too large, the loss jumps or the model falls into a state from which it does
not come back; too small, nothing happens in the time there is. Which is which depends on the model, the optimizer and the
data, so no fixed bound can be right: 0.1 is plain for SGD and ruinous for Adam.

A sweep trains for 80 steps with a rate that grows from far too small to far too large. Is the given rate more than ten times
what it suggests, or less than a thousandth, both are tried for 30 steps. It is told only where the suggested rate lowers the
loss and the given one does not. Where the optimizer was given other settings than its defaults, those are tried beside the
defaults first: an epsilon that is too large makes every step next to nothing, for instance, and the rate is not to blame.
All steps are taken back. Schedules are left alone.`,
  example: `const data = Array.from({ length: 64 }, (_, i) => [Math.sin(i), Math.cos(3 * i)]);
const labels = data.map(([a, b]) => a - b);
const model = new Sequential([new Dense(1)]);
const compile = { loss: "mse", optimizer: new SGD({ learningRate: 1e-7 }) };
const report = await examine({ model, compile, data, labels });
console.log(report.findings.map(({ code }) => code)); // PL2120 is among them

model.compiled.optimizer.learningRate = 0.1;`,
  rules: {
    model: async (subject) => {
      const { model, experiments } = subject;
      if (!experiments || !model.isCompiled || model.compiled.optimizer.followsSchedule) return undefined;
      return refusedAsNothing(() => tryRates(subject));
    },
  },
  sick: { examine: () => withRate(1e-7) },
  healthy: { examine: () => withRate(0.05) },
};

async function tryRates(subject: ModelSubject): Promise<Observation[]> {
  const { model, batchSize, data } = subject;
  const order = pseudoShuffled(data.training.rows);
  const batch = subject.rowsOf(data.training, order.subarray(0, batchSize)) as SomeRows;
  const settings = await trySettings(subject, batch);
  if (settings.length > 0) return settings;
  const rows = subject.rowsOf(data.training, order.subarray(0, trialSteps * batchSize)) as SomeRows;
  const sweep = await model.findLearningRate(rows.x, rows.y, {
    from: 1e-6,
    steps: sweepSteps,
    batchSize,
    seed: 0,
  });
  const given = model.compiled.optimizer.learningRate;
  const { suggestion } = sweep;
  const { above, below, fall, share } = learningRate.thresholds;
  const lowest = Math.min(...sweep.smoothed.filter((of) => !Number.isNaN(of)));
  // Where no rate helps, it lies in the model or the loss (C15, C18, T7).
  if (sweep.smoothed[0] - lowest < share.value * Math.abs(sweep.smoothed[0])) return [];
  const tooLarge = given >= above.value * suggestion;
  if (!tooLarge && given > below.value * suggestion) return [];
  const batches = batchesOf(subject, order);
  const own = await trial(subject, batches, given);
  const other = await trial(subject, batches, suggestion);
  const [lost, gained] = [own.before - own.after, other.before - other.after];
  if (!(gained > fall.value * Math.abs(other.before)) || lost > share.value * gained) return [];
  return [
    {
      severity: "warning",
      title: `The learning rate of ${show(given)} is ${roughly(tooLarge ? given / suggestion : suggestion / given)} times ${tooLarge ? "larger" : "smaller"} than the ${show(suggestion)} that a trial suggests`,
      number: given / suggestion,
      threshold: tooLarge ? above.value : below.value,
      evidence: [
        `In ${trialSteps} training steps at ${show(given)} the loss went from ${show(own.before)} to ${show(own.after)}`,
        `In ${trialSteps} training steps at ${show(suggestion)} it went from ${show(other.before)} to ${show(other.after)}`,
        ...course(sweep),
      ],
      why: tooLarge
        ? "The steps are too long: they leap over the minimum, so the loss jumps about, or units are driven to where they stay silent for good"
        : "The steps are too short: the weights hardly change in any reasonable time",
      fix: `model.compiled.optimizer.learningRate = ${show(suggestion)}`,
      confirmed: true,
    },
  ];
}

/** Settings beside the rate that are not the defaults: the same optimizer with its defaults is tried on the same rows. */
async function trySettings(subject: ModelSubject, rows: SomeRows): Promise<Observation[]> {
  const { fall, share } = learningRate.thresholds;
  const { optimizer } = subject.model.compiled;
  const strange = changedSettings(optimizer);
  if (strange.length === 0) return [];
  const plainly = (of: Optimizer): Promise<Course> =>
    subject.undone(() => trainPlainly(subject, rows, of, plainSteps, -Infinity));
  const same = optimizer.record;
  // It is not to be the rate: a small one is raised for the trial, and one that makes up for the settings stays.
  const plain = new Optimizer(same, { learningRate: Math.max(same.learningRate, leastRate) });
  const rate = Math.max(optimizer.learningRate, plain.learningRate);
  const own = await plainly(new Optimizer(same, { ...optimizer.params, learningRate: rate }));
  const other = await plainly(plain);
  const [first] = other.losses;
  const [lost, gained] = [own.losses[0] - own.lowest, first - other.lowest];
  if (!(gained > fall.value * Math.abs(first)) || lost > share.value * gained) return [];
  // Steps that are next to nothing leave the loss where it is. Where it rose, they are too long: that is the rate.
  const last = own.losses[own.losses.length - 1];
  if (!(last <= own.losses[0] + share.value * gained)) return [];
  const settings = strange.map(
    ([name, given, usual]) => `${name}: ${show(given)} (usually ${String(usual)})`,
  );
  return [
    {
      severity: "warning",
      title: `${plainSteps} training steps lower the loss by ${percent(lost / Math.abs(first))} with ${optimizer.name} as it is set, and by ${percent(gained / Math.abs(first))} with its default settings`,
      number: lost / gained,
      threshold: share.value,
      evidence: [
        `What is not as usual: ${settings.join(", ")}`,
        `On the same rows the loss went from ${show(own.losses[0])} to ${show(own.lowest)} as it is set, at a learning rate of ${show(rate)}, and to ${show(other.lowest)} with the defaults, at ${show(plain.learningRate)}`,
      ],
      why: "With these settings each step is next to nothing: an epsilon far above the gradients, or clipping far below them, swallows them",
      fix: `Leave ${strange.map(([name]) => name).join(" and ")} out: optimizer: new ${same.name}({ learningRate: ${show(same.learningRate)} })`,
      confirmed: true,
    },
  ];
}

/** Numbers that were given to an optimizer and are not its defaults, the rate left out. */
function changedSettings({ record, params }: Optimizer): readonly (readonly [string, number, unknown])[] {
  const defaults = new Optimizer(record, {}).params as Readonly<Record<string, unknown>>;
  return Object.entries(params as Readonly<Record<string, unknown>>).flatMap(([name, value]) =>
    typeof value === "number" && name !== "learningRate" && value !== defaults[name]
      ? [[name, value, defaults[name] ?? "left out"] as const]
      : [],
  );
}

/** The course of the sweep in a sentence. */
const course = ({ rates, smoothed, divergedAt }: LearningRateSweep): string[] => {
  const lowest = smoothed.indexOf(Math.min(...smoothed.filter((of) => !Number.isNaN(of))));
  return [
    `In ${rates.length} steps with a growing rate the loss was lowest at ${show(rates[lowest])}${divergedAt === undefined ? "" : `, and took off at ${show(divergedAt)}`}; a tenth of the former is a safe choice`,
  ];
};

/** A factor as one says it: 2,000,000. */
const roughly = (factor: number): string =>
  factor > 1e9 ? "over 1,000,000,000" : Number(factor.toPrecision(2)).toLocaleString("en-US");

function batchesOf(subject: ModelSubject, order: Int32Array): readonly SomeRows[] {
  const { training } = subject.data;
  const { batchSize } = subject;
  return Array.from({ length: trialSteps }, (_, step) => {
    const from = (step * batchSize) % Math.max(1, order.length - batchSize + 1);
    return subject.rowsOf(training, order.subarray(from, from + batchSize)) as SomeRows;
  });
}

/** The loss of the first batches before and after some steps at a rate. */
const trial = (
  subject: ModelSubject,
  batches: readonly SomeRows[],
  rate: number,
): Promise<{ readonly before: number; readonly after: number }> =>
  subject.undone(async () => {
    const { model } = subject;
    const loss = async (): Promise<number> => {
      model.resetMetrics();
      let mean = 0;
      for (const { x, y } of batches.slice(0, 8)) mean = (await model.testOnBatch(x, y)).loss;
      return mean;
    };
    const before = await loss();
    model.compiled.optimizer.learningRate = rate;
    for (const { x, y } of batches) await model.trainOnBatch(x, y);
    const after = await loss();
    return { before, after: Number.isNaN(after) ? Infinity : after };
  });

const withRate = (rate: number): ExamineOptions => ({
  ...slope(64),
  model: new Sequential([new Dense(1)]),
  compile: { loss: "mse", optimizer: new SGD({ learningRate: rate }) },
});
