/**
 * Models that anybody would try first, in closed form or by counting: what a network has to beat, and what a single column
 * can do. All of them are measured on rows that they have not seen, by folds.
 */
import { pseudoShuffled } from "../statistics/sampling.ts";

/** Rows by columns, row after row. */
export interface Matrix {
  readonly values: ArrayLike<number>;
  readonly rows: number;
  readonly width: number;
}

/** What is to be predicted: a class for each row, or a number. */
export type Target =
  | { readonly kind: "classes"; readonly of: ArrayLike<number>; readonly classes: number }
  | { readonly kind: "values"; readonly of: ArrayLike<number> };

/** How well rows were predicted that the model had not seen. */
export interface Score {
  /** Share of right classes, or R² (1 − squared error / variance; below 0 where the mean does better). */
  readonly value: number;
  /** Its standard error, from the rows. */
  readonly standardError: number;
  /** For each row that was scored: 1 or 0 for classes, the squared error for values. */
  readonly byRow: Float64Array;
}

/** Learns from rows, and answers for others: a score for each class, or one number. */
export type Learner = (
  x: Matrix,
  target: Target,
  rows: ArrayLike<number>,
) => (x: Matrix, row: number) => ArrayLike<number>;

/** Folds: few, since the answers are wanted to a few percent. */
const folds = 4;

/** The score of a learner on rows that it has not seen, by four folds drawn from a fixed order. */
export function crossValidated(learner: Learner, x: Matrix, target: Target): Score {
  const { answers, order } = heldOutAnswers(learner, x, target);
  return scoreOf(answers, target, order);
}

/** The score of a learner on the rows that it has learnt from: hardly ever below that on others, and a quarter of the work. */
export function onItsOwnRows(learner: Learner, x: Matrix, target: Target): Score {
  const rows = Int32Array.from({ length: x.rows }, (_, row) => row);
  const model = learner(x, target, rows);
  const answers = Array.from(rows, (row) => model(x, row));
  return scoreOf(answers, target, rows);
}

/** For each row what a learner that had not seen it answers. */
export function heldOutAnswers(
  learner: Learner,
  x: Matrix,
  target: Target,
): { readonly answers: readonly ArrayLike<number>[]; readonly order: Int32Array } {
  const order = pseudoShuffled(x.rows);
  const answers = new Array<ArrayLike<number>>(x.rows);
  for (let fold = 0; fold < folds; fold++) {
    const held = order.filter((_, i) => i % folds === fold);
    const model = learner(
      x,
      target,
      order.filter((_, i) => i % folds !== fold),
    );
    for (const row of held) answers[row] = model(x, row);
  }
  return { answers, order };
}

function scoreOf(answers: readonly ArrayLike<number>[], target: Target, rows: ArrayLike<number>): Score {
  const byRow = Float64Array.from({ length: rows.length }, (_, i) => {
    const answer = answers[rows[i]];
    return target.kind === "classes"
      ? Number(highest(answer) === target.of[rows[i]])
      : (answer[0] - target.of[rows[i]]) ** 2;
  });
  const n = byRow.length;
  const mean = byRow.reduce((sum, value) => sum + value, 0) / n;
  const error = Math.sqrt(
    byRow.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, n - 1) / n,
  );
  if (target.kind === "classes") return { value: mean, standardError: error, byRow };
  const variance = varianceOf(target.of, rows);
  return { value: 1 - mean / variance, standardError: error / variance, byRow };
}

function varianceOf(values: ArrayLike<number>, rows: ArrayLike<number>): number {
  let [mean, squares] = [0, 0];
  for (let i = 0; i < rows.length; i++) {
    const away = values[rows[i]] - mean;
    mean += away / (i + 1);
    squares += away * (values[rows[i]] - mean);
  }
  return squares / rows.length;
}

const highest = (scores: ArrayLike<number>): number => {
  let best = 0;
  for (let k = 1; k < scores.length; k++) if (scores[k] > scores[best]) best = k;
  return best;
};

/** Always the commonest class, or the mean. */
export const constant: Learner = (_x, target, rows) => {
  if (target.kind === "classes") {
    const counts = new Float64Array(target.classes);
    for (let i = 0; i < rows.length; i++) counts[target.of[rows[i]]] += 1;
    return () => counts;
  }
  let sum = 0;
  for (let i = 0; i < rows.length; i++) sum += target.of[rows[i]];
  const mean = [sum / rows.length];
  return () => mean;
};

/**
 * Least squares with a small penalty on standardised columns, of several classes one against the rest. The penalty is 1% of
 * the rows, enough for columns that repeat each other.
 */
