import { Dense } from "../../layers/index.ts";
import { SGD } from "../../optimizers/index.ts";
import { Sequential } from "../../train/index.ts";
import { baselineOfRun } from "../baseline.ts";
import type { Diagnosis, Observations } from "../diagnosis.ts";
import type { FitCase } from "../fit-case.ts";
import { clouds } from "../made-up.ts";
import type { RunSubject } from "../subjects/run.ts";
import { percent, show } from "../words.ts";
import { errorsApart, lastStretch, type Stretch } from "./course.ts";
import { meanOf } from "../statistics/intervals.ts";

export const plateau: Diagnosis = {
  id: "T4",
  code: "PL4104",
  severity: "warning",
  title: "the loss stands still from the start",
  thresholds: {
    fall: {
      value: 0.05,
      unit: "share of the first loss by which it fell",
      source:
        "TheDeepChecker: 5% per window of 5 steps; here over the whole training, which fewer clean runs miss",
    },
    baseline: {
      value: 0.01,
      unit: "share of the best constant answer's loss by which it is better",
      source: "added: rare classes leave little to win, 1% is less than any clean set showed",
    },
    steps: {
      value: 50,
      unit: "steps before anything is said",
      source: "added: fewer may just be a beginning",
    },
    share: {
      value: 0.25,
      unit: "of the planned steps, before anything is said",
      source: "added: what was said of clean runs after 52 of 520 steps had to be taken back",
    },
    epochs: {
      value: 10,
      unit: "epochs in a row, where only their losses are known",
      source: "added: a loss that is about to fall may stand there for a few",
    },
  },
  explains: ["P3", "P4"],
  about: `From the first steps to the last ones the loss did not fall, or it fell to what a constant answer costs and stayed there: the
model learned nothing from its inputs. A constant answer is the same for every row. The best one gives each class its frequency,
which costs the entropy of the labels (ln 2 = 0.693 for two classes of equal size), or gives the mean of all amounts, which
costs their variance.

The learning rate may be far too small or far too large, the slope of the loss may not reach the weights, the outputs may not
depend on the inputs, or loss and last layer may not belong together. It is no fault where the inputs say nothing about the labels.

Compared are the mean losses of the first, the middle and the last steps (a fifth of all, at least 10), with their standard errors.
Before 50 steps, and before a quarter of those that are planned, nothing is said. Where it is not known what a constant answer
costs (a loss of your own, several outputs) it is an information: a model that was trained before stands still as well.
Of a history alone the last 10 epochs are compared with what guessing evenly among the classes costs.`,
  example: `const x = Array.from({ length: 64 }, (_, i) => [Math.sin(i), Math.cos(i)]);
const y = x.map(([a]) => [a > 0 ? 1 : 0]);
const model = new Sequential([
  new Dense(1, { activation: "sigmoid", kernelInitializer: "zeros" }),
]);
model.compile({ optimizer: new SGD({ learningRate: 1e-6 }), loss: "binaryCrossentropy" });
const doctor = new Doctor();
await model.fit(x, y, { epochs: 40, batchSize: 16, callbacks: [doctor] });
console.log(doctor.report.findings.some(({ code }) => code === "PL4104")); // true

model.compiled.optimizer.learningRate = 0.1;`,
  rules: {
    training(subject) {
      const { losses, baseline, steps, epochs, plan, ended } = subject;
      const { fall, baseline: better, steps: least, share } = plateau.thresholds;
      if (steps < least.value || epochs.length === 1) return undefined;
      if (!ended && steps < share.value * plan.epochs * plan.stepsPerEpoch) return undefined;
      const length = Math.max(10, Math.floor(losses.values.length / 5));
      const last = lastStretch(subject, length);
      // Of a long training the first steps are known by the mean of their epoch alone.
      const first: Stretch =
        losses.from === 0
          ? { from: 0, ...meanOf(losses.values.slice(0, length)) }
          : { ...last, from: 0, mean: epochs[0]?.logs.loss ?? NaN };
      const begun = Math.abs(losses.from === 0 ? losses.values[0] : first.mean);
      const fell = (first.mean - last.mean) / Math.max(begun, Math.abs(first.mean));
      // Still: what it fell by is little, and a model that had begun with a good answer is none that stands still.
      // What a constant answer costs has no penalty on weights in it.
      const own = last.mean - (subject.probes.at(-1)?.penalty ?? 0);
      const learned = baseline !== undefined && own < (1 - better.value) * baseline - 2 * last.standardError;
      if (learned || last.mean <= 0) return undefined;
      // On its way, down or up, it does not stand still: between the middle and the end there is more than chance.
      const middle = Math.floor((losses.values.length - length) / 2);
      const half: Stretch = { from: middle, ...meanOf(losses.values.slice(middle, middle + length)) };
      const moves =
        Math.abs(errorsApart(half, last)) > 2 && Math.abs(half.mean - last.mean) > better.value * begun;
      if (moves || errorsApart(last, first) > 3) return undefined;
      const still = Math.abs(fell) < fall.value && (baseline === undefined || last.mean > baseline / 2);
      const atBaseline =
        baseline !== undefined &&
        baseline > 0 &&
        Math.abs(own / baseline - 1) < 0.1 + (2 * last.standardError) / baseline;
      if (!still && !atBaseline) return undefined;
      return [
        {
          // Without knowing what a constant answer costs, a model that goes on from where it was done looks the same.
          severity: baseline === undefined ? "information" : "warning",
          title: `After ${steps} steps the loss is ${show(last.mean)}, ${atBaseline ? `no better than the ${show(baseline)} of one answer for all rows` : `as in the first steps (${show(first.mean)})`}`,
          number: last.mean,
          threshold: atBaseline ? baseline : first.mean,
          evidence: [
            `The first ${length} steps have a loss of ${show(first.mean)} on average, the last ${length} one of ${show(last.mean)}, give or take ${show(2 * last.standardError)}`,
            ...(baseline === undefined
              ? [`That is a fall of ${percent(Math.max(0, fell))}`]
              : [
                  `Giving every row the same answer, the best one there is, costs ${show(baseline)}: no input is needed for that`,
                ]),
          ],
          why: "The model has learned nothing from its inputs so far",
          fix: "See whether model and loss can learn at all, await examine({ model, data, labels }); then look for a learning rate, await model.findLearningRate(data, labels)",
        },
      ];
    },
    run: (run) => (run.model === undefined ? standsInCourse(run) : undefined),
  },
  sick: { train: () => parted(1e-6) },
  healthy: { train: () => parted(0.1) },
};

