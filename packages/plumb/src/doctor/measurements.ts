/** Losses and metrics of predictions, each with the interval in which it would lie on other rows of the same kind. */
import { calibrationEstimate } from "./statistics/calibration.ts";
import { meanOf, shareOf, type Estimate } from "./statistics/intervals.ts";
import { normalEstimate, resampledError, rowsToResample } from "./statistics/resampling.ts";
import { averagePrecision, onLogits, ordered, rocAreaEstimate, type Ordered } from "./statistics/scores.ts";
import type { PredictionsSubject } from "./subjects/predictions.ts";

/** Values with their intervals of 95%, by name. */
export type Measurements = Readonly<Record<string, Estimate>>;

/**
 * Measures predictions. The names are those of the library's metrics.
 *
 * Of classes: `crossentropy` in nats, `accuracy`, `balancedAccuracy`, `brierScore`, `expectedCalibrationError`; of two
 * classes `precision`, `recall` and `f1Score` of the second, `specificity`, `rocAuc` and `averagePrecision`; of more
 * `precision of NAME`, `recall of NAME` and `f1Score of NAME`. Of a regression: `meanSquaredError`, `rootMeanSquaredError`,
 * `meanAbsoluteError`, `r2Score`. What cannot be measured is left out: the recall of a class without rows; losses and
 * calibration of numbers that are no probabilities, or of labels that are no classes.
 *
 * Intervals of shares are Wilson's; of means of rows normal; of the ROC area after DeLong, and Hanley and McNeil; of average
 * precision and calibration from samples of the rows with a fixed seed.
 */
export function measure(subject: PredictionsSubject): Measurements {
  const all = subject.areClasses ? ofClasses(subject) : ofValues(subject);
  return Object.fromEntries(Object.entries(all).filter(([, { value }]) => !Number.isNaN(value)));
}

const atLeast0 = [0, Infinity] as const;

const ofRows = (
  values: ArrayLike<number>,
  range: readonly [number, number] = [-Infinity, Infinity],
): Estimate => {
  const { mean, standardError } = meanOf(values);
  return normalEstimate(mean, standardError, range);
};

function ofValues({ rows, labels, predictions, losses }: PredictionsSubject): Record<string, Estimate> {
  const squared = ofRows(losses, atLeast0);
  const center = meanOf(labels).mean;
  const spread = labels.map((label) => (label - center) ** 2);
  const ratio = squared.value / meanOf(spread).mean;
  // A ratio of means, to first order: its error is that of (row's error − ratio · row's spread) / mean spread.
  const { standardError } = meanOf(losses.map((loss, row) => loss - ratio * spread[row]));
  return {
    meanSquaredError: squared,
    rootMeanSquaredError: mapped(squared, Math.sqrt),
    meanAbsoluteError: ofRows(
      labels.map((label, row) => Math.abs(predictions[row] - label)),
      atLeast0,
    ),
    ...(rows > 1 && Number.isFinite(ratio)
      ? {
          r2Score: normalEstimate(1 - ratio, standardError / meanOf(spread).mean, [-Infinity, 1]),
        }
      : {}),
  };
}

/** An estimate through a function that rises. */
const mapped = ({ value, low, high }: Estimate, through: (x: number) => number): Estimate => ({
  value: through(value),
  low: through(low),
  high: through(high),
});

/** How often each class was true, was said, and both. */
export interface ClassCounts {
  readonly labelled: Float64Array;
  readonly said: Float64Array;
  readonly found: Float64Array;
}

export function classCounts({ rows, classes, labels, decided }: PredictionsSubject): ClassCounts {
  const [labelled, said, found] = [0, 1, 2].map(() => new Float64Array(classes));
  for (let row = 0; row < rows; row++) {
    said[decided[row]] += 1;
    if (labels[row] >= 0 && labels[row] < classes) labelled[labels[row]] += 1;
    if (labels[row] === decided[row]) found[decided[row]] += 1;
  }
  return { labelled, said, found };
}

/**
 * F1 = 2J / (1 + J) where J is the share of right rows among those that are of the class or were said to be: a share, so
 * that it has Wilson's interval, and what rises with it has one too.
 */
export const f1Of = (found: number, labelled: number, said: number): Estimate =>
  mapped(shareOf(found, labelled + said - found), (j) => (2 * j) / (1 + j));

