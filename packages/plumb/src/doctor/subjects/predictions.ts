/** Labels and predictions, from whatever made them: a model of ours, or a file. All numbers in float64. */
import type { Task } from "../../base/contract.ts";
import type { Code } from "../../base/codes.ts";
import { PlumbError } from "../../base/errors.ts";
import { countClasses } from "../statistics/entropy.ts";
import { sampleOf } from "../statistics/sampling.ts";

/** What predictions are. */
export type PredictionKind =
  /** Numbers on the scale of the label. */
  | "values"
  /** Probabilities: of the second class `[rows]`, or of each class `[rows, classes]`. */
  | "probabilities"
  /** Real numbers that a sigmoid (`[rows]`) or a softmax (`[rows, classes]`) would make probabilities. */
  | "logits"
  /** The number of the class that was decided, `[rows]`: how sure that was is not known. */
  | "decisions";

/** All kinds, for those who write no types. */
export const predictionKinds: readonly PredictionKind[] = ["values", "probabilities", "logits", "decisions"];

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
    /** What a value of a column is in words, where inputs were scaled or encoded before: "12 years". */
    readonly shows?: (column: number, value: number) => string;
  };
  /** The labels that were trained on, where they are known: baselines come from them instead of from `labels`. */
  readonly trainingLabels?: ArrayLike<number>;
  /** What wrong decisions cost, of two classes: the best threshold hangs on it. */
  readonly costs?: Costs;
  /** Of two classes: the second is decided from this probability on. Default: the likelier one, the first of equals. */
  readonly threshold?: number;
  /** How much the rows of each class counted in training: what errors cost follows from it where `costs` are not given. */
  readonly classWeight?: Readonly<Record<number, number>>;
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
  #likeliest?: Int32Array;
  #decided?: Int32Array;
  #losses?: Float64Array;
  #weights?: Float64Array;
  #scorable?: boolean;
  #sampled?: PredictionsSubject;

  /**
   * Errors: PL3004 where there are no rows, PL4005 where labels and predictions are not rows of one table, PL2012 for a label
   * and PL2001 for a prediction that is no number.
   */
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
    refuseNaN("PL2012", "label", this.labels, 1);
    refuseNaN("PL2001", "prediction", this.predictions, this.width);
    const decided = this.kind === "decisions";
    const highest = decided ? Math.max(maximum(this.labels), maximum(this.predictions)) : 0;
    const classes = decided ? (options.classes?.length ?? highest + 1) : this.width;
    const task = this.kind === "values" ? "regression" : classes <= (decided ? 2 : 1) ? "binary" : "classes";
    this.task = options.task ?? task;
    this.classes = this.task === "regression" ? 0 : Math.max(2, classes);
  }

  get areClasses(): boolean {
    return this.task === "binary" || this.task === "classes";
  }

  className(k: number): string {
    return this.options.classes?.[k] ?? `class ${k}`;
  }

  /** Probabilities `[rows, classes]`, whatever came: logits are turned into them, and of decisions each is 0 or 1. */
  get probabilities(): Float64Array {
    return (this.#probabilities ??=
      this.kind === "decisions"
        ? oneHot(this.predictions, this.classes)
        : probabilitiesOf(this.predictions, this.rows, this.width, this.kind === "logits"));
  }

  /**
   * Whether there are probabilities that say how sure the model is: each in [0, 1], and those of a row sum to 1 but for
   * rounding to two digits.
   */
  get areDistributions(): boolean {
    const { probabilities, rows, classes } = this;
    if (!this.areClasses || this.kind === "decisions") return false;
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
  get likeliest(): Int32Array {
    if (this.#likeliest !== undefined) return this.#likeliest;
    const { probabilities, classes } = this;
    this.#likeliest = Int32Array.from({ length: this.rows }, (_, row) => {
      let best = 0;
      for (let k = 1; k < classes; k++)
        if (probabilities[row * classes + k] > probabilities[row * classes + best]) best = k;
      return best;
    });
    return this.#likeliest;
  }

  /** The class that each row is said to be: the likeliest, or by `threshold`. */
  get decided(): Int32Array {
    const { threshold } = this.options;
    if (threshold === undefined || this.classes !== 2) return this.likeliest;
    return (this.#decided ??= Int32Array.from({ length: this.rows }, (_, row) =>
      Number(this.probabilities[2 * row + 1] >= threshold),
    ));
  }

  /** Whether each label is one of the classes. */
  get areLabelled(): boolean {
    return this.labels.every((label) => Number.isInteger(label) && label >= 0 && label < this.classes);
  }

  /** Whether losses, and how sure the model is, mean something: probabilities that are such, of labels that are classes. */
  get areScorable(): boolean {
    return (this.#scorable ??= this.areDistributions && this.areLabelled);
  }

  /** How much each row counts, 1 in the mean: by its class where classes have weights. */
  get weights(): Float64Array {
    if (this.#weights !== undefined) return this.#weights;
    const { classWeight } = this.options;
    const given = Float64Array.from(
      this.labels,
      (label) => (this.areClasses ? classWeight?.[label] : 1) ?? 1,
    );
    const mean = given.reduce((sum, weight) => sum + weight, 0) / this.rows;
    return (this.#weights = given.map((weight) => (mean > 0 ? weight / mean : 1)));
  }

  /** What each row costs, times what it counts. */
  get weighed(): Float64Array {
    return this.options.classWeight === undefined
      ? this.losses
      : this.losses.map((loss, row) => loss * this.weights[row]);
  }

  /**
   * What each row costs: of classes the cross-entropy in nats (probabilities below 1e-7 count as that), of decisions 1 where
   * they are wrong, of a regression the squared error. A label that is no class costs NaN.
   */
  get losses(): Float64Array {
    if (this.#losses !== undefined) return this.#losses;
    const { labels, classes } = this;
    this.#losses = Float64Array.from({ length: this.rows }, (_, row) => {
      if (!this.areClasses) return (this.predictions[row] - labels[row]) ** 2;
      if (this.kind === "decisions") return Number(this.predictions[row] !== labels[row]);
      const probability = this.probabilities[row * classes + labels[row]];
      return probability === undefined || !(labels[row] >= 0 && labels[row] < classes)
        ? NaN
        : -Math.log(Math.min(1, Math.max(smallestProbability, probability)));
    });
    return this.#losses;
  }

  /** At most so many of the rows, the same each time, without their inputs. */
  sampled(most: number): PredictionsSubject {
    const { rows, width, options } = this;
    if (rows <= most) return this;
    if (this.#sampled?.rows === most) return this.#sampled;
    const chosen = sampleOf(rows, most);
    const predictions = new Float64Array(most * width);
    chosen.forEach((row, i) =>
      predictions.set(this.predictions.subarray(row * width, (row + 1) * width), i * width),
    );
    const labels = Float64Array.from(chosen, (row) => this.labels[row]);
    return (this.#sampled = new PredictionsSubject({ ...options, labels, predictions, inputs: undefined }));
  }

  /** Rows of each class: by training labels where they are known. */
  get classCounts(): Float64Array {
    return countClasses(this.options.trainingLabels ?? this.labels, this.classes);
  }
}

function refuseNaN(code: Code, what: string, values: Float64Array, width: number): void {
  const at = values.findIndex((value) => Number.isNaN(value));
  if (at < 0) return;
  throw new PlumbError(code, {
    asked: `${values.length / width} rows of predictions were to be checked`,
    arrived: `The ${what} of row ${Math.floor(at / width)} is not a number (NaN)`,
    why: "Scores of such rows mean nothing",
    fix: `Leave rows without a ${what} out, and find out why it is missing`,
  });
}

const maximum = (values: Float64Array): number =>
  values.reduce((most, value) => Math.max(most, value), -Infinity);

function oneHot(decided: Float64Array, classes: number): Float64Array {
  const out = new Float64Array(decided.length * classes);
  decided.forEach((of, row) => {
    if (of >= 0 && of < classes) out[row * classes + of] = 1;
  });
  return out;
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
