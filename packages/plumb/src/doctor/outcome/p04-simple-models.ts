import { Dense } from "../../layers/index.ts";
import { SGD } from "../../optimizers/index.ts";
import { Sequential } from "../../train/index.ts";
import type { Diagnosis, Observations } from "../diagnosis.ts";
import type { FitCase } from "../fit-case.ts";
import { clouds } from "../made-up.ts";
import { meanOf } from "../statistics/intervals.ts";
import { smallestProbability, type PredictionsSubject } from "../subjects/predictions.ts";
import { percent, show } from "../words.ts";
import { judged, judgedPart } from "./course.ts";
import { distanceOf, squared, tried, type Trial } from "./simple-trials.ts";

export const simpleModels: Diagnosis = {
  id: "P4",
  code: "PL4204",
  severity: "warning",
  title: "no better than a simple model",
  thresholds: {
    worse: {
      value: 3,
      unit: "standard errors of the difference, row by row",
      source:
        "the same rows are answered by both, so that their luck is common; McNemar, 1947, for right and wrong",
    },
    ratio: {
      value: 1.25,
      unit: "error of the model / error of the simple model",
      source:
        "what is less matters little; moved from a gain below 10% (deepchecks), which iris has with any model",
    },
    gain: {
      value: 0.1,
      unit: "share of the simple model's error that is gone",
      source: "deepchecks: a gain of less than a tenth over a simple model; here an information",
    },
    nothing: {
      value: 0.5,
      unit: "share of the errors of always the same answer that are surely not gone",
      source:
        "beside that gain: who takes away less than a tenth of them, and by two standard errors less than half, has learned nothing that helps; of few rows nothing is sure",
    },
    hints: {
      value: 0.02,
      unit: "share of the cross-entropy of the class shares that is surely gone",
      source:
        "who is sure of no class may know a lot: of the next letter of a word a good model is wrong in 7 of 10, and always the same answer in 8",
    },
    even: {
      value: 0.8,
      unit: "share of the commonest class",
      source:
        "where a class is commoner, answering it has few errors to take away: P5 tells whether it hides another",
    },
  },
  explains: ["P2", "P5", "P7", "P9", "P11"],
  about: `A network is worth its cost when it beats what anybody can do in a minute: always the commonest class (or the mean), a
linear model, or the label of the most similar training row. These three learn from the training rows and answer the same
held-out rows as the model, and the answers are compared row by row.

A model that is clearly worse than one of them has not been trained well: the columns say more than it has learned. One that
takes away next to none of the errors of always the same answer, and gives the true class no more probability than the class
shares do, has learned nothing. Both are warnings. One that is merely no
better than a linear model or a neighbour may already say all that the columns allow: that is an information, since many tables
need no more.

Amounts are compared by what was trained: squared errors, or for losses that grow like them, absolute errors. Of a loss whose
best answer is neither the mean nor the middle, a quantile's for one, nothing is said.`,
  example: `const labels = Array.from({ length: 200 }, (_, row) => row % 2);
const data = labels.map((of, row) => [of + Math.sin(row) / 4]);
const model = new Sequential([new Dense(1, { activation: "sigmoid" })]);
model.compile({ loss: "binaryCrossentropy", optimizer: new SGD({ learningRate: 1e-9 }) });
const history = await model.fit(data, labels, { epochs: 1, validationSplit: 0.5 });
const report = await review({ model, history, data, labels, validationSplit: 0.5 });
console.log(report.findings.map(({ code }) => code)); // PL4204 is among them`,
  rules: {
    predictions: worseThanConstant,
    async run(run) {
      const [part, predictions] = [judgedPart(run), await judged(run)];
      if (run.data === undefined || part === undefined || predictions === undefined) return undefined;
      const { training } = run.data;
      const [table] = training.inputs;
      const distance = predictions.areClasses ? squared : distanceOf(run);
      if (distance === undefined || training.labels[0].table.shape.length > 2) return undefined;
      // Of images, sequences and several inputs only what needs none is tried.
      const held = training.inputs.length === 1 && table.isTable ? part.inputs[0] : undefined;
      const trials = tried(held && table, training.labels[0], held, predictions, distance);
      if (trials === undefined) return undefined;
      const best = trials.reduce((a, b) => (b.error < a.error ? b : a));
      const { worse, ratio, gain } = simpleModels.thresholds;
      const { model, rows } = best;
      const clearly =
        model - best.error > worse.value * best.standardError && model > ratio.value * best.error;
      const gained = 1 - model / best.error;
      const nothing = !clearly && knowsNothing(trials[0], predictions);
      // Where both make next to no error there is nothing to gain.
      if (!clearly && !nothing && (!(gained < gain.value) || best.error * rows < 5)) return undefined;
      const { areClasses, part: where } = predictions;
      const say = (error: number): string => (areClasses ? `${percent(error)} wrong` : show(error));
      const against = nothing ? trials[0] : best;
      const less = 1 - model / against.error;
      const hardly = less > 0.0005 ? "hardly better than" : "no better than";
      const verdict = `${clearly ? "beaten by" : hardly} ${against.name}`;
      return [
        {
          severity: clearly || nothing ? "warning" : "information",
          title: areClasses
            ? `${percent(model)} of the model's answers on ${where} are wrong: it is ${verdict} (${percent(against.error)} wrong)`
            : `${show(model)} is the model's mean ${distance.name} error on ${where}: it is ${verdict} (${show(against.error)})`,
          number: less,
          threshold: clearly ? 0 : gain.value,
          evidence: [
            `On the same ${rows} rows, ${trials.map(({ name, error }) => `${name}: ${say(error)}`).join("; ")}; the model: ${say(model)}`,
            clearly
              ? `The difference is ${errorsApart(model - best.error, best.standardError)}, so that it is not luck`
              : worthOf(less, areClasses),
          ],
          ...(clearly
            ? {
                why: "The columns say more about the labels than the model has learned",
                fix: "Train longer or with a better learning rate, await model.findLearningRate(x, y), and scale the inputs: new Normalization() as the first layer",
              }
            : nothing
              ? {
                  why: "What the model has learned does not help on rows it has not seen",
                  fix: "Check that row i of the labels belongs to row i of the inputs, and that no reshape, transpose or shuffle has mixed them up. Then look for a better learning rate, await model.findLearningRate(x, y), and for columns that say more",
                }
              : {
                  why: "A network that is no better than this is not worth its cost, or the columns say no more than this",
                  fix: "Use the simple model, or look for columns that say more",
                }),
          where: { part: where },
        },
      ];
    },
  },
  sick: { train: () => trained(1e-9) },
  healthy: { train: () => trained(0.5) },
};

