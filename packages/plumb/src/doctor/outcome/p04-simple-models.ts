import { Dense } from "../../layers/index.ts";
import { SGD } from "../../optimizers/index.ts";
import { Sequential } from "../../train/index.ts";
import type { Diagnosis, Observations } from "../diagnosis.ts";
import { constant, linear, nearest, type Learner, type Target } from "../experiments/simple-models.ts";
import type { FitCase } from "../fit-case.ts";
import { clouds } from "../made-up.ts";
import { meanOf } from "../statistics/intervals.ts";
import { sampleOf } from "../statistics/sampling.ts";
import type { Labels } from "../subjects/labels.ts";
import type { PredictionsSubject } from "../subjects/predictions.ts";
import type { Table } from "../subjects/table.ts";
import { percent, show } from "../words.ts";
import { judged, judgedPart } from "./course.ts";

/** What is tried: a learner, and what a user would call it. */
const simple: readonly (readonly [name: string, learner: Learner])[] = [
  ["always the same answer", constant],
  ["a linear model", linear],
  ["the label of the nearest training row", nearest],
];

/** So many products of training row, held-out row and column are computed at most, and so many rows taken. */
const [mostWork, mostRows] = [6e7, 3000];

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
  },
  explains: ["P2", "P5", "P7", "P11"],
  about: `Before a network is worth its cost it has to beat what anybody can do in a minute: always the commonest class or the
mean, a linear model, the label of the nearest training row. These three learn from the training rows and answer the same
held-out rows as the model, and the answers are compared row by row.

A model that is clearly worse than one of them has not been trained well: the columns say more than it has learned. One that is
merely no better may be all that the columns allow; that is told as an information, since many tables are linear at heart.`,
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
      if (training.inputs.length > 1 || !table.isTable || training.labels[0].table.shape.length > 2)
        return undefined;
      const trials = tried(table, training.labels[0], part.inputs[0], predictions);
      if (trials === undefined) return undefined;
      const best = trials.reduce((a, b) => (b.error < a.error ? b : a));
      const { worse, ratio, gain } = simpleModels.thresholds;
      const { model, rows } = best;
      const clearly =
        model - best.error > worse.value * best.standardError && model > ratio.value * best.error;
      const gained = 1 - model / best.error;
      // Where both make next to no error there is nothing to gain.
      if (!clearly && (!(gained < gain.value) || best.error * rows < 5)) return undefined;
      const say = (error: number): string =>
        predictions.areClasses ? `wrong in ${percent(error)}` : `a mean squared error of ${show(error)}`;
      return [
        {
          severity: clearly ? "warning" : "information",
          title: `${predictions.areClasses ? percent(model) : show(model)} ${predictions.areClasses ? `of ${predictions.part} are answered wrongly` : `is the mean squared error on ${predictions.part}`}, ${clearly ? "clearly more than by" : "not clearly less than by"} ${best.name}`,
          number: gained,
          threshold: clearly ? 0 : gain.value,
          evidence: [
            ...trials.map(({ name, error }) => `By ${name}: ${say(error)}`),
            `By the model: ${say(model)} (on the same ${rows} rows)`,
          ],
          why: clearly
            ? "The columns say more about the labels than the model has learned"
            : "A network that is no better than this costs more than it gives, or the columns say no more",
          fix: clearly
            ? "Train longer or with another learning rate, model.findLearningRate(x, y), and scale the inputs: new Normalization() as the first layer"
            : "Take the simple model, or look for columns that say more",
          where: { part: predictions.part },
        },
      ];
    },
  },
  sick: { train: () => trained(1e-9) },
  healthy: { train: () => trained(0.5) },
};

/**
 * Without inputs there is one simple model: always the commonest class, or the mean. Only who is clearly worse than that is
 * told; of a regression also whether the predictions are on another scale than the labels.
 */
