/** Labels and predictions, from whatever made them: a model of ours, or a file. All numbers in float64. */
import type { Task } from "../../base/contract.ts";
import { PlumbError } from "../../base/errors.ts";
import { countClasses } from "../statistics/entropy.ts";

/** What predictions are. */
export type PredictionKind =
  /** Numbers on the scale of the label. */
  | "values"
  /** Probabilities: of the second class `[rows]`, or of each class `[rows, classes]`. */
  | "probabilities"
  /** Real numbers that a sigmoid (`[rows]`) or a softmax (`[rows, classes]`) would make probabilities. */
  | "logits";

/** What wrong decisions between two classes cost, in one unit. */
export interface Costs {
  /** Saying the second class of a row of the first. */
  readonly falsePositive: number;
  /** Saying the first class of a row of the second. */
  readonly falseNegative: number;
}

/** Labels and predictions to look at. */
export interface PredictionsOptions {
  /** A number for each row: the class, or the value of a regression. */
  readonly labels: ArrayLike<number>;
  /** Row by row: `[rows]` or `[rows, width]`. */
  readonly predictions: ArrayLike<number>;
  readonly kind: PredictionKind;
  /** Unset: one column of probabilities or logits is `"binary"`, several are `"classes"`, values are `"regression"`. */
  readonly task?: Task;
  /** What the classes are called. */
  readonly classes?: readonly string[];
  /** Which rows these are. Default "the rows". */
  readonly part?: string;
  /** Inputs of the rows, where they are known: segments are looked for among them. */
  readonly inputs?: {
    readonly values: ArrayLike<number>;
    readonly width: number;
    readonly columns?: readonly string[];
  };
  /** The labels that were trained on, where they are known: baselines come from them instead of from `labels`. */
  readonly trainingLabels?: ArrayLike<number>;
  /** What wrong decisions cost, of two classes: the best threshold hangs on it. */
  readonly costs?: Costs;
  /** What the predictions were called where they come from: a column's name. */
  readonly name?: string;
}

/** The probability below which a logarithm is cut off, as in a float32 cross-entropy of Keras. */
export const smallestProbability = 1e-7;

/** A probability of 1 may come out a little above it in single precision. */
const rounding = 1e-6;

/** Predictions as the diagnoses see them. */
export class PredictionsSubject {
  readonly options: PredictionsOptions;
  readonly kind: PredictionKind;
  readonly task: Task;
  readonly rows: number;
  /** Columns of predictions. */
  readonly width: number;
  /** Number of classes; 0 of a regression. */
  readonly classes: number;
  readonly labels: Float64Array;
  /** As they came. */
  readonly predictions: Float64Array;
  readonly part: string;
  #probabilities?: Float64Array;
  #decided?: Int32Array;
  #losses?: Float64Array;

  /** Errors: PL3004 where there are no rows, PL4005 where labels and predictions are not rows of one table. */
  constructor(options: PredictionsOptions) {
    this.options = options;
    this.labels = Float64Array.from(options.labels);
    this.predictions = Float64Array.from(options.predictions);
    this.rows = this.labels.length;
    this.kind = options.kind;
    this.part = options.part ?? "the rows";
    if (this.rows === 0)
      throw new PlumbError("PL3004", {
        asked: "Predictions were to be checked",
        arrived: "There are no rows",
        why: "Nothing can be measured",
        fix: "Give labels and predictions of at least one row",
      });
    this.width = this.predictions.length / this.rows;
    if (!Number.isInteger(this.width) || this.width === 0)
      throw new PlumbError("PL4005", {
        asked: `${this.rows} labels were given with ${this.predictions.length} predictions`,
        why: "Row i of one belongs to row i of the other",
        fix: "Give a prediction for each label; of several classes all columns of a row, row after row",
      });
    this.task =
      options.task ?? (this.kind === "values" ? "regression" : this.width === 1 ? "binary" : "classes");
    this.classes = this.task === "regression" ? 0 : Math.max(2, this.width);
  }

  get areClasses(): boolean {
    return this.task === "binary" || this.task === "classes";
  }

  className(k: number): string {
    return this.options.classes?.[k] ?? `class ${k}`;
  }

  /** Probabilities `[rows, classes]`, whatever came: logits are turned into them. */
  get probabilities(): Float64Array {
    return (this.#probabilities ??= probabilitiesOf(
      this.predictions,
      this.rows,
      this.width,
      this.kind === "logits",
    ));
  }

  /** Whether the probabilities are such: each in [0, 1], and those of a row sum to 1 but for rounding to two digits. */
  get areDistributions(): boolean {
    const { probabilities, rows, classes } = this;
    for (let row = 0; row < rows; row++) {
      let sum = 0;
      for (let k = 0; k < classes; k++) {
        const p = probabilities[row * classes + k];
        if (!(p >= -rounding && p <= 1 + rounding)) return false;
        sum += p;
      }
      if (Math.abs(sum - 1) > Math.max(0.02, 0.006 * classes)) return false;
    }
    return true;
  }

  /** The most probable class of each row; of equals the first. */
  get decided(): Int32Array {
    if (this.#decided !== undefined) return this.#decided;
    const { probabilities, classes } = this;
    this.#decided = Int32Array.from({ length: this.rows }, (_, row) => {
      let best = 0;
      for (let k = 1; k < classes; k++)
        if (probabilities[row * classes + k] > probabilities[row * classes + best]) best = k;
      return best;
    });
    return this.#decided;
  }

  /**
   * What each row costs: of classes the cross-entropy in nats (probabilities below 1e-7 count as that), of a regression the
   * squared error. A label that is no class costs NaN.
   */
  get losses(): Float64Array {
    if (this.#losses !== undefined) return this.#losses;
    const { labels, classes } = this;
    this.#losses = Float64Array.from({ length: this.rows }, (_, row) => {
      if (!this.areClasses) return (this.predictions[row] - labels[row]) ** 2;
      const probability = this.probabilities[row * classes + labels[row]];
      return probability === undefined || !(labels[row] >= 0 && labels[row] < classes)
        ? NaN
        : -Math.log(Math.max(smallestProbability, probability));
    });
    return this.#losses;
  }

  /** Rows of each class: by training labels where they are known. */
  get classCounts(): Float64Array {
    return countClasses(this.options.trainingLabels ?? this.labels, this.classes);
  }
}

function probabilitiesOf(given: Float64Array, rows: number, width: number, logits: boolean): Float64Array {
  if (width === 1) {
    const out = new Float64Array(rows * 2);
    for (let row = 0; row < rows; row++) {
      const p = logits ? 1 / (1 + Math.exp(-given[row])) : given[row];
      [out[2 * row], out[2 * row + 1]] = [1 - p, p];
    }
    return out;
  }
  if (!logits) return given;
  const out = new Float64Array(given.length);
  for (let start = 0; start < given.length; start += width) {
    let [high, sum] = [-Infinity, 0];
    for (let k = 0; k < width; k++) high = Math.max(high, given[start + k]);
    for (let k = 0; k < width; k++) sum += out[start + k] = Math.exp(given[start + k] - high);
    for (let k = 0; k < width; k++) out[start + k] /= sum;
  }
  return out;
}
