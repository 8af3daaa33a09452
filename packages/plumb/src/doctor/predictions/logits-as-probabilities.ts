/** C1, of predictions alone: numbers that are no probabilities are scored as such. */
import type { Observation } from "../finding.ts";
import type { PredictionsSubject } from "../subjects/predictions.ts";
import { count, percent, show, some } from "../words.ts";
import { bothLosses, sumsOff } from "./both-ways.ts";

/** A probability of 1 may come out a little above it in single precision. */
const rounding = 1e-6;

export function logitsAsProbabilities(subject: PredictionsSubject): Observation[] {
  const { areClasses, kind, predictions, width, rows, part } = subject;
  if (!areClasses || kind !== "probabilities") return [];
  const outside: number[] = [];
  predictions.forEach((value, i) => {
    const row = Math.floor(i / width);
    if ((value < -rounding || value > 1 + rounding) && outside.at(-1) !== row) outside.push(row);
  });
  if (outside.length > 0) {
    const [low, high] = [Math.min(...bounds(predictions)), Math.max(...bounds(predictions))];
    return [
      {
        severity: "error",
        title: `${count(outside.length, "row")} of ${rows} (${percent(outside.length / rows)}) have predictions outside 0 … 1: they are no probabilities`,
        number: outside.length / rows,
        threshold: 0,
        evidence: [
          `The predictions go from ${show(low)} to ${show(high)}; the first rows outside are ${some(outside)}`,
          bothLosses(subject),
        ],
        why: "Scored as probabilities such numbers are cut off at 0 and 1, and cost nothing or 16.1 whatever the model meant",
        fix: 'Say what they are: kind: "logits", on the command line --logits in the place of --probs or --pred; or put a softmax (one column: a sigmoid) behind the model',
        where: { part, rows: outside.slice(0, 10) },
      },
    ];
  }
  const off = width > 1 ? sumsOff(subject) : [];
  if (off.length === 0) return [];
  const sum = predictions.subarray(off[0] * width, (off[0] + 1) * width).reduce((a, b) => a + b, 0);
  return [
    {
      severity: "warning",
      title: `The probabilities of ${count(off.length, "row")} of ${rows} (${percent(off.length / rows)}) do not sum to 1`,
      number: off.length / rows,
      threshold: 0,
      evidence: [`Those of row ${off[0]} sum to ${show(sum)}`, bothLosses(subject)],
      why: "Of classes that exclude each other the probabilities sum to 1; where they do not, cross-entropy, Brier score and calibration mean nothing",
      fix: "Take the columns of all classes, and end the model in a softmax in the place of a sigmoid for each class",
      where: { part, rows: off.slice(0, 10) },
    },
  ];
}

const bounds = (values: Float64Array): readonly [number, number] =>
  values.reduce<[number, number]>(
    ([low, high], value) => [Math.min(low, value), Math.max(high, value)],
    [Infinity, -Infinity],
  );
