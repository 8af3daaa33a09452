/** How good predictions are, in the terms of the task: shares of rows for classes, the target's own units for quantities. */
import {
  ConfusionMatrix,
  losses,
  MeanAbsoluteErrorMetric,
  MeanSquaredErrorMetric,
  R2Score,
  RootMeanSquaredError,
  tensor,
} from "plumb-ml";
import type { Objective, Scale } from "./objective.ts";

export interface ClassScore {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  /** Rows that are of the class. */
  readonly rows: number;
}

export interface ClassesScore {
  readonly accuracy: number;
  /** The mean F1 of the classes that occur or were predicted, each counting the same. */
  readonly macroF1: number;
  readonly perClass: Readonly<Record<string, ClassScore>>;
  /** Rows of class i that were predicted j, at `[i][j]`. */
  readonly confusion: readonly (readonly number[])[];
}

export interface RegressionScore {
  readonly r2: number;
  readonly mse: number;
  readonly rmse: number;
  readonly mae: number;
}

/** Probabilities `[rows, classes]` from the outputs of a network: one output is the probability of the second class. */
export function probabilitiesOf(outputs: ArrayLike<number>, units: number, classes: number): Float64Array {
  if (units === classes) return Float64Array.from(outputs);
  const out = new Float64Array(outputs.length * 2);
  for (let row = 0; row < outputs.length; row++) {
    out[2 * row] = 1 - outputs[row];
    out[2 * row + 1] = outputs[row];
  }
  return out;
}

/** The most probable class of each row; of equals the first. With a threshold the second of two classes, from it on. */
export function decide(probabilities: Float64Array, classes: number, threshold?: number): Int32Array {
  return Int32Array.from({ length: probabilities.length / classes }, (_, row) => {
    const at = row * classes;
    if (threshold !== undefined) return Number(probabilities[at + 1] >= threshold);
    let best = 0;
    for (let k = 1; k < classes; k++) if (probabilities[at + k] > probabilities[at + best]) best = k;
    return best;
  });
}

/** Scores decided classes. A class that neither occurs nor is predicted has precision, recall and F1 of 0. */
export function scoreClasses(
  truth: Int32Array,
  decided: Int32Array,
  classes: readonly string[],
): ClassesScore {
  const metric = new ConfusionMatrix({ numClasses: classes.length });
  metric.updateState(truth, decided);
  const confusion = metric.result().arraySync() as number[][];
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  const share = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);
  const perClass = classes.map((_, k): ClassScore => {
    const right = confusion[k][k];
    const rows = sum(confusion[k]);
    const predicted = sum(confusion.map((row) => row[k]));
    const f1 = share(2 * right, rows + predicted);
    return { precision: share(right, predicted), recall: share(right, rows), f1, rows };
  });
  const seen = perClass.filter(({ rows }, k) => rows > 0 || confusion.some((row) => row[k] > 0));
  return {
    accuracy: share(sum(confusion.map((row, k) => row[k])), truth.length),
    macroF1: share(sum(seen.map(({ f1 }) => f1)), seen.length),
    perClass: Object.fromEntries(classes.map((name, k) => [name, perClass[k]])),
    confusion,
  };
}

/** Scores quantities, both in the target's own units, in double. */
export function scoreRegression(truth: Float64Array, predicted: Float64Array): RegressionScore {
  const column = (values: Float64Array): ReturnType<typeof tensor> => tensor(values, [values.length, 1]);
  const value = (metric: R2Score | RootMeanSquaredError): number => {
    metric.updateState(column(truth), column(predicted));
    return metric.result().itemSync();
  };
  return {
    r2: value(new R2Score()),
    mse: value(new MeanSquaredErrorMetric()),
    rmse: value(new RootMeanSquaredError()),
    mae: value(new MeanAbsoluteErrorMetric()),
  };
}

/** Predictions in the target's own units, from outputs of the network. */
export const unscaled = (outputs: ArrayLike<number>, { mean, deviation }: Scale): Float64Array =>
  Float64Array.from(outputs, (output) => output * deviation + mean);

/** The loss of giving every row the same outputs: what a model has to beat. */
export function constantLoss(objective: Objective, truth: Float64Array, outputs: readonly number[]): number {
  const { data, shape } = objective.labels(truth);
  const rows = truth.length;
  const same = Float32Array.from({ length: rows * outputs.length }, (_, i) => outputs[i % outputs.length]);
  const loss = losses.get(objective.loss as "mse");
  return loss.call(tensor(data, shape), tensor(same, [rows, outputs.length])).itemSync();
}