function worthOf(less: number, areClasses: boolean): string {
  const least = `at least ${percent(simpleModels.thresholds.gain.value)}`;
  const now = less > 0.0005 ? `${percent(less)} ${areClasses ? "fewer errors" : "less error"} than that` : "";
  const wanted = areClasses ? `${least} fewer errors` : `${least} less error`;
  return now === ""
    ? `It would have to make ${wanted} than that to be worth a network`
    : `It makes ${now}; to be worth a network, it would have to make ${wanted}`;
}

/** Next to none of the errors of always the same answer are gone, and surely not half of them. */
function knowsNothing({ error, model, standardError }: Trial, subject: PredictionsSubject): boolean {
  const { areClasses, classCounts } = subject;
  const { gain, nothing, even } = simpleModels.thresholds;
  const rows = classCounts.reduce((sum, of) => sum + of, 0);
  if (areClasses && Math.max(...classCounts) > even.value * rows) return false;
  if (beatsShares(subject)) return false;
  return model > (1 - gain.value) * error && error - model + 2 * standardError < nothing.value * error;
}

/** Whether the true classes surely get more probability than their shares would give them. */
function beatsShares({ areScorable, classCounts, labels, losses }: PredictionsSubject): boolean {
  if (!areScorable) return false;
  const { worse, hints } = simpleModels.thresholds;
  const rows = classCounts.reduce((sum, of) => sum + of, 0);
  const byShares = losses.map(
    (_, row) => -Math.log(Math.max(smallestProbability, classCounts[labels[row]] / rows)),
  );
  const { mean, standardError } = meanOf(byShares.map((cost, row) => cost - losses[row]));
  return mean > worse.value * standardError && mean > hints.value * meanOf(byShares).mean;
}

/**
 * Without inputs there is one simple model: always the commonest class, or the mean. Told is who is clearly worse than that,
 * or knows no more; of a regression also whether the predictions are on another scale than the labels.
 */
