/** D17, of predictions alone: labels that the model contradicts with good reason. */
import type { Observation } from "../finding.ts";
import { contradictedAnywhere, suspects } from "../statistics/confident-learning.ts";
import { countClasses } from "../statistics/entropy.ts";
import type { PredictionsSubject } from "../subjects/predictions.ts";
import { count, percent } from "../words.ts";

/** Standard deviations above what is to be expected: one in twenty models whose probabilities are right would show as much. */
const excess = 2;

/** So many rows are shown. */
const shown = 5;

export function labelErrors(subject: PredictionsSubject): Observation[] {
  const { areClasses, labels, classes, probabilities, rows, part } = subject;
  if (!areClasses || !subject.areDistributions) return [];
  if (labels.some((label) => !(label >= 0 && label < classes))) return [];
  // A model that knows less than the commonest class has no say.
  const agreeing = subject.likeliest.reduce((sum, of, row) => sum + Number(of === labels[row]), 0);
  if (agreeing < Math.max(...countClasses(labels, classes))) return [];
  if (!contradictedAnywhere(labels, probabilities, classes)) return [];
  const found = suspects(labels, probabilities, classes);
  const expected = expectedSuspects(subject);
  if (found.length <= expected + excess * Math.sqrt(expected)) return [];
  return [
    {
      severity: "information",
      title: `${found.length} of ${count(rows, "label")} (${percent(found.length / rows)}) may be wrong`,
      number: found.length / rows,
      threshold: (expected + excess * Math.sqrt(expected)) / rows,
      evidence: [
        `Were all labels right and the model's probabilities what they say, it would contradict about ${Math.round(expected)} of them as clearly`,
        ...found
          .slice(0, shown)
          .map(
            ({ row, given, looksLike }) =>
              `Row ${row} is labelled ${subject.className(given)}, to which the model gives ${percent(probabilities[row * classes + given])}; it gives ${percent(probabilities[row * classes + looksLike])} to ${subject.className(looksLike)}`,
          ),
      ],
      why: "In these rows the model is as sure of another class as it usually is of rows of that class; if it is right, the label is wrong",
      fix: "Look at these rows, in this order, and correct the labels that are wrong. This holds only for rows that the model was not trained on",
      where: { part, rows: found.slice(0, 10).map(({ row }) => row) },
    },
  ];
}

/**
 * How many suspects there would be were the probabilities right: of each row that is as sure of a class as its rows are in
 * the mean, what is left to the others. A model that gives 80% is contradicted by a fifth of right labels.
 */
function expectedSuspects({ labels, likeliest, probabilities, classes, rows }: PredictionsSubject): number {
  const [sums, counts] = [new Float64Array(classes), new Float64Array(classes)];
  for (let row = 0; row < rows; row++) {
    sums[labels[row]] += probabilities[row * classes + labels[row]];
    counts[labels[row]] += 1;
  }
  let expected = 0;
  for (let row = 0; row < rows; row++) {
    const probability = probabilities[row * classes + likeliest[row]];
    if (probability >= sums[likeliest[row]] / counts[likeliest[row]]) expected += 1 - probability;
  }
  return expected;
}
