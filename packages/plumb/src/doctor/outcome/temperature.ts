/** Temperature scaling: Guo, Pleiss, Sun and Weinberger, On calibration of modern neural networks, 2017. */
import { smallestProbability, type PredictionsSubject } from "../subjects/predictions.ts";

/** The best temperature, and the loss with it. */
export interface Tempered {
  /** Logits are divided by it: above 1 makes the model less sure. */
  readonly temperature: number;
  readonly loss: number;
  /** Whether it lies at an end of what was tried. */
  readonly atEnd: boolean;
}

/** Temperatures that are looked at, as logarithms; and halvings of that stretch. */
const [coldest, hottest, halvings] = [Math.log(0.05), Math.log(20), 40];

/** The temperature with the lowest cross-entropy of some rows: that has one minimum, which a golden section finds. */
export function bestTemperature(subject: PredictionsSubject, rows: ArrayLike<number>): Tempered {
  const loss = (logarithm: number): number => lossAt(subject, rows, Math.exp(logarithm));
  const golden = (Math.sqrt(5) - 1) / 2;
  let [from, to] = [coldest, hottest];
  let [left, right] = [to - golden * (to - from), from + golden * (to - from)];
  let [atLeft, atRight] = [loss(left), loss(right)];
  for (let i = 0; i < halvings; i++) {
    if (atLeft < atRight) {
      [to, right, atRight] = [right, left, atLeft];
      left = to - golden * (to - from);
      atLeft = loss(left);
    } else {
      [from, left, atLeft] = [left, right, atRight];
      right = from + golden * (to - from);
      atRight = loss(right);
    }
  }
  const middle = (from + to) / 2;
  const atEnd = Math.min(middle - coldest, hottest - middle) < 0.01;
  return { temperature: Math.exp(middle), loss: loss(middle), atEnd };
}

/** The mean cross-entropy of rows at a temperature. */
export function lossAt(
  { classes, labels, probabilities }: PredictionsSubject,
  rows: ArrayLike<number>,
  temperature: number,
): number {
  let total = 0;
  for (let i = 0; i < rows.length; i++) {
    const start = rows[i] * classes;
    const scaled = (k: number): number =>
      Math.log(Math.max(smallestProbability, probabilities[start + k])) / temperature;
    let high = -Infinity;
    for (let k = 0; k < classes; k++) high = Math.max(high, scaled(k));
    let sum = 0;
    for (let k = 0; k < classes; k++) sum += Math.exp(scaled(k) - high);
    total += high + Math.log(sum) - scaled(labels[rows[i]]);
  }
  return total / rows.length;
}
