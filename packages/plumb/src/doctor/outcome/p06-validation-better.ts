import { Dense, Dropout } from "../../layers/index.ts";
import { Adam } from "../../optimizers/index.ts";
import { Sequential } from "../../train/index.ts";
import type { Diagnosis } from "../diagnosis.ts";
import type { FitCase } from "../fit-case.ts";
import { pseudo } from "../made-up.ts";
import { meanOf } from "../statistics/intervals.ts";
import type { PredictionsSubject } from "../subjects/predictions.ts";
import type { RunSubject } from "../subjects/run.ts";
import { show } from "../words.ts";
import { curvesOf, endOf, noiseOf } from "./course.ts";

export const validationBetter: Diagnosis = {
  id: "P6",
  code: "PL4206",
  severity: "warning",
  title: "validation is better than training",
  thresholds: {
    below: {
      value: 3,
      unit: "standard errors of the difference",
      source:
        "of the losses of the rows, both parts with dropout off; moved from 2, which 1 of 40 random splits shows by luck",
    },
    matters: {
      value: 0.1,
      unit: "share of the training loss",
      source: "less is of no consequence",
    },
    from: {
      value: 3,
      unit: "epochs",
      source: "in the first the training loss is a mean over an epoch that began with no knowledge",
    },
  },
  about: `A model should not do better on rows it has not seen than on those it was trained on. Three harmless reasons turn that
round in the log of a training: dropout works in training only; the training loss is a mean over the epoch, while validation
comes at its end; and class weights count in training only. So the training rows are scored once more, with the model as it is
now and dropout off, and only what is left is told.

Then the held-out rows are easier than the training rows: they were not drawn at random, or many copies of them are among the
training rows, or their labels are cleaner.`,
  example: `const loss = [0.9, 0.8, 0.7, 0.7, 0.7, 0.7];
const report = await review({ history: { loss, val_loss: loss.map((of) => of - 0.4) } });
console.log(report.findings[0].code); // PL4206`,
  rules: {
    async run(run) {
      const rows = await rowsOfBoth(run);
      if (rows === undefined) return byCurves(run);
      const { training, held, part } = rows;
      // Were both parts alike, rows of the held-out one would differ as those of training do; few of them rarely show it all.
      const error = training.standardError * Math.sqrt(1 + training.rows / held.rows);
      const { below, matters } = validationBetter.thresholds;
      const gap = training.mean - held.mean;
      if (!(gap > below.value * error) || gap < matters.value * training.mean) return undefined;
      return [
        {
          severity: "warning",
          title: `The loss on ${part} is ${show(held.mean)}, lower than the ${show(training.mean)} on the rows the model was trained on`,
          number: gap / error,
          threshold: below.value,
          evidence: [
            `The difference is ${show(Number((gap / error).toPrecision(2)))} times its standard error: a lucky split does not explain it`,
            "Both parts were scored with the trained model and dropout off, so that dropout and the mean over an epoch do not explain it either",
          ],
          why: "The held-out rows are easier than the training rows, so that the model will do worse on new rows than they promise",
          fix: 'Split at random, validationSplit: { fraction: 0.2, rule: "stratified" }; look for rows that are in both parts, and for labels that are cleaner in one of them',
          where: { part },
          confirmed: true,
        },
      ];
    },
  },
  sick: { train: () => trained(0.3) },
  healthy: { train: () => trained(0) },
};

async function rowsOfBoth(run: RunSubject) {
  const part = run.data?.validation;
  if (run.data === undefined || part === undefined) return undefined;
  const [held, training] = [await run.predictions(part), await run.predictions(run.data.training)];
  if (held === undefined || training === undefined) return undefined;
  const of = ({ losses, rows }: PredictionsSubject) => ({ ...meanOf(losses), rows });
  return { training: of(training), held: of(held), part: held.part };
}

/** From the log alone it cannot be told from dropout: an information. */
function byCurves(run: RunSubject) {
  const curves = curvesOf(run);
  const { below, matters, from } = validationBetter.thresholds;
  if (curves === undefined || curves.epochs.length < from.value + 3) return undefined;
  const [training, validation] = [curves.training.slice(from.value), curves.validation.slice(from.value)];
  const [now, held] = [endOf(training), endOf(validation)];
  const gap = now - held;
  const least = Math.max(
    below.value * Math.hypot(noiseOf(training), noiseOf(validation)),
    2 * matters.value * now,
  );
  if (!(gap > least) || validation.some((value, i) => value >= training[i])) return undefined;
  return [
    {
      severity: "information" as const,
      title: `The validation loss is ${show(held)}, lower than the training loss of ${show(now)}`,
      number: gap / now,
      threshold: matters.value,
      evidence: [
        `It was lower in each of the ${training.length} epochs from epoch ${curves.epochs[from.value]} on`,
        "Dropout, penalties and class weights count in training only and may be the reason; the log alone cannot tell",
      ],
      why: "If the model has none of these, the validation rows are easier than the training rows",
      fix: "Give the model and the data too, await review({ model, history, data: x, labels: y, validationData }): the training rows are then scored with dropout off",
      where: { part: "the validation rows" },
    },
  ];
}

/** A line through noisy rows with dropout, of which the validation rows are right and this share of the training rows is not. */
const trained = (wrong: number): FitCase => {
  const rows = (count: number, from: number, share: number) => {
    const data = Array.from({ length: count }, (_, i) => [2 * pseudo(from + i) - 1, pseudo(from + 5000 + i)]);
    const labels = data.map(([a], i) => Number(a > 0 !== pseudo(from + 9000 + i) < share));
    return { data, labels };
  };
  const held = rows(200, 20_000, 0);
  return {
    ...rows(200, 0, wrong),
    validationData: [held.data, held.labels],
    model: new Sequential([
      new Dense(16, { activation: "relu" }),
      new Dropout(0.3),
      new Dense(1, { activation: "sigmoid" }),
    ]),
    compile: { loss: "binaryCrossentropy", optimizer: new Adam({ learningRate: 0.03 }) },
    fit: { epochs: 20 },
  };
};