export const linear: Learner = (x, target, rows) => {
  const { width } = x;
  const n = rows.length;
  const mean = new Float64Array(width);
  const scale = new Float64Array(width);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < width; j++) mean[j] += finite(x.values[rows[i] * width + j]) / n;
  for (let i = 0; i < n; i++)
    for (let j = 0; j < width; j++) scale[j] += (finite(x.values[rows[i] * width + j]) - mean[j]) ** 2 / n;
  for (let j = 0; j < width; j++) scale[j] = scale[j] > 0 ? 1 / Math.sqrt(scale[j]) : 0;
  const outputs = target.kind === "classes" ? target.classes : 1;
  const wanted = (row: number, k: number): number =>
    target.kind === "classes" ? Number(target.of[row] === k) : target.of[row];
  const offset = new Float64Array(outputs);
  for (let i = 0; i < n; i++) for (let k = 0; k < outputs; k++) offset[k] += wanted(rows[i], k) / n;
  const z = new Float64Array(n * width);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < width; j++)
      z[i * width + j] = (finite(x.values[rows[i] * width + j]) - mean[j]) * scale[j];
  const rest = new Float64Array(n * outputs);
  for (let i = 0; i < n; i++)
    for (let k = 0; k < outputs; k++) rest[i * outputs + k] = wanted(rows[i], k) - offset[k];
  const weights = ridge(z, rest, n, width, outputs);
  return (of, row) => {
    const answer = Float64Array.from(offset);
    for (let j = 0; j < width; j++) {
      const value = (finite(of.values[row * width + j]) - mean[j]) * scale[j];
      for (let k = 0; k < outputs; k++) answer[k] += value * weights[j * outputs + k];
    }
    return answer;
  };
};

/**
 * (ZᵀZ + λ)⁻¹ Zᵀ Y, or where there are fewer rows than columns Zᵀ (ZZᵀ + λ)⁻¹ Y, which is the same: a system of the smaller
 * of the two sizes.
 */
function ridge(z: Float64Array, y: Float64Array, n: number, width: number, outputs: number): Float64Array {
  const penalty = 0.01 * n + 1e-9;
  const wide = n < width;
  const size = wide ? n : width;
  const gram = new Float64Array(size * size);
  const right = wide ? y : new Float64Array(width * outputs);
  if (wide)
    for (let i = 0; i < n; i++)
      for (let k = 0; k <= i; k++) {
        let sum = 0;
        for (let j = 0; j < width; j++) sum += z[i * width + j] * z[k * width + j];
        gram[i * n + k] = sum;
      }
  else
    for (let i = 0; i < n; i++)
      for (let j = 0; j < width; j++) {
        const value = z[i * width + j];
        if (value === 0) continue;
        for (let k = 0; k <= j; k++) gram[j * width + k] += value * z[i * width + k];
        for (let k = 0; k < outputs; k++) right[j * outputs + k] += value * y[i * outputs + k];
      }
  for (let j = 0; j < size; j++) gram[j * size + j] += penalty;
  const solution = solved(gram, right, size, outputs);
  if (!wide) return solution;
  const weights = new Float64Array(width * outputs);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < width; j++)
      for (let k = 0; k < outputs; k++)
        weights[j * outputs + k] += z[i * width + j] * solution[i * outputs + k];
  return weights;
}

const finite = (value: number): number => (Number.isFinite(value) ? value : 0);

/** Solves a symmetric positive system, of which the lower half is given, by Cholesky's decomposition. */
function solved(gram: Float64Array, right: Float64Array, n: number, columns: number): Float64Array {
  for (let j = 0; j < n; j++) {
    for (let k = 0; k < j; k++) {
      let sum = gram[j * n + k];
      for (let l = 0; l < k; l++) sum -= gram[j * n + l] * gram[k * n + l];
      gram[j * n + k] = sum / gram[k * n + k];
    }
    let sum = gram[j * n + j];
    for (let l = 0; l < j; l++) sum -= gram[j * n + l] ** 2;
    gram[j * n + j] = Math.sqrt(Math.max(sum, 1e-12));
  }
  const out = Float64Array.from(right);
  for (let c = 0; c < columns; c++) {
    for (let j = 0; j < n; j++) {
      let sum = out[j * columns + c];
      for (let l = 0; l < j; l++) sum -= gram[j * n + l] * out[l * columns + c];
      out[j * columns + c] = sum / gram[j * n + j];
    }
    for (let j = n - 1; j >= 0; j--) {
      let sum = out[j * columns + c];
      for (let l = j + 1; l < n; l++) sum -= gram[l * n + j] * out[l * columns + c];
      out[j * columns + c] = sum / gram[j * n + j];
    }
  }
  return out;
}