function worseThanConstant(subject: PredictionsSubject): Observations {
  const { rows, labels, predictions, losses, decided, areClasses, part, options } = subject;
  if (rows < 20) return undefined;
  const known = options.trainingLabels ?? labels;
  const mean = meanOf(known).mean;
  const counts = subject.classCounts;
  const commonest = counts.indexOf(Math.max(...counts));
  const mine = areClasses
    ? Float64Array.from(labels, (label, row) => Number(label !== decided[row]))
    : losses;
  const its = Float64Array.from(labels, (label) =>
    areClasses ? Number(label !== commonest) : (label - mean) ** 2,
  );
  const { worse, ratio } = simpleModels.thresholds;
  const [model, constantly] = [meanOf(mine).mean, meanOf(its).mean];
  const { standardError } = meanOf(mine.map((mistake, i) => mistake - its[i]));
  if (!(model - constantly > worse.value * standardError) || model < ratio.value * constantly)
    return undefined;
  const line = areClasses ? undefined : lineThrough(predictions, labels);
  const scaled = line !== undefined && line.explained > 0.5;
  return [
    {
      severity: "warning",
      title: areClasses
        ? `${percent(model)} of ${part} are answered wrongly, clearly more than the ${percent(constantly)} of always saying ${subject.className(commonest)}`
        : `${show(model)} is the mean squared error on ${part}, clearly more than the ${show(constantly)} of always saying the mean label`,
      number: 1 - model / constantly,
      threshold: 0,
      evidence: [
        `The difference is ${show((model - constantly) / standardError)} times its standard error, row by row`,
        ...(scaled
          ? [
              `The labels are about ${show(line.slope)} times the prediction ${line.offset < 0 ? "-" : "+"} ${show(Math.abs(line.offset))}: that line explains ${percent(line.explained)} of how they differ`,
            ]
          : []),
      ],
      why: "Who looks at no column at all does better",
      fix: scaled
        ? `Bring both to one scale, predictions.map((of) => ${show(line.slope)} * of + ${show(line.offset)}), or undo the scaling of the labels that the model was trained with`
        : "Look whether row i of the predictions belongs to row i of the labels, and whether both number the classes alike or are in one unit",
      where: { part },
    },
  ];
}

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

/** What came of a simple model, beside the model on the same rows. */
interface Trial {
  readonly name: string;
  readonly error: number;
  readonly model: number;
  /** Of the difference of both. */
  readonly standardError: number;
  readonly rows: number;
}

/** All simple models, trained on the training rows and asked about the held-out ones; of many a fixed sample. */
function tried(
  table: Table,
  labels: Labels,
  held: Table,
  predictions: PredictionsSubject,
): readonly Trial[] | undefined {
  const { width } = table;
  const bound = Math.floor(Math.min(mostRows, Math.sqrt(mostWork / width)));
  const known = sampleOf(table.rows, bound);
  const asked = sampleOf(held.rows, bound);
  if (known.length < 20 || asked.length < 20) return undefined;
  const values = new Float64Array((known.length + asked.length) * width);
  const take = (from: Table, rows: Int32Array, at: number): void =>
    rows.forEach((row, i) => {
      for (let j = 0; j < width; j++) values[(at + i) * width + j] = from.at(row, j);
    });
  take(table, known, 0);
  take(held, asked, known.length);
  const x = { values, rows: known.length + asked.length, width };
  const all = (ofKnown: (row: number) => number): Float64Array =>
    Float64Array.from([
      ...Array.from(known, ofKnown),
      ...Array.from(asked, (row) => predictions.labels[row]),
    ]);
  const { classes } = predictions;
  const of = all((row) => (predictions.areClasses ? labels.classes[row] : labels.table.at(row, 0)));
  if (predictions.areClasses && of.some((label) => !(label >= 0 && label < classes))) return undefined;
  const target: Target = predictions.areClasses ? { kind: "classes", of, classes } : { kind: "values", of };
  const rows = Int32Array.from(known.keys());
  return simple.map(([name, learner]) => {
    const answer = learner(x, target, rows);
    const mine = Float64Array.from(asked, (row) =>
      predictions.areClasses
        ? Number(predictions.decided[row] !== predictions.labels[row])
        : predictions.losses[row],
    );
    const its = Float64Array.from(asked, (_, i) => {
      const said = answer(x, known.length + i);
      const label = of[known.length + i];
      return predictions.areClasses ? Number(highest(said) !== label) : (said[0] - label) ** 2;
    });
    return {
      name,
      error: meanOf(its).mean,
      model: meanOf(mine).mean,
      standardError: meanOf(mine.map((mistake, i) => mistake - its[i])).standardError,
      rows: asked.length,
    };
  });
}

function highest(scores: ArrayLike<number>): number {
  let best = 0;
  for (let k = 1; k < scores.length; k++) if (scores[k] > scores[best]) best = k;
  return best;
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
