/** Columns that bear the label under another name, or with a little noise. */
import type { Matrix, Target } from "../experiments/simple-models.ts";

type Classes = Extract<Target, { kind: "classes" }>;

/** So many rows of a class at least: of fewer, equal values may be chance. */
const fewestMarked = 5;

/** A value of a column that the rows of one class have, and hardly another row. */
export interface Copy {
  readonly column: number;
  readonly of: number;
  readonly value: number;
  /** The rows of the class that have the value, of all rows that are of the class or have the value. */
  readonly share: number;
}

/**
 * For each class a column that marks it by a value of its own, or for all of them but one: the label follows from these
 * columns without any learning. Of a column that marks all, only that. Undefined where a class has no mark.
 */
export function copiesIn(x: Matrix, target: Classes, least: number): readonly Copy[] | undefined {
  const counts = new Map<number, number>();
  for (let row = 0; row < x.rows; row++) counts.set(target.of[row], (counts.get(target.of[row]) ?? 0) + 1);
  if (counts.size < 2) return undefined;
  const wanted = counts.size - 1;
  const marked = new Map<number, Copy>();
  for (let column = 0; column < x.width; column++) {
    const own = marksOf(x, target, column, counts, least);
    if (own.length >= wanted) return own;
    for (const mark of own) if (!marked.has(mark.of)) marked.set(mark.of, mark);
  }
  return marked.size >= wanted ? [...marked.values()] : undefined;
}

/** The classes that a column marks. */
function marksOf(
  { values, rows, width }: Matrix,
  target: Classes,
  column: number,
  counts: ReadonlyMap<number, number>,
  least: number,
): readonly Copy[] {
  const having = new Map<number, Map<number, number>>();
  // Where any class is marked, so many rows at least share a value.
  const most = rows - least * Math.max(fewestMarked, Math.min(...counts.values())) + 1;
  for (let row = 0; row < rows; row++) {
    const value = values[row * width + column];
    let by = having.get(value);
    if (by === undefined) {
      if (having.size > most) return [];
      having.set(value, (by = new Map()));
    }
    by.set(target.of[row], (by.get(target.of[row]) ?? 0) + 1);
  }
  return [...having].flatMap(([value, by]) => {
    const all = [...by.values()].reduce((sum, count) => sum + count, 0);
    const [of, both] = [...by].reduce((a, b) => (b[1] > a[1] ? b : a));
    const share = both / (all + counts.get(of)! - both);
    return share >= least && both >= fewestMarked ? [{ column, of, value, share }] : [];
  });
}

/** How far apart the nearest two classes lie in a column, in standard deviations within a class; infinite where these are 0. */
export function gapOf({ values, rows, width }: Matrix, target: Classes, column: number): number {
  const [count, mean, squares] = [0, 1, 2].map(() => new Float64Array(target.classes));
  for (let row = 0; row < rows; row++) {
    const [k, value] = [target.of[row], values[row * width + column]];
    const away = value - mean[k];
    mean[k] += away / ++count[k];
    squares[k] += away * (value - mean[k]);
  }
  const present = [...count.keys()].filter((k) => count[k] > 0).sort((a, b) => mean[a] - mean[b]);
  const within = Math.sqrt(present.reduce((sum, k) => sum + squares[k], 0) / rows);
  return present
    .slice(1)
    .reduce((least, k, i) => Math.min(least, (mean[k] - mean[present[i]]) / within), Infinity);
}

/** The strongest correlation of a column with the target, or with one class against the others, in standard errors. */
export function relationTo({ values, rows, width }: Matrix, target: Target): number {
  const kinds = target.kind === "classes" ? [...new Set(Array.from(target.of))] : [0];
  const wanted = (row: number, k: number): number =>
    target.kind === "classes" ? Number(target.of[row] === k) : target.of[row];
  let strongest = 0;
  for (let column = 0; column < width; column++)
    for (const k of kinds) {
      const of = correlation(
        rows,
        (row) => values[row * width + column],
        (row) => wanted(row, k),
      );
      strongest = Math.max(strongest, Math.abs(of) * Math.sqrt(rows));
    }
  return strongest;
}

/** Pearson's correlation; 0 where one of the two never changes. */
function correlation(rows: number, a: (row: number) => number, b: (row: number) => number): number {
  let [meanA, meanB, aa, bb, ab] = [0, 0, 0, 0, 0];
  for (let row = 0; row < rows; row++) {
    const [awayA, awayB] = [a(row) - meanA, b(row) - meanB];
    meanA += awayA / (row + 1);
    meanB += awayB / (row + 1);
    aa += awayA * (a(row) - meanA);
    bb += awayB * (b(row) - meanB);
    ab += awayA * (b(row) - meanB);
  }
  return aa > 0 && bb > 0 ? ab / Math.sqrt(aa * bb) : 0;
}