/** The shares of the classes among so many nearest rows, or the mean of their values; columns standardised. */
export const neighbours =
  (many: number): Learner =>
  (x, target, rows) => {
    const { width } = x;
    const scale = new Float64Array(width);
    for (let j = 0; j < width; j++) {
      const column = Float64Array.from({ length: x.rows }, (_, row) => finite(x.values[row * width + j]));
      const spread = Math.sqrt(varianceOf(column, rows));
      scale[j] = spread > 0 ? 1 / spread : 0;
    }
    const known = new Float64Array(rows.length * width);
    for (let i = 0; i < rows.length; i++)
      for (let j = 0; j < width; j++) known[i * width + j] = finite(x.values[rows[i] * width + j]) * scale[j];
    const most = Math.min(many, rows.length);
    const asked = new Float64Array(width);
    return (of, row) => {
      for (let j = 0; j < width; j++) asked[j] = finite(of.values[row * width + j]) * scale[j];
      const [distances, at] = [new Float64Array(most).fill(Infinity), new Int32Array(most)];
      for (let i = 0; i < rows.length; i++) {
        const bound = distances[most - 1];
        let distance = 0;
        for (let j = 0; j < width && distance < bound; j++) {
          const away = asked[j] - known[i * width + j];
          distance += away * away;
        }
        if (!(distance < bound)) continue;
        let place = most - 1;
        for (; place > 0 && distances[place - 1] > distance; place--) {
          distances[place] = distances[place - 1];
          at[place] = at[place - 1];
        }
        [distances[place], at[place]] = [distance, rows[i]];
      }
      return constant(x, target, at)(x, row);
    };
  };

/** What the nearest row is. */
export const nearest: Learner = neighbours(1);

/** Rows that a leaf must have, and cuts from the root to a leaf. */
const [smallestLeaf, deepest] = [5, 12];

/**
 * What one column says by itself: a tree of cuts of that column, each where it lowers the squared error (of classes, of their
 * indicators: Gini's impurity) most; Breiman et al., Classification and regression trees, 1984.
 */
export const oneColumn =
  (column: number): Learner =>
  (x, target, rows) => {
    const value = (of: Matrix, row: number): number => finite(of.values[row * of.width + column]);
    const ascending = Int32Array.from(rows).sort((a, b) => value(x, a) - value(x, b));
    const cuts: number[] = [];
    const cut = (from: number, to: number, depth: number): void => {
      const at =
        depth < deepest ? bestCut(ascending.subarray(from, to), (row) => value(x, row), target) : undefined;
      if (at === undefined) return;
      cut(from, from + at, depth + 1);
      cuts.push((value(x, ascending[from + at - 1]) + value(x, ascending[from + at])) / 2);
      cut(from + at, to, depth + 1);
    };
    cut(0, ascending.length, 0);
    const leafOf = (v: number): number => {
      let leaf = 0;
      while (leaf < cuts.length && v >= cuts[leaf]) leaf += 1;
      return leaf;
    };
    const leaves = Array.from({ length: cuts.length + 1 }, (): number[] => []);
    for (const row of ascending) leaves[leafOf(value(x, row))].push(row);
    const answers = leaves.map((leaf) => constant(x, target, leaf)(x, 0));
    return (of, row) => answers[leafOf(value(of, row))];
  };

/** Where rows, ascending in a value, are best cut in two; undefined where no cut helps. */
function bestCut(rows: Int32Array, value: (row: number) => number, target: Target): number | undefined {
  const kinds = target.kind === "classes" ? target.classes : 1;
  const wanted = (row: number, k: number): number =>
    target.kind === "classes" ? Number(target.of[row] === k) : target.of[row];
  const n = rows.length;
  const total = new Float64Array(kinds);
  for (const row of rows) for (let k = 0; k < kinds; k++) total[k] += wanted(row, k);
  const left = new Float64Array(kinds);
  // The squared error falls by what Σ (sum of a side)² / (rows of that side) rises.
  const worth = (size: number): number => {
    let sum = 0;
    for (let k = 0; k < kinds; k++) sum += left[k] ** 2 / size + (total[k] - left[k]) ** 2 / (n - size);
    return sum;
  };
  let whole = 0;
  for (let k = 0; k < kinds; k++) whole += total[k] ** 2 / n;
  let best: number | undefined;
  let most = whole + 1e-9 * Math.abs(whole);
  for (let size = 1; size <= n - smallestLeaf; size++) {
    for (let k = 0; k < kinds; k++) left[k] += wanted(rows[size - 1], k);
    if (size < smallestLeaf || value(rows[size - 1]) === value(rows[size])) continue;
    const sum = worth(size);
    if (sum > most) [most, best] = [sum, size];
  }
  return best;
}

/** The same rows without a column. */
export function without({ values, rows, width }: Matrix, column: number): Matrix {
  const kept = new Float64Array(rows * (width - 1));
  for (let row = 0; row < rows; row++)
    for (let j = 0, to = 0; j < width; j++)
      if (j !== column) kept[row * (width - 1) + to++] = values[row * width + j];
  return { values: kept, rows, width: width - 1 };
}

/** A column of the same rows. */
export function onlyColumn({ values, rows, width }: Matrix, column: number): Matrix {
  const kept = Float64Array.from({ length: rows }, (_, row) => values[row * width + column]);
  return { values: kept, rows, width: 1 };
}
