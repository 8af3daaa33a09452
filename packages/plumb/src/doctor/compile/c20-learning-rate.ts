import { Dense } from "../../layers/index.ts";
import { SGD } from "../../optimizers/index.ts";
import { Sequential, type LearningRateSweep } from "../../train/index.ts";
import type { Diagnosis } from "../diagnosis.ts";
import type { ExamineOptions } from "../examine.ts";
import { refusedAsNothing } from "../experiments/first-look.ts";
import { trainAsGiven, trainPlainly, type SomeRows } from "../experiments/short-training.ts";
import type { Observation } from "../finding.ts";
import { slope } from "../made-up.ts";
import { pseudoShuffled } from "../statistics/sampling.ts";
import type { ModelSubject } from "../subjects/model.ts";
import { percent, show } from "../words.ts";

/** Steps of the sweep, and of the trial of a rate. */
const [sweepSteps, trialSteps] = [80, 30];

/** Steps on the same rows, where no rate helped. */
const plainSteps = 60;

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
  explains: ["T2", "T3", "T4", "T5", "T6", "T8", "T10", "P3"],
  about: `The learning rate says how far each step goes. Too large, the loss jumps or the model falls into a state from which it does
not come back; too small, nothing happens in the time there is. Which is which hangs on the model, the optimizer and the
data, so no fixed bound can be right: 0.1 is plain for SGD and ruinous for Adam.

A sweep trains for 80 steps with a rate that grows from far too small to far too large. Is the given rate more than ten times
what it suggests, or less than a thousandth, both are tried for 30 steps. It is told only where the suggested rate lowers the
loss and the given one does not. Where no rate lowers it, but Adam as it comes does, it is another setting of the optimizer:
an epsilon that is too large, for instance. All steps are taken back. Schedules are left alone.`,
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
  if (sweep.smoothed[0] - lowest < share.value * Math.abs(sweep.smoothed[0]))
    return atNoRate(subject, subject.rowsOf(data.training, order.subarray(0, batchSize)) as SomeRows);
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
      title: `The learning rate ${show(given)} is ${show(tooLarge ? given / suggestion : suggestion / given)} times ${tooLarge ? "larger" : "smaller"} than the ${show(suggestion)} that a sweep suggests`,
      number: given / suggestion,
      threshold: tooLarge ? above.value : below.value,
      evidence: [
        `${trialSteps} steps at ${show(given)}: from ${show(own.before)} to ${show(own.after)}`,
        `${trialSteps} steps at ${show(suggestion)}: from ${show(other.before)} to ${show(other.after)}`,
        ...course(sweep),
      ],
      why: tooLarge
        ? "Steps so long leap over the valley: the loss jumps, or units are driven to where they stay silent"
        : "Steps so short lead nowhere in the time there is",
      fix: `model.compiled.optimizer.learningRate = ${show(suggestion)}`,
      confirmed: true,
    },
  ];
}

/** Where no rate helps, it may be another setting of the optimizer: Adam as it comes is tried on the same rows. */
async function atNoRate(subject: ModelSubject, rows: SomeRows): Promise<Observation[]> {
  const { fall, share } = learningRate.thresholds;
  const { optimizer } = subject.model.compiled;
  const own = await subject.undone(() => trainAsGiven(subject, rows, plainSteps, -Infinity));
  const plain = await subject.undone(() => trainPlainly(subject, rows, 0.01, plainSteps, -Infinity));
  const [first] = plain.losses;
  const [lost, gained] = [own.losses[0] - own.lowest, first - plain.lowest];
  if (!(gained > fall.value * Math.abs(first)) || lost > share.value * gained) return [];
  return [
    {
      severity: "warning",
      title: `At no learning rate from 0.000001 to 10 does ${optimizer.name}, as it is set, lower the loss; Adam as it comes lowers it by ${percent(gained / Math.abs(first))}`,
      number: lost / gained,
      threshold: share.value,
      evidence: [
        `${plainSteps} steps on the same rows: from ${show(own.losses[0])} to ${show(own.lowest)} with ${optimizer.name}, to ${show(plain.lowest)} with Adam at 0.01`,
        `${optimizer.name} was given ${settings(optimizer.params as Readonly<Record<string, unknown>>)}`,
      ],
      why: "The steps of the optimizer are as good as none: an epsilon far above its gradients swallows them, for instance",
      fix: 'optimizer: "adam", or leave epsilon and the like at their defaults',
      confirmed: true,
    },
  ];
}

const settings = (params: Readonly<Record<string, unknown>>): string =>
  Object.entries(params)
    .filter(([, value]) => typeof value === "number")
    .map(([name, value]) => `${name} ${show(value as number)}`)
    .join(", ");

/** The sweep in two sentences. */
const course = ({ rates, smoothed, divergedAt }: LearningRateSweep): string[] => {
  const lowest = smoothed.indexOf(Math.min(...smoothed.filter((of) => !Number.isNaN(of))));
  return [
    `In the sweep the loss was lowest at ${show(rates[lowest])}${divergedAt === undefined ? "" : ` and took off at ${show(divergedAt)}`}, ${percent(1 - smoothed[lowest] / smoothed[0])} below its beginning`,
  ];
};

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
