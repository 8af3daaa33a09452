/** Simple models beside the trained one, on the same rows. */
import { constant, linear, nearest, type Learner, type Target } from "../experiments/simple-models.ts";
import { meanOf } from "../statistics/intervals.ts";
import { sampleOf } from "../statistics/sampling.ts";
import type { Labels } from "../subjects/labels.ts";
import type { PredictionsSubject } from "../subjects/predictions.ts";
import type { RunSubject } from "../subjects/run.ts";
import type { Table } from "../subjects/table.ts";

/** What is tried: a learner, and what a user would call it. */
const simple: readonly (readonly [name: string, learner: Learner])[] = [
  ["always the same answer", constant],
  ["a linear model", linear],
  ["copying the label of the most similar training row", nearest],
];

/** So many products of training row, held-out row and column are computed at most, and so many rows taken. */
const [mostWork, mostRows] = [6e7, 3000];

/** How far an amount is from what was said. */
export interface Distance {
  readonly name: string;
  readonly of: (said: number, label: number) => number;
}

export const squared: Distance = { name: "squared", of: (said, label) => (said - label) ** 2 };
const absolute: Distance = { name: "absolute", of: (said, label) => Math.abs(said - label) };

/** Losses by which amounts are compared: what is best under them is the mean of the labels, or their middle. */
const distances: Readonly<Record<string, Distance>> = {
  MeanSquaredError: squared,
  Poisson: squared,
  MeanAbsoluteError: absolute,
  Huber: absolute,
  LogCosh: absolute,
};

/** How the training measured amounts; undefined where its best answer is another. A loss of the user's own is taken for a squared error. */
export function distanceOf({ model, judging }: RunSubject): Distance | undefined {
  const loss = judging?.criteria(model?.outputInfos ?? [])[0]?.loss;
  if (loss === undefined || loss.contract.custom === true) return squared;
  return distances[loss.record.name];
}

/** What came of a simple model, beside the model on the same rows. */
export interface Trial {
  readonly name: string;
  readonly error: number;
  readonly model: number;
  /** Of the difference of both. */
  readonly standardError: number;
  readonly rows: number;
}

/** All simple models, trained on the training rows and asked about the held-out ones; of many a fixed sample. */
export function tried(
  table: Table | undefined,
  labels: Labels,
  held: Table | undefined,
  predictions: PredictionsSubject,
  distance: Distance,
): readonly Trial[] | undefined {
  const width = table?.width ?? 0;
  const bound = Math.floor(Math.min(mostRows, Math.sqrt(mostWork / Math.max(1, width))));
  const known = sampleOf(labels.rows, bound);
  const asked = sampleOf(predictions.rows, bound);
  if (known.length < 20 || asked.length < 20) return undefined;
  const values = new Float64Array((known.length + asked.length) * width);
  const take = (from: Table | undefined, rows: Int32Array, at: number): void =>
    rows.forEach((row, i) => {
      for (let j = 0; j < width; j++) values[(at + i) * width + j] = from?.at(row, j) ?? NaN;
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
  return simple.slice(0, table === undefined ? 1 : simple.length).map(([name, learner]) => {
    const answer = learner(x, target, rows);
    const { weights, decided, labels: truth, predictions: given, areClasses } = predictions;
    const mine = Float64Array.from(asked, (row) =>
      areClasses ? weights[row] * Number(decided[row] !== truth[row]) : distance.of(given[row], truth[row]),
    );
    const its = Float64Array.from(asked, (row, i) => {
      const said = answer(x, known.length + i);
      const label = of[known.length + i];
      return areClasses ? weights[row] * Number(highest(said) !== label) : distance.of(said[0], label);
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
