/** Whether labels would fit the predictions under other numbers. */
import { ordered, rocAreaEstimate } from "../statistics/scores.ts";
import type { PredictionsSubject } from "../subjects/predictions.ts";

/** Standard errors by which other numbers have to fit better than those given, and better than chance, were only one tried. */
const sure = 3;

/** An order that is no mere shift was chosen among many: it has to explain at least this share of the rows of each class, on the mean. */
const explained = 0.5;

/** An area under the ROC curve that lies below this, its interval too, is that of two classes exchanged. */
const exchangedBelow = 0.3;

/** Other numbers for the labels. */
export interface Renumbering {
  /** The class that stands for each label. */
  readonly classOf: ReadonlyMap<number, number>;
  /** The share of rows whose label and predicted class agree: as they are, and with the other numbers. */
  readonly share: number;
  readonly renumbered: number;
  /** The area under the ROC curve, where it is what tells. */
  readonly area?: number;
}

/** The other numbers that fit best, where they fit surely better; undefined where the labels are best as they are. */
export function renumberingOf(subject: PredictionsSubject): Renumbering | undefined {
  const { labels, classes } = subject;
  const values = [...new Set(labels)].sort((a, b) => a - b);
  if (values.length < 2 || values.length > classes) return undefined;
  const table = countsOf(subject, values);
  // Among K! orders one fits by chance as well as a single one does with √(2 ln K!) standard errors less.
  const orders = values.reduce((sum, _, i) => sum + Math.log(i + 1), 0);
  const least = Math.hypot(sure, Math.sqrt(2 * orders));
  const asTheyAre = recallOf(table, (i) => values[i]);
  const tried = (classOf: ReadonlyMap<number, number>) => ({
    classOf,
    recall: recallOf(table, (i) => classOf.get(values[i])),
  });
  const order = tried(byLift(table, values, classes));
  const best = [
    tried(moved(values, -1, classes)),
    tried(moved(values, 1, classes)),
    ...(order.recall.mean > explained ? [order] : []),
  ].reduce((a, b) => (b.recall.mean > a.recall.mean ? b : a));
  const error = Math.hypot(best.recall.error, asTheyAre.error);
  const found = { classOf: best.classOf, share: asTheyAre.share, renumbered: best.recall.share };
  if (
    best.recall.mean - asTheyAre.mean > least * error &&
    best.recall.mean - 1 / classes > least * best.recall.error
  )
    return found;
  // Of a rare class the likeliest one says little: nearly all rows are said to be of the other.
  if (classes !== 2 || values[0] !== 0 || values[1] !== 1) return undefined;
  const scores = Float64Array.from(labels, (_, row) => subject.probabilities[2 * row + 1]);
  const { value: area, high } = rocAreaEstimate(ordered(scores), labels);
  if (!(high < exchangedBelow)) return undefined;
  const classOf = moved(values, 1, 2);
  const exchanged = recallOf(table, (i) => classOf.get(values[i]));
  return { classOf, share: asTheyAre.share, renumbered: exchanged.share, area };
}

/** How many rows of each label are said to be of each class: `[labels][classes]`. */
function countsOf(
  { labels, likeliest, classes }: PredictionsSubject,
  values: readonly number[],
): readonly Float64Array[] {
  const places = new Map(values.map((value, i) => [value, i]));
  const table = values.map(() => new Float64Array(classes));
  labels.forEach((label, row) => (table[places.get(label)!][likeliest[row]] += 1));
  return table;
}

const moved = (values: readonly number[], by: number, classes: number): ReadonlyMap<number, number> =>
  new Map(values.map((value) => [value, (((value + by) % classes) + classes) % classes]));

/** Each label is given the class that its rows are said to be of most beyond what all rows are, each class once. */
function byLift(
  table: readonly Float64Array[],
  values: readonly number[],
  classes: number,
): ReadonlyMap<number, number> {
  const sum = (counts: Iterable<number>): number => [...counts].reduce((a, b) => a + b, 0);
  const total = sum(table.map(sum));
  const lifts = table.flatMap((counts, i) =>
    Array.from({ length: classes }, (_, k) => ({
      value: values[i],
      k,
      lift: counts[k] / sum(counts) - sum(table.map((of) => of[k])) / total,
    })),
  );
  const classOf = new Map<number, number>();
  const taken = new Set<number>();
  for (const { value, k } of lifts.sort((a, b) => b.lift - a.lift)) {
    if (classOf.has(value) || taken.has(k)) continue;
    classOf.set(value, k);
    taken.add(k);
  }
  return classOf;
}

/**
 * The mean over the labels of the share of their rows that are said to be of the label's class, in which rare classes count
 * as much as common ones, with its standard error; and the plain share of all rows.
 */
function recallOf(
  table: readonly Float64Array[],
  classOf: (label: number) => number | undefined,
): { readonly mean: number; readonly error: number; readonly share: number } {
  let [mean, variance, right, rows] = [0, 0, 0, 0];
  table.forEach((counts, i) => {
    const of = counts.reduce((a, b) => a + b, 0);
    const hits = counts[classOf(i) ?? -1] ?? 0;
    // One hit and one miss more, so that few rows that are all alike are not taken for certainty.
    const share = (hits + 1) / (of + 2);
    mean += hits / of / table.length;
    variance += (share * (1 - share)) / of / table.length ** 2;
    right += hits;
    rows += of;
  });
  return { mean, error: Math.sqrt(variance), share: right / rows };
}
