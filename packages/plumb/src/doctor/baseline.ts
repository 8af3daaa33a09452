/** What knowing the labels is worth without the inputs: the loss of the best constant answer. */
import type { Loss } from "../losses/index.ts";
import { leavesOf, type Tensor } from "../tensor/index.ts";
import type { AnyModel, Compiled, RowsTaken } from "../train/index.ts";
import { entropyOf } from "./statistics/entropy.ts";
import { Labels, readingBy } from "./subjects/labels.ts";
import { objectiveOf, type Objective, type RunSubject } from "./subjects/run.ts";
import { Table } from "./subjects/table.ts";
import { count, show } from "./words.ts";

/** A loss that needs no model, and what it is the loss of. */
export interface Baseline {
  readonly value: number;
  /** A sentence: "A model that guesses evenly among 3 classes has a loss of ln 3 = 1.10". */
  readonly says: string;
}

/**
 * The mean loss of the best constant answer: for a cross-entropy the entropy of the classes (of several columns, the mean of
 * theirs), for a squared error the variance of the labels, for Poisson's loss that of their mean. Rows that count `weights` times count so here, and the sum is divided by the number of rows, as `fit` does.
 * Undefined for a cross-entropy of labels that are no classes.
 */
export function baselineOfLabels(
  { kind }: Objective,
  labels: Labels,
  weights: (row: number) => number = () => 1,
): Baseline | undefined {
  const { rows, table } = labels;
  if (kind === "squaredError") {
    const { value, means } = varianceOf(table, weights);
    const says =
      means.length === 1
        ? `A model that always answers with the mean label, ${show(rounded(means[0], value))}, has a loss of ${show(value)}`
        : `A model that always answers with the mean labels has a loss of ${show(value)}`;
    return { value, says };
  }
  if (kind === "poisson") {
    // Of a constant rate m the mean of m − y ln m, which is lowest where m is the mean of y.
    const { shares: means, total } = sharesOf(table, weights);
    const of = means.map((mean) => (mean > 0 ? mean - mean * Math.log(mean) : 0));
    const value = (of.reduce((sum, loss) => sum + loss, 0) / of.length) * (total / rows);
    return { value, says: `A model that always answers with the mean label has a loss of ${show(value)}` };
  }
  if (kind === "crossentropies") {
    const { shares } = sharesOf(table, weights);
    const value = shares.reduce((sum, share) => sum + entropyOf([share, 1 - share]), 0) / shares.length;
    return {
      value,
      says: `A model that gives every row the share of each column has a loss of ${show(value)}`,
    };
  }
  if (!labels.areClasses || table.shape.length > 2) return undefined;
  const counts = new Map<number, number>();
  let total = 0;
  labels.classes.forEach((label, row) => {
    counts.set(label, (counts.get(label) ?? 0) + weights(row));
    total += weights(row);
  });
  const value = (entropyOf([...counts.values()]) * total) / rows;
  return { value, says: `A model that gives every row the class shares has a loss of ${show(value)}` };
}

/** A mean that is 0 but for rounding is 0. */
const rounded = (mean: number, variance: number): number =>
  Math.abs(mean) < 1e-6 * Math.sqrt(variance) ? 0 : mean;

/** Guessing evenly among K classes costs ln K. */
export function evenGuess(classes: number | undefined): Baseline | undefined {
  if (classes === undefined || classes < 2) return undefined;
  const value = Math.log(classes);
  return {
    value,
    says: `A model that guesses evenly among ${count(classes, "class")} has a loss of ln ${classes} = ${value.toFixed(2)}`,
  };
}

/** The baseline of a run, from its training labels or from the number of its classes; undefined where neither is known. */
export function baselineOfRun({ objective, data }: RunSubject): Baseline | undefined {
  const labels = data?.training.labels ?? [];
  if (objective === undefined || labels.length > 1) return undefined;
  const [of] = labels;
  const { classWeight } = data?.options ?? {};
  if (of !== undefined) return baselineOfLabels(objective, of, classWeight && weightsOf(of, classWeight));
  return objective.kind === "crossentropy" ? evenGuess(objective.classes) : undefined;
}

/** How much the rows of classes count, 1 in the mean. */
function weightsOf(
  labels: Labels,
  classWeight: Readonly<Record<number, number>>,
): ((row: number) => number) | undefined {
  if (!labels.areClasses) return undefined;
  const of = (row: number): number => classWeight[labels.classes[row]] ?? 1;
  let total = 0;
  for (let row = 0; row < labels.rows; row++) total += of(row);
  return (row) => (of(row) * labels.rows) / total;
}

/**
 * The baseline of rows as training takes them. Undefined for several outputs, for losses that are no mean over rows, and for
 * other losses than cross-entropies and the squared error.
 */
export function baselineOf(
  model: AnyModel,
  judging: Compiled,
  { y, sampleWeight }: Pick<RowsTaken, "y" | "sampleWeight">,
): number | undefined {
  const infos = model.outputInfos!;
  const criteria = judging.criteria(infos);
  const [{ loss }] = criteria;
  const units = infos[0].shape?.at(-1) ?? undefined;
  const objective = objectiveOf(loss, units);
  if (criteria.length > 1 || objective === undefined || !isMeanOverRows(loss)) return undefined;
  const [[of], [weight]] = [leavesOf(y), leavesOf(sampleWeight ?? [])] as (Tensor | undefined)[][];
  if (of === undefined) return undefined;
  const table = new Table("labels", { values: of.dataSync(), shape: of.shape, dtype: of.dtype });
  const own = new Labels(table);
  const reading = readingBy(own, { loss, head: infos[0].head, units });
  const labels = reading === undefined ? own : new Labels(table, reading);
  const weights = weight?.dataSync();
  return baselineOfLabels(objective, labels, weights && ((row) => Number(weights[row])))?.value;
}

const isMeanOverRows = (loss: Loss<any> | undefined): boolean =>
  loss?.reduction === "sum_over_batch_size" || loss?.reduction === "mean";

/** The weighted mean of each column, and the sum of the weights. */
function sharesOf(
  { rows, width, values }: Table,
  weights: (row: number) => number,
): { readonly shares: Float64Array; readonly total: number } {
  const sums = new Float64Array(width);
  let total = 0;
  for (let row = 0; row < rows; row++) {
    total += weights(row);
    for (let column = 0; column < width; column++)
      sums[column] += weights(row) * Number(values[row * width + column]);
  }
  return { shares: sums.map((sum) => sum / total), total };
}

/** The mean over rows and columns of the weighted squares around each column's weighted mean. */
function varianceOf(
  table: Table,
  weights: (row: number) => number,
): { readonly value: number; readonly means: readonly number[] } {
  const { rows, width } = table;
  const [means, squares] = [new Float64Array(width), new Float64Array(width)];
  let total = 0;
  for (let row = 0; row < rows; row++) {
    const weight = weights(row);
    if (!(weight > 0)) continue;
    total += weight;
    for (let column = 0; column < width; column++) {
      const away = table.at(row, column) - means[column];
      means[column] += (weight * away) / total;
      squares[column] += weight * away * (table.at(row, column) - means[column]);
    }
  }
  return { value: squares.reduce((sum, of) => sum + of, 0) / (rows * width), means: [...means] };
}
