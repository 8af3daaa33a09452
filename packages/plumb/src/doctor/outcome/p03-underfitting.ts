import { Dense } from "../../layers/index.ts";
import { SGD } from "../../optimizers/index.ts";
import { Sequential } from "../../train/index.ts";
import type { Diagnosis } from "../diagnosis.ts";
import type { FitCase } from "../fit-case.ts";
import { clouds } from "../made-up.ts";
import { meanOf } from "../statistics/intervals.ts";
import type { RunSubject } from "../subjects/run.ts";
import { percent, show } from "../words.ts";
import { baselineOfRun } from "../baseline.ts";
import { costed, endOf, noiseOf } from "./course.ts";

export const underfitting: Diagnosis = {
  id: "P3",
  code: "PL4203",
  severity: "warning",
  title: "underfitting",
  thresholds: {
    learned: {
      value: 0.1,
      unit: "share of the baseline's loss",
      source:
        "a model that has removed less than a tenth of what it costs to know nothing has hardly learned",
    },
    worse: {
      value: 1.1,
      unit: "training loss / loss of ignoring the inputs, from which it is a warning",
      source:
        "added: a model of any size can give one answer to all rows; what costs a tenth more was trained wrongly",
    },
  },
  about: `A model that underfits does badly even on the rows it was trained on. Its loss there is compared with that of a model
that ignores its inputs: one that gives every row the class shares, or the mean label. Training that ends within a tenth of
that has learned next to nothing; where it ends clearly above, training itself went wrong, and that is a warning.

There are four usual reasons: training was too short or its learning rate too small; the model is too small or its penalty too
heavy; something between the rows and the loss is cut (the doctor finds that too); or the inputs say little about the labels.
A simple model tells the last one apart: if it does no better either, look for other columns.`,
  example: `const labels = [0, 1, 0, 1];
const head = new Dense(1, { activation: "sigmoid", kernelInitializer: "zeros" });
const model = new Sequential([head]);
model.compile({ loss: "binaryCrossentropy", optimizer: new SGD({ learningRate: 1e-9 }) });
const data = [[0], [1], [0], [1]];
const history = await model.fit(data, labels, { epochs: 2 });
const report = await review({ model, history, data, labels });
console.log(report.findings.map(({ code }) => code)); // PL4203 is among them`,
  rules: {
    async run(run) {
      // Of a loss that falls below 0 no share means anything.
      const baseline = run.floor < 0 ? undefined : baselineOfRun(run);
      // Of labels that are all alike there is nothing to learn.
      if (!((baseline?.value ?? 0) > 0)) return undefined;
      const loss = baseline && (await trainingLoss(run));
      if (baseline === undefined || loss === undefined) return undefined;
      const { learned, worse } = underfitting.thresholds;
      const removed = 1 - loss / baseline.value;
      if (!(removed < learned.value)) return undefined;
      const { history } = run.course;
      const falls = stillFalls(history.loss ?? []);
      return [
        {
          severity: loss > worse.value * baseline.value && !fellByItself(run) ? "warning" : "information",
          title: `The training loss is ${show(loss)}, ${distance(loss / baseline.value)} that of a model that ignores its inputs`,
          number: removed,
          threshold: learned.value,
          evidence: [
            baseline.says,
            falls
              ? "The training loss was still falling when training ended"
              : "The training loss was no longer falling when training ended",
          ],
          why: "A model that does badly on its own training rows will do no better on others",
          fix: falls
            ? "Train longer, model.fit(x, y, { epochs: 100 }), or with a larger learning rate, optimizer: new Adam({ learningRate: 0.01 })"
            : "Give the model more units or another layer, remove penalties and dropout, and look for a better learning rate: await model.findLearningRate(x, y). If a simple model does no better either, the inputs say little about the labels",
          where: { part: "the training rows" },
        },
      ];
    },
  },
  sick: { train: () => trained(1e-9) },
  healthy: { train: () => trained(0.5) },
};

/**
 * What the training rows cost at the end: row by row where model and data are here, else by the course. They are the very
 * rows that were trained on and no sample of others, so that no standard error belongs to it.
 */
async function trainingLoss(run: RunSubject): Promise<number | undefined> {
  const rows = await costed(run, run.data?.training);
  if (rows !== undefined) return meanOf(rows.weighed).mean;
  const { loss = [] } = run.course.history;
  return loss.length === 0 ? undefined : endOf(loss);
}

/** Rows may count differently in training than here: what fit itself lowered may be below what ignoring the inputs costs there. */
const fellByItself = ({ training, course: { history } }: RunSubject): boolean =>
  training?.baseline !== undefined && endOf(history.loss ?? [NaN]) < training.baseline;

/** How a loss compares with that of knowing nothing, in words. */
const distance = (ratio: number): string =>
  ratio >= 2
    ? `${show(Number(ratio.toPrecision(2)))} times`
    : Math.abs(ratio - 1) < 0.0005
      ? "the same as"
      : ratio < 1
        ? `only ${percent(1 - ratio)} below`
        : `${percent(ratio - 1)} above`;

/** Whether the last quarter of the epochs has lowered the loss by more than its noise. */
function stillFalls(loss: readonly number[]): boolean {
  const from = loss[Math.floor(loss.length * 0.75) - 1] ?? loss[0];
  const to = loss[loss.length - 1];
  return from - to > Math.max(3 * noiseOf(loss), 0.002 * Math.abs(from));
}

const trained = (learningRate: number): FitCase => ({
  ...clouds(2, 64),
  model: new Sequential([new Dense(1, { activation: "sigmoid", kernelInitializer: "zeros" })]),
  compile: { loss: "binaryCrossentropy", optimizer: new SGD({ learningRate }) },
  fit: { epochs: 5 },
});
