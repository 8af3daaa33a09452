import { Dense } from "../../layers/index.ts";
import { SGD } from "../../optimizers/index.ts";
import { Sequential } from "../../train/index.ts";
import type { Diagnosis } from "../diagnosis.ts";
import type { FitCase } from "../fit-case.ts";
import { clouds } from "../made-up.ts";
import { meanOf } from "../statistics/intervals.ts";
import type { RunSubject } from "../subjects/run.ts";
import { percent, show } from "../words.ts";
import { baselineOf } from "./baseline.ts";
import { endOf, noiseOf } from "./course.ts";

export const underfitting: Diagnosis = {
  id: "P3",
  code: "PL4203",
  severity: "information",
  title: "underfitting",
  thresholds: {
    learned: {
      value: 0.1,
      unit: "share of the baseline's loss",
      source:
        "a model that has removed less than a tenth of what it costs to know nothing has hardly learned",
    },
  },
  about: `A model that underfits is bad already on the rows it was trained on. It is held against the baseline: what it would
cost to say always how often each class occurs (or the mean of the labels), whatever the row. Training that ends within a
tenth of that has learned next to nothing.

Four reasons are usual: training was too short or its learning rate too small, the model is too small or its penalty too
heavy, something between the rows and the loss is cut (then the doctor finds that too), or the inputs say little about the
labels. The last is seen by trying a simple model: if that does no better either, look for other columns.`,
  example: `const labels = [0, 1, 0, 1];
const model = new Sequential([new Dense(1, { activation: "sigmoid", kernelInitializer: "zeros" })]);
model.compile({ loss: "binaryCrossentropy", optimizer: new SGD({ learningRate: 1e-9 }) });
const data = [[0], [1], [0], [1]];
const history = await model.fit(data, labels, { epochs: 2 });
const report = await review({ model, history, data, labels });
console.log(report.findings.map(({ code }) => code)); // PL4203 is among them`,
  rules: {
    async run(run) {
      const baseline = baselineOf(run);
      const loss = baseline && (await trainingLoss(run));
      if (baseline === undefined || loss === undefined) return undefined;
      const { learned } = underfitting.thresholds;
      const removed = 1 - loss / baseline.value;
      if (!(removed < learned.value)) return undefined;
      const { history } = run.course;
      const falls = stillFalls(history.loss ?? []);
      return [
        {
          severity: "information",
          title: `The training loss is ${show(loss)}: ${removed > 0 ? `only ${percent(removed)} below` : `${percent(-removed)} above`} that of knowing nothing`,
          number: removed,
          threshold: learned.value,
          evidence: [
            `To compare: ${baseline.says}`,
            falls
              ? "The training loss was still falling when training ended"
              : "The training loss no longer fell when training ended",
          ],
          why: "A model that is bad on the rows it was trained on has not learned what there is to learn",
          fix: falls
            ? "Train longer, fit(x, y, { epochs: 100 }), or with a larger learning rate: new Adam({ learningRate: 0.01 })"
            : "Give the model more units or another layer, take penalties and dropout away, and try another learning rate: model.findLearningRate(x, y). If a simple model does no better either, the inputs say little about the labels",
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
  const rows = run.data && (await run.predictions(run.data.training));
  if (rows !== undefined) return meanOf(rows.losses).mean;
  const { loss = [] } = run.course.history;
  return loss.length === 0 ? undefined : endOf(loss);
}

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
