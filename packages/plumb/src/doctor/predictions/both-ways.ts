/** What predictions cost, read as probabilities and read as logits. */
import { meanOf } from "../statistics/intervals.ts";
import { PredictionsSubject, type PredictionKind } from "../subjects/predictions.ts";
import { show } from "../words.ts";

/** The mean cross-entropy of the same numbers, read as something. */
export const lossReadAs = ({ options }: PredictionsSubject, kind: PredictionKind): number =>
  meanOf(new PredictionsSubject({ ...options, kind }).losses).mean;

/** Both losses as a sentence. */
export const bothLosses = (subject: PredictionsSubject): string =>
  `Read as probabilities these numbers have a loss of ${show(lossReadAs(subject, "probabilities"))}, read as logits one of ${show(lossReadAs(subject, "logits"))}`;

/** Whether all numbers lie in [0, 1], and rows of several sum to 1 but for rounding. */
export function lookLikeProbabilities(subject: PredictionsSubject): boolean {
  const { predictions, width } = subject;
  return (
    predictions.every((value) => value >= 0 && value <= 1) && (width === 1 || sumsOff(subject).length === 0)
  );
}

/** The rows whose columns do not sum to 1, within what rounding to two digits leaves. */
export function sumsOff({ predictions, width, rows }: PredictionsSubject): number[] {
  const tolerance = Math.max(0.02, 0.006 * width);
  const sumOf = (row: number): number =>
    predictions.subarray(row * width, (row + 1) * width).reduce((sum, value) => sum + value, 0);
  return Array.from({ length: rows }, (_, row) => row).filter(
    (row) => !(Math.abs(sumOf(row) - 1) <= tolerance),
  );
}
