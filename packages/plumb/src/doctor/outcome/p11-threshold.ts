import type { CheckOptions } from "../check.ts";
import type { Diagnosis } from "../diagnosis.ts";
import type { Observation } from "../finding.ts";
import { pseudo } from "../made-up.ts";
import { shareOf } from "../statistics/intervals.ts";
import { resampled, rowsToResample } from "../statistics/resampling.ts";
import { median, quantile } from "../statistics/robust.ts";
import { ordered, type Ordered } from "../statistics/scores.ts";
import type { Costs, PredictionsSubject } from "../subjects/predictions.ts";
import { percent, show } from "../words.ts";
import { judged } from "./course.ts";

export const threshold: Diagnosis = {
  id: "P11",
  code: "PL4211",
  severity: "warning",
  title: "the threshold is far from the best",
  thresholds: {
    gain: {
      value: 0.05,
      unit: "F1 of the rare class, or share of the rows that are decided wrongly",
      source: "what is less matters little",
    },
    saved: {
      value: 0.2,
      unit: "share of the cost of the decisions as they are",
      source: "where errors have costs: of a rare class the cost of a mean row is small, whatever is decided",
    },
    sure: {
      value: 0.95,
      unit: "share of samples of the rows in which the other threshold is better by as much",
      source:
        "the threshold is found on the rows that were drawn and judged on those that were not: fault benchmark",
    },
    rare: {
      value: 0.2,
      unit: "share of the rows",
      source:
        "where costs are not given: a class as rare as that is what is looked for, and F1 is how well it is found; else an error costs the same either way",
    },
  },
  about: `A model of two classes gives a probability, and a threshold turns it into a decision: 0.5 unless told otherwise. That is
right where both kinds of error cost the same and the probabilities are what they say. Where one class is rare, few rows reach
0.5, and the model seems to find none of them although it puts the rows in the right order.

All thresholds are tried. Where the costs of both errors are given, the cheapest is looked for. Without them it is the one with
the highest F1 (which is high where recall and precision both are) for a class with less than a fifth of the rows, and else the
one with the fewest wrong decisions. It has to be better by much, and on rows that it was not found on: where a run has
validation and test rows it is found on the former and judged on the latter.`,
  example: `const labels = Array.from({ length: 300 }, (_, row) => (row % 10 === 0 ? 1 : 0));
const predictions = labels.map((of, row) => 0.1 + 0.2 * of + Math.sin(row) / 20);
const report = await check({ labels, predictions, kind: "probabilities" });
console.log(report.findings.map(({ code }) => code)); // PL4211 is among them`,
  rules: {
    predictions: (subject) => observe(subject),
    async run(run) {
      const [subject, { test, validation } = {}] = [await judged(run), run.data];
      const others = test && validation && (await run.predictions(validation));
      return subject && observe(subject, others);
    },
  },
  sick: { check: () => saying(0.35) },
  healthy: { check: () => saying(0.8) },
};

/** What is wanted of decisions, as a number to be high. */
interface Goal {
  readonly worth: (decisions: Decisions) => number;
  /** What a threshold does to it, and the number itself, in words. */
  readonly changes: string;
  readonly say: (worth: number) => string;
}

/** What was decided about rows. */
interface Decisions {
  readonly rows: number;
  /** Rows of the class that is looked for; those said to be of it; and both. */
  readonly positives: number;
  readonly said: number;
  readonly found: number;
}

const f1: Goal = {
  worth: ({ found, said, positives }) => (positives === 0 ? NaN : (2 * found) / (said + positives)),
  changes: "raises the F1 score",
  say: (worth) => worth.toFixed(2),
};

/** The mean cost of a row; negative, so that more is better. */
const cheapest = (
  { falsePositive, falseNegative }: Costs,
  { changes, say }: Pick<Goal, "changes" | "say">,
): Goal => ({
  worth: ({ found, said, rows, positives }) =>
    -(falsePositive * (said - found) + falseNegative * (positives - found)) / rows,
  changes,
  say,
});

const fewestErrors = cheapest(
  { falsePositive: 1, falseNegative: 1 },
  { changes: "lowers the share of wrong decisions", say: (worth) => percent(-worth) },
);

