/** D17, of predictions alone: labels that the model contradicts with good reason. */
import type { Observation } from "../finding.ts";
import { suspects } from "../statistics/confident-learning.ts";
import type { PredictionsSubject } from "../subjects/predictions.ts";
import { count, percent, show } from "../words.ts";

/** Standard deviations above what is to be expected: one in twenty models whose probabilities are right would show as much. */
const excess = 2;

/** So many rows are shown. */
const shown = 5;

export function labelErrors(subject: PredictionsSubject): Observation[] {
  const { areClasses, labels, classes, probabilities, rows, part } = subject;
  if (!areClasses || !subject.areDistributions) return [];
  if (labels.some((label) => !(label >= 0 && label < classes))) return [];
  const found = suspects(labels, probabilities, classes);
  const expected = expectedSuspects(subject);
  if (found.length <= expected + excess * Math.sqrt(expected)) return [];
  return [
    {
      severity: "information",
      title: `${count(found.length, "label")} of ${rows} (${percent(found.length / rows)}) may be wrong`,
      number: found.length / rows,
      threshold: (expected + excess * Math.sqrt(expected)) / rows,
      evidence: [
        `By its own probabilities the model would contradict ${show(Math.round(expected))} labels so clearly`,
        ...found
          .slice(0, shown)
          .map(
            ({ row, given, looksLike }) =>
              `Row ${row} is labelled ${subject.className(given)} and looks like ${subject.className(looksLike)}, with ${percent(probabilities[row * classes + looksLike])} against ${percent(probabilities[row * classes + given])}`,
          ),
      ],
      why: "The model is as sure of another class there as it is of rows that belong to it; if it is right, the label is not",
      fix: "Look at these rows, the first ones first; the list holds only for predictions of rows that were not trained on",
      where: { part, rows: found.slice(0, 10).map(({ row }) => row) },
    },
  ];
}

/**
 * How many suspects there would be were the probabilities right: of each row that is as sure of a class as its rows are in
 * the mean, what is left to the others. A model that gives 80% is contradicted by a fifth of right labels.
 */
function expectedSuspects({ labels, decided, probabilities, classes, rows }: PredictionsSubject): number {
  const [sums, counts] = [new Float64Array(classes), new Float64Array(classes)];
  for (let row = 0; row < rows; row++) {
    sums[labels[row]] += probabilities[row * classes + labels[row]];
    counts[labels[row]] += 1;
  }
  let expected = 0;
  for (let row = 0; row < rows; row++) {
    const probability = probabilities[row * classes + decided[row]];
    if (probability >= sums[decided[row]] / counts[decided[row]]) expected += 1 - probability;
  }
  return expected;
}