function ofClasses(subject: PredictionsSubject): Record<string, Estimate> {
  const { rows, classes, areScorable } = subject;
  const { labelled, said, found } = classCounts(subject);
  const binary = classes === 2;
  const all: Record<string, Estimate> = {
    ...(areScorable ? { crossentropy: ofRows(subject.losses, atLeast0) } : {}),
    accuracy: shareOf(
      found.reduce((sum, of) => sum + of, 0),
      rows,
    ),
    balancedAccuracy: balanced(found, labelled),
  };
  for (let k = binary ? 1 : 0; k < classes; k++) {
    const of = binary ? "" : ` of ${subject.className(k)}`;
    all[`precision${of}`] = shareOf(found[k], said[k]);
    all[`recall${of}`] = shareOf(found[k], labelled[k]);
    all[`f1Score${of}`] = f1Of(found[k], labelled[k], said[k]);
  }
  return {
    ...all,
    ...(binary ? { specificity: shareOf(found[0], labelled[0]), ...ofScores(subject, labelled) } : {}),
    ...(areScorable
      ? {
          brierScore: ofRows(brierByRow(subject), [0, binary ? 1 : 2]),
          expectedCalibrationError: calibrationOf(subject),
        }
      : {}),
  };
}

/** The mean of recalls, with an interval from those of each: Zou and Donner, 2008 (MOVER). */
function balanced(found: Float64Array, labelled: Float64Array): Estimate {
  const present = [...labelled.keys()].filter((k) => labelled[k] > 0);
  const recalls = present.map((k) => shareOf(found[k], labelled[k]));
  const mean = (of: readonly number[]): number => of.reduce((sum, x) => sum + x, 0) / present.length;
  const value = mean(recalls.map((recall) => recall.value));
  const away = (end: "low" | "high"): number =>
    Math.sqrt(recalls.reduce((sum, recall) => sum + (recall[end] - recall.value) ** 2, 0)) / present.length;
  return { value, low: Math.max(0, value - away("low")), high: Math.min(1, value + away("high")) };
}

function ofScores(subject: PredictionsSubject, labelled: Float64Array): Record<string, Estimate> {
  if (labelled[0] === 0 || labelled[1] === 0 || subject.kind === "decisions") return {};
  const { order, isPositive } = inOrder(subject);
  const precision = averagePrecision(order, isPositive, new Float64Array(subject.rows).fill(1));
  return {
    rocAuc: rocAreaEstimate(order, isPositive),
    averagePrecision: averagePrecisionEstimate(subject, precision, labelled[1]),
  };
}

/** By samples of the rows, on the scale of logits; of 1, which all samples show, as a share of the rows of the class. */
function averagePrecisionEstimate(subject: PredictionsSubject, value: number, positives: number): Estimate {
  if (value === 1) return shareOf(positives, positives);
  const { order, isPositive } = inOrder(subject.sampled(rowsToResample));
  const error = resampledError(isPositive.length, (times) => averagePrecision(order, isPositive, times));
  return onLogits(value, error * Math.sqrt(isPositive.length / subject.rows));
}

/** Rows from the highest score of the second class to the lowest. */
interface InOrder {
  readonly order: Ordered;
  readonly isPositive: Uint8Array;
}

function inOrder({ rows, width, kind, labels, predictions, probabilities }: PredictionsSubject): InOrder {
  // Logits tell rows apart that are both 1 as probabilities.
  const scores =
    width === 1
      ? predictions
      : Float64Array.from({ length: rows }, (_, row) =>
          kind === "logits" ? margin(predictions, row) : probabilities[2 * row + 1],
        );
  return { order: ordered(scores), isPositive: Uint8Array.from(labels, (label) => Number(label === 1)) };
}

const margin = (logits: Float64Array, row: number): number => logits[2 * row + 1] - logits[2 * row];

/** Brier's score of each row: Σ (p − y)²; of two classes half of it, as scikit-learn has it. */
function brierByRow({ rows, classes, labels, probabilities }: PredictionsSubject): Float64Array {
  return Float64Array.from({ length: rows }, (_, row) => {
    let sum = 0;
    for (let k = 0; k < classes; k++)
      sum += (probabilities[row * classes + k] - Number(labels[row] === k)) ** 2;
    return classes === 2 ? sum / 2 : sum;
  });
}

/** How sure each row is, and whether it was right: of one column the probability of the second class, else of the likeliest. */
export function confidences({ rows, classes, labels, likeliest, probabilities }: PredictionsSubject): {
  readonly said: Float64Array;
  readonly isRight: Uint8Array;
} {
  // Of two classes what is said of the second is all that is said, in one column or in two.
  const classOf = (row: number): number => (classes === 2 ? 1 : likeliest[row]);
  return {
    said: Float64Array.from({ length: rows }, (_, row) => probabilities[row * classes + classOf(row)]),
    isRight: Uint8Array.from({ length: rows }, (_, row) => Number(labels[row] === classOf(row))),
  };
}

const calibrations = new WeakMap<PredictionsSubject, Estimate>();

/** Expected calibration error with its interval; computed once for each subject. */
export function calibrationOf(subject: PredictionsSubject): Estimate {
  const known = calibrations.get(subject);
  if (known !== undefined) return known;
  const estimate = calibrationEstimate(confidences(subject), confidences(subject.sampled(rowsToResample)));
  calibrations.set(subject, estimate);
  return estimate;
}
