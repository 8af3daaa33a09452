import type { CheckOptions } from "../check.ts";
import type { Diagnosis } from "../diagnosis.ts";
import type { Observation } from "../finding.ts";
import { pseudo } from "../made-up.ts";
import { shareOf } from "../statistics/intervals.ts";
import { resampled } from "../statistics/resampling.ts";
import { quantile } from "../statistics/robust.ts";
import { ordered, type Ordered } from "../statistics/scores.ts";
import type { Costs, PredictionsSubject } from "../subjects/predictions.ts";
import { percent, show } from "../words.ts";
import { onJudged } from "./course.ts";

export const threshold: Diagnosis = {
  id: "P11",
  code: "PL4211",
  severity: "warning",
  title: "the threshold is far from the best",
  thresholds: {
    gain: {
      value: 0.05,
      unit: "F1 of the rare class, or mean cost of a row in units of the dearer error",
      source: "what is less matters little",
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
  about: `A model of two classes gives a probability, and a threshold makes a decision of it: 0.5 unless told. That is right where
both kinds of error cost the same and probabilities are what they say. Where one class is rare, few rows reach 0.5, and the model
seems to find none of them although it puts them in the right order.

All thresholds are tried. With costs of both errors the cheapest is looked for; without them, for a class with less than a fifth
of the rows, the one with the highest F1, which is the harmonic mean of recall and precision. It has to be better by much, and
also on rows that it was not found on.`,
  example: `const labels = Array.from({ length: 300 }, (_, row) => (row % 10 === 0 ? 1 : 0));
const predictions = labels.map((of, row) => 0.1 + 0.2 * of + Math.sin(row) / 20);
const report = await check({ labels, predictions, kind: "probabilities" });
console.log(report.findings.map(({ code }) => code)); // PL4211 is among them`,
  rules: { predictions: observe, run: onJudged(observe) },
  sick: { check: () => saying(0.35) },
  healthy: { check: () => saying(0.8) },
};

/** What is wanted of decisions, as a number to be high. */
interface Goal {
  /** Of how often each decision was made: rows of the rarer class that were found, rows said to be of it, rows, rows of it. */
  readonly worth: (found: number, said: number, rows: number, positives: number) => number;
  readonly name: string;
  readonly say: (worth: number) => string;
}

const f1: Goal = {
  worth: (found, said, _, positives) => (positives === 0 ? NaN : (2 * found) / (said + positives)),
  name: "F1",
  say: (worth) => worth.toFixed(2),
};

/** The mean cost of a row in units of the dearer error; negative, so that more is better. */
const cheapest = ({ falsePositive, falseNegative }: Costs, name: string, say: Goal["say"]): Goal => ({
  worth: (found, said, rows, positives) =>
    -(falsePositive * (said - found) + falseNegative * (positives - found)) /
    (rows * Math.max(falsePositive, falseNegative)),
  name,
  say,
});

const goalOf = (costs: Costs | undefined): Goal =>
  costs === undefined
    ? cheapest(evenCosts, "share of wrong decisions", (worth) => percent(-worth))
    : cheapest(costs, "mean cost of a row", (worth) =>
        show(Number((-worth * Math.max(costs.falsePositive, costs.falseNegative)).toPrecision(3))),
      );

const evenCosts: Costs = { falsePositive: 1, falseNegative: 1 };

function observe(subject: PredictionsSubject): Observation[] {
  const { rows, labels, classes } = subject;
  if (!subject.areClasses || classes !== 2 || rows < 30 || !subject.areDistributions) return [];
  const positives = labels.reduce((sum, label) => sum + Number(label === 1), 0);
  const rarer = positives <= rows / 2 ? 1 : 0;
  const share = Math.min(positives, rows - positives) / rows;
  if (share * rows < 10) return [];
  const { gain: least, sure, rare } = threshold.thresholds;
  const { costs } = subject.options;
  const byF1 = costs === undefined && share < rare.value;
  const sought = byF1 ? rarer : 1;
  const goal = byF1 ? f1 : goalOf(costs);
  const scores = Float64Array.from({ length: rows }, (_, row) => subject.probabilities[2 * row + sought]);
  const isSought = Uint8Array.from(labels, (label) => Number(label === sought));
  const order = ordered(scores);
  const once = new Float64Array(rows).fill(1);
  const best = bestCut(order, scores, isSought, once, goal);
  const now = worthAt(0.5, scores, isSought, once, goal);
  // Where the order of the rows is chance, naming all of them has a higher F1 than naming few: that is no better threshold.
  const toBeat = (times: Float64Array): number => {
    const half = worthAt(0.5, scores, isSought, times, goal);
    return byF1 ? Math.max(half, worthAt(0, scores, isSought, times, goal)) : half;
  };
  if (!(best.worth - toBeat(once) > least.value)) return [];
  // Efron's samples: about a third of the rows is not drawn, and judges what was found on the others.
  const left = new Float64Array(rows);
  const gains = resampled(rows, (times) => {
    for (let row = 0; row < rows; row++) left[row] = Number(times[row] === 0);
    const { cut } = bestCut(order, scores, isSought, times, goal);
    return worthAt(cut, scores, isSought, left, goal) - toBeat(left);
  });
  const [low, middle] = [quantile(gains, 1 - sure.value), quantile(gains, 0.5)];
  if (!(low > 0) || middle < least.value) return [];
  const name = subject.className(sought);
  const [before, after] = [0.5, best.cut].map((cut) => decided(cut, scores, isSought, once));
  const all = positivesOf(isSought);
  const rates = ({ found, said }: Decisions): string =>
    `finds ${percent(found / all)} of ${name} (recall)${said === 0 ? "" : `, and ${percent(found / said)} of those it names are right (precision)`}`;
  const recall = shareOf(after.found, all);
  return [
    {
      severity: "warning",
      title: `A threshold of ${show(Number(best.cut.toPrecision(3)))} in the place of 0.5 finds ${percent(after.found / all)} of ${name} instead of ${percent(before.found / all)}`,
      number: best.worth - now,
      threshold: least.value,
      evidence: [
        `At 0.5 the model ${rates(before)}`,
        `At ${show(Number(best.cut.toPrecision(3)))} it ${rates(after)}; the interval of 95% of that recall is ${percent(recall.low)} to ${percent(recall.high)}`,
        `The ${goal.name} goes from ${goal.say(now)} to ${goal.say(best.worth)}; on rows that the threshold was not found on the gain is ${middle.toFixed(3)} (in 95 of 100 samples by more than ${low.toFixed(3)})`,
      ],
      why: "The model puts the rows in a better order than its decisions show",
      fix: `Decide by probability of ${name} >= ${show(Number(best.cut.toPrecision(3)))}, and follow new Recall({ thresholds: ${show(Number(best.cut.toPrecision(3)))} }) and new Precision({ thresholds: ${show(Number(best.cut.toPrecision(3)))} })${costs === undefined ? ". If you know what both errors cost, give them: costs: { falsePositive: 1, falseNegative: 20 }" : ""}`,
      where: { part: subject.part },
    },
  ];
}

interface Decisions {
  readonly found: number;
  readonly said: number;
}

const positivesOf = (isSought: Uint8Array): number => isSought.reduce((sum, is) => sum + is, 0);

/** What is decided at a threshold; rows count as often as `times` says. */
function decided(
  cut: number,
  scores: Float64Array,
  isSought: Uint8Array,
  times: Float64Array,
): Decisions & { readonly rows: number; readonly positives: number } {
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

function worthAt(
  cut: number,
  scores: Float64Array,
  isSought: Uint8Array,
  times: Float64Array,
  { worth }: Goal,
): number {
  const { found, said, rows, positives } = decided(cut, scores, isSought, times);
  return worth(found, said, rows, positives);
}

/** The threshold that is worth most, halfway between two scores. */
function bestCut(
  { rows: order, ends }: Ordered,
  scores: Float64Array,
  isSought: Uint8Array,
  times: Float64Array,
  { worth }: Goal,
): { readonly cut: number; readonly worth: number } {
  let [rows, positives] = [0, 0];
  for (let row = 0; row < scores.length; row++) {
    rows += times[row];
    if (isSought[row] === 1) positives += times[row];
  }
  // Above all scores: nothing is said to be of the class.
  let best = { cut: 1.0001, worth: worth(0, 0, rows, positives) };
  let [found, said] = [0, 0];
  for (let i = 0; i < order.length; i++) {
    said += times[order[i]];
    if (isSought[order[i]] === 1) found += times[order[i]];
    if (ends[i] === 0) continue;
    const of = worth(found, said, rows, positives);
    if (!(of > best.worth)) continue;
    const next = i + 1 < order.length ? scores[order[i + 1]] : 0;
    best = { cut: (scores[order[i]] + next) / 2, worth: of };
  }
  return best;
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
