/** Labels that a model that has not seen them contradicts with confidence. */

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