const goalOf = (costs: Costs | undefined): Goal =>
  costs === undefined
    ? fewestErrors
    : cheapest(costs, {
        changes: "lowers the mean cost of a row",
        say: (worth) => show(Number((-worth).toPrecision(3))),
      });

/** Who lets rows of a class count more in training says what an error of theirs costs. */
const costsBy = (classWeight: PredictionsSubject["options"]["classWeight"]): Costs | undefined =>
  classWeight && { falsePositive: classWeight[0] ?? 1, falseNegative: classWeight[1] ?? 1 };

/** Scores of the class that is looked for, the rows that are of it, and both in order. */
interface Scored {
  readonly scores: Float64Array;
  readonly isSought: Uint8Array;
  readonly order: Ordered;
}

function scored({ rows, probabilities, labels }: PredictionsSubject, sought: 0 | 1): Scored {
  const scores = Float64Array.from({ length: rows }, (_, row) => probabilities[2 * row + sought]);
  const isSought = Uint8Array.from(labels, (label) => Number(label === sought));
  return { scores, isSought, order: ordered(scores) };
}

/** `others`: rows to find the threshold on. Without them it is found and judged on different parts of the same rows. */
function observe(given: PredictionsSubject, found?: PredictionsSubject): Observation[] {
  const [subject, others] = [given, found].map((of) => of?.sampled(rowsToResample));
  if (subject === undefined) return [];
  const { rows, labels, classes, options } = subject;
  if (classes !== 2 || rows < 30 || !subject.areScorable) return [];
  const positives = labels.reduce((sum, label) => sum + Number(label === 1), 0);
  const share = Math.min(positives, rows - positives) / rows;
  if (share * rows < fewestRows) return [];
  const { gain, saved, sure, rare } = threshold.thresholds;
  const costs = options.costs ?? costsBy(options.classWeight);
  const byF1 = costs === undefined && share < rare.value;
  const sought = byF1 && positives > rows / 2 ? 0 : 1;
  const goal = byF1 ? f1 : goalOf(costs);
  const here = scored(subject, sought);
  const there = others === undefined ? here : scored(others, sought);
  const now = options.threshold ?? 0.5;
  const cutNow = sought === 1 ? now : 1 - now;
  const worthAt = (cut: number, times: Float64Array): number => goal.worth(decide(cut, here, times));
  const whole = (of: Scored): Float64Array => new Float64Array(of.scores.length).fill(1);
  const best = bestCut(there, whole(there), goal);
  const gained = (cut: number, times: Float64Array): number => worthAt(cut, times) - worthAt(cutNow, times);
  const least = costs === undefined ? gain.value : -saved.value * worthAt(cutNow, whole(here));
  if (!(gained(best, whole(here)) > least)) return [];
  // Of each of Efron's samples about a third of the rows is not drawn, and judges what was found on the others.
  const left = new Float64Array(rows);
  const gains: number[] = [];
  const sureGains = resampled(rows, (times) => {
    times.forEach((often, row) => {
      left[row] = Number(often === 0);
    });
    const cut = others === undefined ? bestCut(here, times, goal) : best;
    const on = others === undefined ? left : times;
    const won = gained(cut, on);
    gains.push(won);
    // Where the order of the rows is chance, one answer for all rows may do better than 0.5: that is no better threshold.
    const constant = costs === undefined ? [everyRow, noRow] : [];
    return Math.min(won, ...constant.map((same) => worthAt(cut, on) - worthAt(same, on)));
  });
  if (!(quantile(sureGains, 1 - sure.value) > 0) || !(median(gains) >= least)) return [];
  const name = subject.className(sought);
  const [before, after] = [cutNow, best].map((cut) => decide(cut, here, whole(here)));
  const [finds, hits] = [
    (of: Decisions): string => percent(of.found / of.positives),
    (of: Decisions): string => percent(of.said === 0 ? 0 : of.found / of.said),
  ];
  const recall = shareOf(after.found, after.positives);
  const to = show(sought === 1 ? best : Number((1 - best).toPrecision(12)));
  const [was, is] = [before, after].map((of) => goal.say(goal.worth(of)));
  const does = !byF1
    ? `${goal.changes} from ${was} to ${is}`
    : after.found > before.found
      ? `finds ${finds(after)} of ${name} instead of ${finds(before)}`
      : `makes ${hits(after)} of the answers ${name} right instead of ${hits(before)}`;
  const second = subject.className(1);
  return [
    {
      severity: "warning",
      title: `A threshold of ${to} instead of ${show(now)} ${does}`,
      number: goal.worth(after) - goal.worth(before),
      threshold: least,
      evidence: [
        before.said === 0
          ? `At ${show(now)} the model never answers ${name}`
          : `At ${show(now)} the model finds ${finds(before)} of ${name} (its recall), and ${hits(before)} of its answers ${name} are right (its precision)`,
        `At ${to} it finds ${finds(after)} of ${name} (interval of 95%: ${percent(recall.low)} to ${percent(recall.high)}), and ${hits(after)} of its answers ${name} are right`,
        ...(byF1 ? [`That ${goal.changes}, which is high where both are high, from ${was} to ${is}`] : []),
        others === undefined
          ? `The threshold was found on samples of ${subject.part} and judged on the others: the gain held in 95 of 100 samples`
          : `The threshold was found on ${others.part} and judged on ${subject.part}: the gain held in 95 of 100 samples of these`,
      ],
      why: "The model puts the rows in a better order than its decisions show",
      fix: `Answer ${second} from a probability of ${to} on: predictions.map((p) => Number(p >= ${to})), and follow new Recall({ thresholds: ${to} }) and new Precision({ thresholds: ${to} })${costs === undefined ? ". If you know what the two errors cost, say so: costs: { falsePositive: 1, falseNegative: 20 }" : ""}`,
      where: { part: subject.part },
    },
  ];
}