function worseThanConstant(subject: PredictionsSubject): Observations {
  const { rows, labels, predictions, losses, decided, areClasses, part, options, weights } = subject;
  if (rows < 20) return undefined;
  const known = options.trainingLabels ?? labels;
  const mean = meanOf(known).mean;
  const counts = subject.classCounts;
  const commonest = counts.indexOf(Math.max(...counts));
  const mine = areClasses
    ? Float64Array.from(labels, (label, row) => weights[row] * Number(label !== decided[row]))
    : losses;
  const its = Float64Array.from(labels, (label, row) =>
    areClasses ? weights[row] * Number(label !== commonest) : (label - mean) ** 2,
  );
  const { worse, ratio } = simpleModels.thresholds;
  const [model, constantly] = [meanOf(mine).mean, meanOf(its).mean];
  const { standardError } = meanOf(mine.map((mistake, i) => mistake - its[i]));
  const clearly = model - constantly > worse.value * standardError && model >= ratio.value * constantly;
  const trial = { name: "", error: constantly, model, standardError, rows };
  const nothing = constantly > 0 && (areClasses || isOne(subject)) && knowsNothing(trial, subject);
  if (!clearly && !nothing) return undefined;
  const line = areClasses ? undefined : lineThrough(predictions, labels);
  const scaled = line !== undefined && line.explained > 0.5;
  return [
    {
      severity: "warning",
      title: areClasses
        ? `${percent(model)} of the predictions for ${part} are wrong: always answering ${subject.className(commonest)} is wrong in ${percent(constantly)}`
        : `${show(model)} is the mean squared error on ${part}: always answering the mean label has ${show(constantly)}`,
      number: 1 - model / constantly,
      threshold: 0,
      evidence: [
        clearly
          ? `The difference is ${errorsApart(model - constantly, standardError)}, so that it is not luck`
          : isOne(subject)
            ? `The prediction is the same in each of the ${rows} rows`
            : `The predictions take away ${percent(Math.max(0, 1 - model / constantly))} of the errors of that, and surely not half of them`,
        ...(scaled
          ? [
              `The labels are about ${show(line.slope)} times the prediction ${line.offset < 0 ? "-" : "+"} ${show(Math.abs(line.offset))}: that line explains ${percent(line.explained)} of their differences`,
            ]
          : []),
      ],
      why: `An answer that looks at no column at all does ${clearly ? "better" : "as well"}`,
      fix: scaled
        ? `Undo the scaling that the labels had in training; measured on these rows it is predictions.map((value) => ${show(line.slope)} * value + ${show(line.offset)})`
        : areClasses
          ? "Check that row i of the predictions belongs to row i of the labels, and that both number the classes in the same way"
          : "Check that row i of the predictions belongs to row i of the labels, and that both are in the same unit",
      where: { part },
    },
  ];
}

/** Whether all rows have the same prediction. */
const isOne = ({ predictions, width }: PredictionsSubject): boolean =>
  predictions.every((value, i) => value === predictions[i % width]);

/** Where all rows differ alike, there is no error to count by. */
const errorsApart = (difference: number, error: number): string =>
  error > 0
    ? `${show(Number((difference / error).toPrecision(2)))} times its standard error`
    : "the same in each row";

/** Least squares of labels on predictions, and the share of the labels' variance that the line explains. */
function lineThrough(
  x: Float64Array,
  y: Float64Array,
): { readonly slope: number; readonly offset: number; readonly explained: number } {
  const [mx, my] = [meanOf(x).mean, meanOf(y).mean];
  let [xx, xy, yy] = [0, 0, 0];
  for (let i = 0; i < x.length; i++) {
    xx += (x[i] - mx) ** 2;
    xy += (x[i] - mx) * (y[i] - my);
    yy += (y[i] - my) ** 2;
  }
  const slope = xx > 0 ? xy / xx : 0;
  return { slope, offset: my - slope * mx, explained: xx > 0 && yy > 0 ? (xy * xy) / (xx * yy) : 0 };
}

const trained = (learningRate: number): FitCase => {
  const all = clouds(2, 400);
  return {
    data: all.data.slice(0, 200),
    labels: all.labels.slice(0, 200),
    validationData: [all.data.slice(200), all.labels.slice(200)],
    model: new Sequential([new Dense(1, { activation: "sigmoid", kernelInitializer: "ones" })]),
    compile: { loss: "binaryCrossentropy", optimizer: new SGD({ learningRate }) },
    fit: { epochs: 10 },
  };
};