/** Where the losses of the epochs alone are known: the last ones all cost what knowing nothing costs. */
function standsInCourse(run: RunSubject): Observations {
  const { fall, baseline: better, epochs } = plateau.thresholds;
  const [last, baseline] = [(run.course.history.loss ?? []).slice(-epochs.value), baselineOfRun(run)];
  if (baseline === undefined || !(baseline.value > 0) || last.length < epochs.value) return undefined;
  const [low, high] = [Math.min(...last), Math.max(...last)];
  const none = low >= (1 - better.value) * baseline.value && high <= 1.1 * baseline.value;
  if (!none || high - low > fall.value * baseline.value) return undefined;
  return [
    {
      severity: "warning",
      title: `In the last ${last.length} epochs the loss stayed at ${show(last[last.length - 1])}, no better than the ${show(baseline.value)} of one answer for all rows`,
      number: low,
      threshold: baseline.value,
      evidence: [baseline.says, `In these epochs the loss was between ${show(low)} and ${show(high)}`],
      why: "The model has learned nothing from its inputs so far",
      fix: "See whether model and loss can learn at all, await examine({ model, data, labels }); then look for a learning rate, await model.findLearningRate(data, labels)",
    },
  ];
}

const parted = (learningRate: number): FitCase => ({
  ...clouds(2, 64),
  model: new Sequential([new Dense(1, { activation: "sigmoid", kernelInitializer: "zeros" })]),
  compile: { loss: "binaryCrossentropy", optimizer: new SGD({ learningRate }) },
  fit: { epochs: 20, batchSize: 16 },
});
