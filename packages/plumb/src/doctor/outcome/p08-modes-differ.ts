import { BatchNormalization, Dense } from "../../layers/index.ts";
import { Sequential } from "../../train/index.ts";
import type { Diagnosis } from "../diagnosis.ts";
import type { FitCase } from "../fit-case.ts";
import { clouds } from "../made-up.ts";
import { show } from "../words.ts";
import { baselineOfRun } from "../baseline.ts";
import { lossInModes } from "./modes.ts";

export const modesDiffer: Diagnosis = {
  id: "P8",
  code: "PL4208",
  severity: "warning",
  title: "training and evaluation differ",
  thresholds: {
    worse: {
      value: 0.5,
      unit: "share of the loss in training mode",
      source:
        "TheDeepChecker (Braiek and Khomh, TOSEM 2022); only where evaluation is worse, since dropout makes training worse and means to",
    },
    sure: {
      value: 3,
      unit: "standard errors of the difference, from batch to batch",
      source: "1 of 700 batches without a difference would show as much",
    },
    matters: {
      value: 0.05,
      unit: "share of the loss of the baseline",
      source: "beside losses near 0 any difference is large",
    },
  },
  explains: ["P1", "P2", "P3", "P4", "P5", "P7", "P9", "P11"],
  about: `Some layers work differently in training and afterwards. Dropout leaves units out in training only. BatchNormalization
scales by the mean and the variance of the batch in training, and afterwards by running averages of them that it collected on
the way. Where these averages are wrong, the trained model is bad as soon as it is used, though training went well.

The same training rows are given to the model in both ways, and it is told where evaluation is worse by more than half. The
running averages are wrong when there were too few steps for their momentum (0.99 needs some hundred), when batches were very
small, or when rows in training differ from those in use.`,
  example: `const data = Array.from({ length: 64 }, (_, row) => [row % 2 ? 30 : 20]);
const labels = Array.from({ length: 64 }, (_, row) => row % 2);
const model = new Sequential([
  new BatchNormalization({ momentum: 0.999 }),
  new Dense(1, { activation: "sigmoid" }),
]);
model.compile({ loss: "binaryCrossentropy", optimizer: new Adam({ learningRate: 0.1 }) });
const history = await model.fit(data, labels, { epochs: 5 });
const report = await review({ model, history, data, labels });
console.log(report.findings.map(({ code }) => code)); // PL4208 is among them`,
  rules: {
    run(run) {
      const { model, judging, data, training } = run;
      if (model === undefined || judging === undefined || data === undefined) return undefined;
      const modes = lossInModes({ model, judging }, data.training, training?.plan.batchSize ?? 32);
      if (modes === undefined || !Number.isFinite(modes.evaluation)) return undefined;
      const { worse, sure, matters } = modesDiffer.thresholds;
      const gap = modes.evaluation - modes.training;
      const relative = gap / modes.training;
      if (!(relative > worse.value) || gap < matters.value * (baselineOfRun(run)?.value ?? 0))
        return undefined;
      if (modes.batches > 1 && gap < sure.value * modes.standardError) return undefined;
      const normalisations = model.layers.filter(({ className }) => className === "BatchNormalization");
      return [
        {
          severity: "warning",
          title: `The loss on the same rows is ${show(modes.evaluation)} in use and ${show(modes.training)} in training`,
          number: relative,
          threshold: worse.value,
          evidence: [
            `That is ${show(Number((modes.evaluation / modes.training).toPrecision(3)))} times as much, measured on ${modes.rows} training rows in both modes (predict and evaluate work as in use)`,
            normalisations.length > 0
              ? `${normalisations.map(({ name }) => name).join(", ")} ${normalisations.length === 1 ? "scales" : "scale"} by the batch in training, and by running averages in use`
              : "A layer computes something else in use than in training, and does worse with it",
          ],
          why: "The model that will be used is not the one that was trained",
          fix:
            normalisations.length > 0
              ? "Let the running averages settle: new BatchNormalization({ momentum: 0.9 }), more epochs, larger batches; or use new LayerNormalization(), which has none"
              : "Look for what your layers do with { training }: outside training they should compute the same, without the noise",
          where: { part: "the training rows", layers: normalisations.map(({ name }) => name) },
          confirmed: true,
        },
      ];
    },
  },
  sick: { train: () => normalised(0.999) },
  healthy: { train: () => normalised(0.5) },
};

const normalised = (momentum: number): FitCase => {
  const { data, labels } = clouds(2, 128);
  return {
    data: data.map(([a, b]) => [10 * a + 50, 10 * b - 20]),
    labels,
    model: new Sequential([
      new BatchNormalization({ momentum }),
      new Dense(8, { activation: "relu" }),
      new Dense(1, { activation: "sigmoid" }),
    ]),
    compile: { loss: "binaryCrossentropy", optimizer: "adam" },
    fit: { epochs: 10 },
  };
};
