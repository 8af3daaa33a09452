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
    // Logits of many rows lie on both sides of 0, and seldom as far from it.
    const arePercentages = low >= 0 && high > 20 && high <= 100;
    return [
      {
        severity: "error",
        title: `${outside.length} of ${count(rows, "row")} (${percent(outside.length / rows)}) ${outside.length === 1 ? "has" : "have"} predictions outside 0 … 1, which cannot be probabilities`,
        number: outside.length / rows,
        threshold: 0,
        evidence: [
          `The predictions lie between ${show(low)} and ${show(high)}; the first such rows are ${some(outside)}`,
          ...(arePercentages ? [] : [bothLosses(subject)]),
        ],
        why: `Most likely they are ${arePercentages ? "percentages" : "logits, the numbers that go into a softmax or sigmoid"}. Scored as probabilities they are cut off at 0 and 1, and the loss means nothing`,
        fix: arePercentages
          ? "Divide them by 100: predictions.map((value) => value / 100)"
          : `Say that they are logits, kind: "logits" (on the command line --logits instead of --probs or --pred), or apply ${width === 1 ? "a sigmoid" : "a softmax"} to them first`,
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
      title: `In ${off.length} of ${count(rows, "row")} (${percent(off.length / rows)}) the probabilities do not sum to 1`,
      number: off.length / rows,
      threshold: 0,
      evidence: [`In row ${off[0]} they sum to ${show(Number(sum.toPrecision(3)))}`, bothLosses(subject)],
      why: "Where each row belongs to one class, its probabilities sum to 1; where they do not, cross-entropy, Brier score and calibration mean nothing",
      fix: "Give the columns of all classes, and end the model in a softmax rather than in a sigmoid for each class",
      where: { part, rows: off.slice(0, 10) },
    },
  ];
}

const bounds = (values: Float64Array): readonly [number, number] =>
  values.reduce<[number, number]>(
    ([low, high], value) => [Math.min(low, value), Math.max(high, value)],
    [Infinity, -Infinity],
  );
