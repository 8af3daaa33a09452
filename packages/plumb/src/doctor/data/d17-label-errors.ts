import type { Diagnosis } from "../diagnosis.ts";
import { heldOutAnswers, linear, neighbours, type Learner } from "../experiments/simple-models.ts";
import { clouds } from "../made-up.ts";
import { onJudged } from "../outcome/course.ts";
import { labelErrors as contradicted } from "../predictions/label-errors.ts";
import { anywhere, contradictedAnywhere, suspects } from "../statistics/confident-learning.ts";
import { countClasses } from "../statistics/entropy.ts";
import { shareOf } from "../statistics/intervals.ts";
import type { DataSubject } from "../subjects/data.ts";
import { percent } from "../words.ts";
import { questionOf, type Question } from "./target.ts";

/** So many rows are named. */
const [shownRows, keptRows] = [5, 50];

/** Neighbours that are asked: enough that one wrong label among them does not count. */
const asked = 10;

export const labelErrors: Diagnosis = {
  id: "D17",
  code: "PL3117",
  severity: "information",
  title: "labels look wrong",
  thresholds: {
    share: {
      value: 0.01,
      unit: "share of the rows, lower end of its interval",
      source:
        "Northcutt, Athalye and Mueller, Pervasive label errors in test sets, 2021: 0.2% to 10% of the labels of well-known sets; below 1% they hardly change a model",
    },
    gain: {
      value: 0.3,
      unit: "share of the errors of always saying the commonest class that the better simple model avoids",
      source: "chosen: a model that hardly knows the classes cannot say that a label is wrong",
    },
    surest: {
      value: anywhere.surest,
      unit: "of the rows: those that are predicted most surely, or half where these are fewer than 100",
      source:
        "chosen: rows beyond the border between two classes that overlap lie near it, wrong labels lie anywhere",
    },
    flat: {
      value: anywhere.flat,
      unit: "times as often as among all rows are labels contradicted among the surest (lower end of the interval)",
      source:
        "chosen: labels that are wrong at random give 1, clouds that a straight line parts in 84% of the rows 0.1",
    },
    overlap: {
      value: anywhere.overlap,
      unit: "of the rows contradicted (among many classes as many as make it comparable with two): from here on the above rises by 0.03 with each hundredth",
      source:
        "made-up normal clouds that overlap: with 23% contradicted the ratio is 0.2, with 30% 0.4, with 36% 0.5, and the rule asks for 0.33, 0.54 and 0.72",
    },
  },
  explains: ["P9"],
  about: `Some labels are wrong: typed wrong, given by somebody in a hurry, taken over from a neighbouring row. A large network learns
them by heart, and where they are in the validation rows it is punished for being right.

Two simple models, a straight line and the ten nearest rows, predict each training row without having seen it. A row is
suspect where they together give another class the most, and more than they give it on the mean in the rows that bear its
label (confident learning; Northcutt, Jiang and Chuang, 2021). Where classes overlap, rows beyond the border look
just like rows that are labelled wrong. But they lie near the border, where the models are unsure, and wrong labels lie
anywhere: it is told only where the models contradict labels also in the quarter of the rows of which they are surest, and
more often than classes that overlap would let them. After training the trained model is asked the same about the rows that it
is judged by. Still, look at the rows before you change a label.`,
  example: `const clean = Array.from({ length: 400 }, (_, i) => i % 2);
const data = clean.map((of, i) => [1.5 * of + Math.sin(5 * i), 1.5 * of + Math.cos(3 * i)]);
const labels = clean.map((of, i) => (i % 10 === 3 ? 1 - of : of)); // every tenth is wrong
const report = await examine({ data, labels });
console.log(report.findings.map(({ code }) => code)); // PL3117 is among them
const { findings } = await examine({ data, labels: clean });
console.log(findings.some(({ code }) => code === "PL3117")); // false`,
  rules: {
    predictions: contradicted,
    run: onJudged(contradicted),
    data: (subject) => {
      const question = questionOf(subject.training, 1500);
      return question === undefined ? undefined : observe(subject, question);
    },
  },
  sick: { examine: () => withWrong(10) },
  healthy: { examine: () => withWrong(Infinity) },
};

function observe(subject: DataSubject, { x, target, rows }: Question) {
  const { share: least, gain } = labelErrors.thresholds;
  if (target.kind !== "classes") return undefined;
  const { of, classes } = target;
  const models: readonly Learner[] = [linear, neighbours(asked)];
  const said = models.map((learner) => probabilitiesOf(heldOutAnswers(learner, x, target).answers, classes));
  const counts = countClasses(of, classes);
  const rare = 1 - Math.max(...counts) / x.rows;
  const wrong = said.map((p) => wrongShare(of, p, classes));
  const together = said[0].map((_, i) => said.reduce((sum, p) => sum + p[i], 0) / said.length);
  if (Math.min(...wrong) > (1 - gain.value) * rare || !contradictedAnywhere(of, together, classes))
    return undefined;
  const found = suspects(of, together, classes);
  const share = shareOf(found.length, x.rows);
  if (!(share.low > least.value)) return undefined;
  return [
    {
      severity: "information" as const,
      title: `${found.length} of ${x.rows} labels (${percent(share.value)}) look wrong`,
      number: share.value,
      threshold: least.value,
      evidence: [
        ...found
          .slice(0, shownRows)
          .map(
            ({ row, given, looksLike }) =>
              `Row ${rows[row]} is labelled ${subject.className(given)} and looks like ${subject.className(looksLike)}`,
          ),
        `Two simple models say so together, each without having seen the row: a straight line (right in ${percent(1 - wrong[0])} of all rows) and the ${asked} nearest rows (${percent(1 - wrong[1])})`,
      ],
      why: "Wrong labels are learnt by heart, and in held-out rows they punish a model that is right",
      fix: "Look at these rows, the most suspicious first, and correct the labels that are wrong; leave what only lies between two classes",
      where: { part: "training", rows: found.slice(0, keptRows).map(({ row }) => rows[row]) },
      confirmed: true,
    },
  ];
}

/** Answers as shares that sum to 1: a straight line may answer below 0. */
function probabilitiesOf(answers: readonly ArrayLike<number>[], classes: number): Float64Array {
  const out = new Float64Array(answers.length * classes);
  answers.forEach((answer, row) => {
    let sum = 0;
    for (let k = 0; k < classes; k++) sum += out[row * classes + k] = Math.max(0, answer[k]);
    for (let k = 0; k < classes; k++) out[row * classes + k] /= sum;
  });
  return out;
}

function wrongShare(of: ArrayLike<number>, probabilities: Float64Array, classes: number): number {
  let wrong = 0;
  for (let row = 0; row < of.length; row++) {
    const own = probabilities[row * classes + of[row]];
    for (let k = 0; k < classes; k++)
      if (probabilities[row * classes + k] > own) {
        wrong += 1;
        break;
      }
  }
  return wrong / of.length;
}

/** Every so many-th label is that of the next class. */
const withWrong = (every: number) => {
  const { data, labels } = clouds(3, 300, { spread: 0.4 });
  return { data, labels: labels.map((of, row) => (row % every === every - 1 ? (of + 1) % 3 : of)) };
};
