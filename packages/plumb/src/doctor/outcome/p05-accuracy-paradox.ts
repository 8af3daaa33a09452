import type { Diagnosis } from "../diagnosis.ts";
import type { Observation } from "../finding.ts";
import { shareOf } from "../statistics/intervals.ts";
import type { PredictionsSubject } from "../subjects/predictions.ts";
import type { Course, RunSubject } from "../subjects/run.ts";
import { capital, percent, show } from "../words.ts";
import { endOf, onJudged } from "./course.ts";

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
    gained: {
      value: 0.25,
      unit: "share of the errors of always saying the commonest class that are gone",
      source:
        "where that class has more than half of the rows; beside the standard errors, which are tiny in 100,000 rows: with 2.3% of a class of which 12% are found, the accuracy is above the commonest class by six of them",
    },
    recall: {
      value: 0.5,
      unit: "share of the rows of a class",
      source: "a class of which half the rows are found is not hidden",
    },
    sure: {
      value: 1.28,
      unit: "standard errors below that recall",
      source: "1 of 10 classes of which half the rows are found in truth would show as few",
    },
    rare: {
      value: 1 / 3,
      unit: "rows of the class / rows of the commonest",
      source: "of classes that are about as common as each other a high accuracy hides none",
    },
  },
  explains: ["P11", "D6", "C11"],
  about: `Where one class is far commoner than the others, a model that always says that class is nearly always right: of 100
payments 98 are honest, and calling all of them honest has an accuracy of 98%. So the accuracy of a real model says little.
What counts is how many rows of the rare class it finds (its recall), and how many of the rows it names are right (its
precision).

It is told when the accuracy is hardly above that of always saying the commonest class (by less than two standard errors, or,
where that class has more than half of the rows, by less than a quarter of the errors which that makes), and a class with at least ten rows, and at most a third as many as the
commonest, is found clearly less than half the time.

Of two classes accuracy and recall alone tell it too. With an accuracy of 98% at most 2% of all rows are missed; where only
12% of a class are found, these 2% are at least 88% of it, so that it has at most 2.3% of the rows.`,
  example: `const labels = Array.from({ length: 100 }, (_, row) => (row < 10 ? 1 : 0));
const predictions = labels.map(() => 0.1);
const report = await check({ labels, predictions, kind: "probabilities" });
console.log(report.findings[0].code); // PL4205`,
  rules: {
    predictions: observe,
    run: async (run) => (await onJudged(observe)(run)) ?? byCourse(run),
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

/**
 * Of two classes, what the numbers of the epochs say. The missed rows of a class are at most all wrong ones, so that it has at
 * most (1 − accuracy) / (1 − recall) of the rows. A share of recall · (2 − 1 / precision) of the errors of always saying the
 * other class is gone, with no precision known at most that of the recall.
 */
function byCourse({ course: { history }, objective }: RunSubject): Observation[] {
  if ((objective?.classes ?? 2) !== 2) return [];
  const ends = ["val_", ""].map((part) => ({ part, ...scoresIn(history, part) }));
  const seen = ends.find((of) => of.accuracy !== undefined && of.recall !== undefined);
  const { accuracy = NaN, recall: share = NaN, precision = 1, part } = seen ?? {};
  const { gained, recall, rare } = accuracyParadox.thresholds;
  const most = (1 - accuracy) / (1 - share);
  const gone = share * (2 - 1 / precision);
  if (!(share < recall.value && most <= rare.value / (1 + rare.value)) || gone >= gained.value) return [];
  const rows = part === "val_" ? "the validation rows" : "the training rows";
  return [
    {
      severity: "warning",
      title: `${percent(accuracy)} of ${rows} are classified correctly, but only ${percent(share)} of those of the class that is looked for`,
      number: share,
      threshold: recall.value,
      evidence: [
        `The accuracy is ${show(accuracy)}, and the recall, the share of the rows of that class which are found, is ${show(share)}`,
        `At most ${percent(1 - accuracy)} of all rows are missed, and they are ${percent(1 - share)} of that class: it has at most ${percent(most)} of the rows, and always answering the other one would be right in at least ${percent(1 - most)}`,
      ],
      why: "The other class is so common that the accuracy says next to nothing about this one",
      fix: 'Let the rare class count more in training, classWeight: { 0: 1, 1: 10 }, or answer it from a lower probability than 0.5 on, and judge by recall and precision: metrics: ["recall", "precision"]',
      where: { part: rows },
    },
  ];
}

/** Where the accuracy, the recall and the precision of a part end, by the names that metrics have. */
function scoresIn(
  history: Course["history"],
  part: string,
): { readonly accuracy?: number; readonly recall?: number; readonly precision?: number } {
  const endOfFirst = (...names: readonly string[]): number | undefined =>
    names
      .map((name) => history[part + name] ?? [])
      .filter((curve) => curve.length > 0)
      .map(endOf)[0];
  return {
    accuracy: endOfFirst("accuracy", "binaryAccuracy", "binary_accuracy", "acc"),
    recall: endOfFirst("recall"),
    precision: endOfFirst("precision"),
  };
}

function observe(subject: PredictionsSubject): Observation[] {
  if (!subject.areClasses) return [];
  const { rows, labels, decided, classes, part } = subject;
  const { aboveMajority, gained, recall, sure, rare } = accuracyParadox.thresholds;
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
  // Where no class has half of the rows no accuracy looks high by it: what is surely above it was learned.
  const least = Math.max(aboveMajority.value * error, majority > 0.5 ? gained.value * (1 - majority) : 0);
  if (accuracy > majority + least) return [];
  const fewFound = (of: number): number =>
    recall.value - sure.value * Math.sqrt((recall.value * (1 - recall.value)) / of);
  const missed = [...counts.keys()].filter(
    (k) =>
      counts[k] >= 10 &&
      counts[k] <= rare.value * counts[commonest] &&
      found[k] / counts[k] < fewFound(counts[k]),
  );
  if (missed.length === 0) return [];
  // "Balanced": rows / (classes × rows of the class).
  const weightOf = (k: number): number => Number((rows / (classes * counts[k])).toPrecision(2));
  const worst = missed.reduce((a, b) => (found[b] / counts[b] < found[a] / counts[a] ? b : a));
  const share = shareOf(found[worst], counts[worst]);
  const name = subject.className(worst);
  return [
    {
      severity: "warning",
      title: `${percent(accuracy)} of ${part} are classified correctly, but only ${percent(share.value)} of ${name}`,
      number: share.value,
      threshold: recall.value,
      evidence: [
        `Always answering ${subject.className(commonest)} would be right in ${percent(majority)}`,
        `${found[worst]} of the ${counts[worst]} rows of ${name} were found: a recall of ${percent(share.value)}, with an interval of 95% from ${percent(share.low)} to ${percent(share.high)}`,
      ],
      why: `${capital(subject.className(commonest))} is so common that the accuracy says next to nothing about ${name}`,
      fix: `Let the rows of ${name} count more in training, classWeight: { ${[...counts.keys()].map((k) => `${k}: ${weightOf(k)}`).join(", ")} }, ${classes === 2 ? `or answer ${name} from a lower probability than 0.5 on, ` : ""}and judge by recall and precision: metrics: ${classes === 2 ? '["recall", "precision"]' : '["classRecall", "classPrecision"]'}`,
      where: { part },
    },
  ];
}
