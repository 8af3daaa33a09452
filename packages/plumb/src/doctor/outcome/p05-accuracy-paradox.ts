import type { Diagnosis } from "../diagnosis.ts";
import type { Observation } from "../finding.ts";
import { shareOf } from "../statistics/intervals.ts";
import type { PredictionsSubject } from "../subjects/predictions.ts";
import { percent } from "../words.ts";
import { onJudged } from "./course.ts";

export const accuracyParadox: Diagnosis = {
  id: "P5",
  code: "PL4205",
  severity: "warning",
  title: "accuracy hides a class",
  thresholds: {
    aboveMajority: {
      value: 2,
      unit: "standard errors",
      source:
        "a model within two standard errors of always saying the commonest class has shown nothing by its accuracy",
    },
    recall: {
      value: 0.5,
      unit: "share of the rows of a class",
      source: "fault benchmark: a class of which half the rows are found is not hidden",
    },
    rare: {
      value: 1 / 3,
      unit: "rows of the class / rows of the commonest",
      source: "of classes that are about as common as each other a high accuracy hides none",
    },
  },
  explains: ["P11"],
  about: `Where one class is far commoner than the others, a model that always says that class is nearly always right: of 100
payments 98 are honest, and who calls all of them honest has an accuracy of 98%. The accuracy of a real model is then no
sign of anything; what counts is how many rows of the rare class it finds (its recall), and how many of those it names are
right (its precision).

It is told when the accuracy is not above that of the commonest class by more than two standard errors, and a class with at
least ten rows, and at most a third as many as the commonest, is found less than half the time.`,
  example: `const labels = Array.from({ length: 100 }, (_, row) => (row < 10 ? 1 : 0));
const report = await check({ labels, predictions: labels.map(() => 0.1), kind: "probabilities" });
console.log(report.findings[0].code); // PL4205`,
  rules: {
    predictions: observe,
    run: onJudged(observe),
  },
  sick: { check: () => saying(0.1) },
  healthy: { check: () => saying(0.9) },
};

/** Of 100 rows ten are of the second class; it gets this probability where it is true, and 0.1 where not. */
const saying = (probability: number) => {
  const labels = Array.from({ length: 100 }, (_, row) => (row < 10 ? 1 : 0));
  return {
    labels,
    predictions: labels.map((of) => (of === 1 ? probability : 0.1)),
    kind: "probabilities" as const,
  };
};

function observe(subject: PredictionsSubject): Observation[] {
  if (!subject.areClasses) return [];
  const { rows, labels, decided, classes, part } = subject;
  const { aboveMajority, recall, rare } = accuracyParadox.thresholds;
  const counts = new Float64Array(classes);
  const found = new Float64Array(classes);
  for (let row = 0; row < rows; row++) {
    counts[labels[row]] += 1;
    if (decided[row] === labels[row]) found[labels[row]] += 1;
  }
  const right = found.reduce((sum, of) => sum + of, 0);
  const commonest = counts.indexOf(Math.max(...counts));
  const [accuracy, majority] = [right / rows, counts[commonest] / rows];
  const error = Math.sqrt((majority * (1 - majority)) / rows);
  if (accuracy > majority + aboveMajority.value * error) return [];
  const missed = [...counts.keys()].filter(
    (k) =>
      counts[k] >= 10 && counts[k] <= rare.value * counts[commonest] && found[k] / counts[k] < recall.value,
  );
  if (missed.length === 0) return [];
  const worst = missed.reduce((a, b) => (found[b] / counts[b] < found[a] / counts[a] ? b : a));
  const share = shareOf(found[worst], counts[worst]);
  const name = subject.className(worst);
  return [
    {
      severity: "warning",
      title: `${percent(accuracy)} of ${part} are right, and ${percent(share.value)} of those that are ${name}`,
      number: share.value,
      threshold: recall.value,
      evidence: [
        `Always saying ${subject.className(commonest)} is right in ${percent(majority)}`,
        `${found[worst]} of ${counts[worst]} rows of ${name} were found (recall; 95 of 100 samples of this size would show ${percent(share.low)} to ${percent(share.high)})`,
      ],
      why: `${subject.className(commonest)} is so common that the accuracy says nothing of ${name}`,
      fix: `Judge by recall and precision, and let rows of ${name} count more: classWeight: { ${worst}: ${(counts[commonest] / counts[worst]).toPrecision(2)} }, or lower the threshold from 0.5`,
      where: { part },
    },
  ];
}
