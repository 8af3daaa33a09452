import { Dense } from "../../layers/index.ts";
import { SGD } from "../../optimizers/index.ts";
import { Sequential } from "../../train/index.ts";
import type { Diagnosis } from "../diagnosis.ts";
import type { FitCase } from "../fit-case.ts";
import { clouds } from "../made-up.ts";
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
  },
  explains: ["P3", "P4"],
  about: `From the first steps to the last ones the loss did not fall, or it fell to what a constant answer costs and stayed there: the
model learned nothing of its inputs. The best constant answer gives each class its frequency, which costs the entropy of the
labels (ln 2 = 0.693 for two classes of equal size), or gives their mean, which costs their variance.

The learning rate may be far too small or far too large, the gradient may not reach the weights, the outputs may not hang on
the inputs, or loss and last layer may not belong together. It is no fault where the inputs say nothing of the labels.

Compared are the mean losses of the first, the middle and the last steps (a fifth of all, at least 10), with their standard errors.
Before 50 steps nothing is said.`,
  example: `const x = Array.from({ length: 64 }, (_, i) => [Math.sin(i), Math.cos(i)]);
const y = x.map(([a]) => [a > 0 ? 1 : 0]);
const model = new Sequential([new Dense(1, { activation: "sigmoid", kernelInitializer: "zeros" })]);
model.compile({ optimizer: new SGD({ learningRate: 1e-6 }), loss: "binaryCrossentropy" });
const doctor = new Doctor();
await model.fit(x, y, { epochs: 40, batchSize: 16, callbacks: [doctor] });
console.log(doctor.report.findings.map(({ code }) => code)); // PL4104 is among them

model.compiled.optimizer.learningRate = 0.1;`,
  rules: {
    training(subject) {
      const { losses, baseline, steps, epochs } = subject;
      const { fall, baseline: better, steps: least } = plateau.thresholds;
      if (steps < least.value || losses.from > 0 || epochs.length === 1) return undefined;
      const length = Math.max(10, Math.floor(losses.values.length / 5));
      const first: Stretch = { from: 0, ...meanOf(losses.values.slice(0, length)) };
      const last = lastStretch(subject, length);
      const begun = Math.abs(losses.values[0]);
      const fell = (first.mean - last.mean) / Math.max(begun, Math.abs(first.mean));
      // Still: what it fell by is little, and a model that had begun with a good answer is none that stands still.
      const learned =
        baseline !== undefined && last.mean < (1 - better.value) * baseline - 2 * last.standardError;
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
        Math.abs(last.mean / baseline - 1) < 0.1 + (2 * last.standardError) / baseline;
      if (!still && !atBaseline) return undefined;
      return [
        {
          severity: "warning",
          title: `After ${steps} steps the loss is ${show(last.mean)}, ${atBaseline ? `no better than the ${show(baseline)} of a constant answer` : `as in the first steps (${show(first.mean)})`}`,
          number: last.mean,
          threshold: atBaseline ? baseline : first.mean,
          evidence: [
            `The first ${length} steps have ${show(first.mean)} on average, the last ${length} ${show(last.mean)} (standard error ${show(last.standardError)})`,
            ...(baseline === undefined
              ? [`That is a fall by ${percent(Math.max(0, fell))}`]
              : [
                  `Who knows only how often each answer occurs, and nothing of the inputs, has ${show(baseline)}`,
                ]),
          ],
          why: "The model answers all rows alike: it has learned nothing of its inputs",
          fix: "Let the doctor look at model and loss, await examine({ model, data, labels }); then try learning rates, model.findLearningRate(x, y)",
        },
      ];
    },
  },
  sick: { train: () => parted(1e-6) },
  healthy: { train: () => parted(0.1) },
};

const parted = (learningRate: number): FitCase => ({
  ...clouds(2, 64),
  model: new Sequential([new Dense(1, { activation: "sigmoid", kernelInitializer: "zeros" })]),
  compile: { loss: "binaryCrossentropy", optimizer: new SGD({ learningRate }) },
  fit: { epochs: 20, batchSize: 16 },
});
