/** Labels that a model that has not seen them contradicts with confidence. */
import { countClasses } from "./entropy.ts";
import { shareOf } from "./intervals.ts";

/** A row whose label looks wrong. */
export interface Suspect {
  readonly row: number;
  /** The class it is labelled as, and the class it looks like. */
  readonly given: number;
  readonly looksLike: number;
  /** Probability of the class that it looks like, less that of the one it is labelled as. */
  readonly margin: number;
}

/**
 * Confident learning: Northcutt, Jiang and Chuang, Confident learning: estimating uncertainty in dataset labels, 2021. A
 * class is confidently seen in a row where its probability is at least the mean of its probability over all rows that are
 * labelled as it; a row is suspect where a class is confidently seen, and more probable than all others, that is not its
 * label. The widest margin comes first.
 *
 * `probabilities` are `[rows, classes]`, of a model that was not trained on the row. Rows of no class are left out.
 */
export function suspects(
  labels: ArrayLike<number>,
  probabilities: ArrayLike<number>,
  classes: number,
): readonly Suspect[] {
  const [sums, counts] = [new Float64Array(classes), new Float64Array(classes)];
  for (let row = 0; row < labels.length; row++) {
    const given = labels[row];
    if (!(given >= 0 && given < classes)) continue;
    sums[given] += probabilities[row * classes + given];
    counts[given] += 1;
  }
  const found: Suspect[] = [];
  for (let row = 0; row < labels.length; row++) {
    const given = labels[row];
    if (!(given >= 0 && given < classes)) continue;
    let looksLike = 0;
    for (let k = 1; k < classes; k++)
      if (probabilities[row * classes + k] > probabilities[row * classes + looksLike]) looksLike = k;
    const probability = probabilities[row * classes + looksLike];
    const margin = probability - probabilities[row * classes + given];
    if (counts[looksLike] === 0 || !(margin > 0) || probability < sums[looksLike] / counts[looksLike])
      continue;
    found.push({ row, given, looksLike, margin });
  }
  return found.sort((a, b) => b.margin - a.margin || a.row - b.row);
}

/** How wrong labels are told from classes that overlap; why, stands with the thresholds of D17. */
export const anywhere = {
  /** The share of the rows of which the model is surest. */
  surest: 0.25,
  /** How often labels are contradicted there, at least, beside how often they are anywhere. */
  flat: 0.25,
  /** The share of contradicted labels from which on it takes more than that, and how much more for each. */
  overlap: 0.12,
  rise: 3,
};

/** So many rows at least are looked at where a model is sure. */
const fewestSure = 100;

/**
 * Whether labels are contradicted also where the model is surest: wrong labels lie anywhere, rows beyond the border between
 * two classes that overlap lie near it. Labels are 0 … `classes` − 1, `probabilities` `[rows, classes]`.
 */
export function contradictedAnywhere(
  labels: ArrayLike<number>,
  probabilities: Float64Array,
  classes: number,
): boolean {
  const rows = Array.from({ length: labels.length }, (_, row) => {
    const own = probabilities.subarray(row * classes, (row + 1) * classes);
    let [best, second] = [-Infinity, -Infinity];
    for (const p of own)
      if (p > best) [best, second] = [p, best];
      else if (p > second) second = p;
    return { sure: best - second, isWrong: own[labels[row]] < best };
  }).sort((a, b) => b.sure - a.sure);
  const wrongAmong = (few: typeof rows): number => few.filter(({ isWrong }) => isWrong).length;
  const most = Math.max(anywhere.surest * rows.length, Math.min(fewestSure, rows.length / 2));
  const top = rows.slice(0, Math.ceil(most));
  const share = wrongAmong(rows) / rows.length;
  // Who knows nothing is wrong in half of the rows of two even classes, and in more of them the more classes there are.
  const unknowing = 1 - Math.max(...countClasses(labels, classes)) / rows.length;
  const ofTwo = share / Math.max(1, 2 * unknowing);
  const least = Math.max(anywhere.flat, anywhere.rise * (ofTwo - anywhere.overlap));
  return shareOf(wrongAmong(top), top.length).low > least * share;
}