/** Fewer rows of the rarer class say nothing of a threshold. */
const fewestRows = 10;

/** Cuts by which every row is said to be of the class, and none. */
const [everyRow, noRow] = [-Infinity, Infinity];

/** What is decided at a threshold; rows count as often as `times` says. */
function decide(cut: number, { scores, isSought }: Scored, times: Float64Array): Decisions {
  let [found, said, rows, positives] = [0, 0, 0, 0];
  for (let row = 0; row < scores.length; row++) {
    rows += times[row];
    if (isSought[row] === 1) positives += times[row];
    if (scores[row] < cut) continue;
    said += times[row];
    if (isSought[row] === 1) found += times[row];
  }
  return { found, said, rows, positives };
}

/** The threshold that is worth most: a short number between two scores. */
function bestCut(given: Scored, times: Float64Array, { worth }: Goal): number {
  const { scores, isSought, order } = given;
  // One object for all thresholds: there are as many as rows.
  const decisions = { ...decide(noRow, given, times) };
  let [most, at] = [worth(decisions), -1];
  for (let i = 0; i < order.rows.length; i++) {
    const row = order.rows[i];
    decisions.said += times[row];
    if (isSought[row] === 1) decisions.found += times[row];
    if (order.ends[i] === 0) continue;
    const of = worth(decisions);
    if (of > most) [most, at] = [of, i];
  }
  if (at < 0) return noRow;
  const below = at + 1 < order.rows.length ? scores[order.rows[at + 1]] : 0;
  return shortBetween(below, scores[order.rows[at]]);
}

/** The number of fewest digits that is near the middle of two: above the lower one, and no more than the higher one. */
function shortBetween(low: number, high: number): number {
  const middle = (low + high) / 2;
  for (let digits = 2; digits < 16; digits++) {
    const short = Number(middle.toPrecision(digits));
    if (short > low && short <= high) return short;
  }
  return high;
}

/** Of 300 rows every tenth is of the second class; it gets about this probability where it is true, about 0.1 where not. */
const saying = (probability: number): CheckOptions => {
  const labels = Array.from({ length: 300 }, (_, row) => Number(row % 10 === 0));
  return {
    labels,
    predictions: labels.map((of, row) => (of === 1 ? probability : 0.1) + 0.1 * pseudo(row) - 0.05),
    kind: "probabilities",
  };
};
