import { Dense } from "../../layers/index.ts";
import { Sequential } from "../../train/index.ts";
import type { Diagnosis } from "../diagnosis.ts";
import type { ExamineOptions } from "../examine.ts";
import { firstLook, type Answer } from "../experiments/first-look.ts";
import type { Observation } from "../finding.ts";
import { slope } from "../made-up.ts";
import { meanOf } from "../statistics/intervals.ts";
import type { Labels } from "../subjects/labels.ts";
import { Table } from "../subjects/table.ts";
import { show } from "../words.ts";
import { isDistance, powerOf } from "./loss-units.ts";
import { scalesOutputs } from "./received.ts";

export const targetScale: Diagnosis = {
  id: "D15",
  code: "PL3115",
  severity: "warning",
  title: "the target is very large or very small",
  thresholds: {
    large: {
      value: 100,
      unit: "root of the mean square of the target",
      source:
        "catalogue: std(y) > 100; moved to the distance from 0, since years around 2010 are as far away as amounts in thousands",
    },
    small: { value: 0.01, unit: "standard deviation of the target", source: "catalogue: std(y) < 0.01" },
    near: {
      value: 2,
      unit: "distance of the untrained model's answers from the target / its standard deviation",
      source: "1 is the mean; at 2 the first steps have as much to mend as there is to learn",
    },
    power: {
      value: 0.9,
      unit: "power with which the loss grows with the unit of the target",
      source: "2 for squared, 1 for absolute errors; losses of shares or logarithms have 0 and do not mind",
    },
  },
  explains: ["T1", "T3", "T4", "T8", "C16", "C18", "C20"],
  about: `Fresh weights answer with numbers around 1, and training moves them in small steps. A target in thousands is a long way
off: the first losses are in the millions, and so are the gradients; or, with an optimizer such as Adam whose steps have a
size of their own, it takes thousands of steps to get there. A target in thousandths is met by saying 0: the loss is tiny
from the start, and means nothing.

Subtract the training rows' mean and divide by their standard deviation. The squared error then reads as the share of the
variance that is left, 1 − R²: 1 is no better than the mean. Told for losses that are a distance, which grows with the unit of the target and is 0 where the answer is right, unless
a layer at the end of the model scales its outputs. The untrained model is asked what it answers: a last layer whose bias
begins at the target's mean may already be as near as it need be.`,
  example: `const data = Array.from({ length: 60 }, (_, i) => [Math.sin(i)]);
const price = data.map(([a]) => 5000 + 3000 * a);
const model = new Sequential([new Dense(1)]);
const given = { model, compile: { loss: "meanSquaredError" }, data, experiments: false };
const report = await examine({ ...given, labels: price });
console.log(report.findings.map(({ code }) => code)); // PL3115 is among them

const mean = price.reduce((sum, y) => sum + y, 0) / price.length;
const variance = price.reduce((sum, y) => sum + (y - mean) ** 2, 0) / price.length;
const deviation = Math.sqrt(variance);
const labels = price.map((y) => (y - mean) / deviation); // back: y * deviation + mean
console.log((await examine({ ...given, labels })).findings.length); // 0`,
  rules: {
    model: async (subject) => {
      if (scalesOutputs(subject.layers)) return undefined;
      const look = await firstLook(subject);
      return subject.outputs.flatMap(({ loss, name }, i) => {
        const labels = subject.labelsOf(i);
        const power = loss === undefined ? undefined : powerOf(loss);
        if (labels === undefined || loss === undefined || power === undefined) return [];
        if (power < targetScale.thresholds.power.value || !isDistance(loss)) return [];
        const of = subject.outputs.length > 1 ? ` of ${name}` : "";
        return observe(labels, { of, power, first: firstAnswers(look?.answers[i]) });
      });
    },
  },
  sick: { examine: () => times(3000) },
  healthy: { examine: () => times(1) },
};

/** What an untrained model says, and how far that is from the labels of the same rows. */
interface FirstAnswers {
  readonly mean: number;
  readonly deviation: number;
  /** Root of the mean square distance; undefined where answers and labels are not of the same form. */
  readonly away?: number;
}

/** Undefined where the model cannot answer. */
function firstAnswers(answer: Answer | undefined): FirstAnswers | undefined {
  if (answer === undefined) return undefined;
  const [values, labels] = [answer.values, answer.labels?.table.values];
  const { mean, deviation } = new Table("answers", {
    values: Float32Array.from(values),
    shape: [values.length],
    dtype: "float32",
  }).whole;
  if (!Number.isFinite(mean) || labels?.length !== values.length) return { mean, deviation };
  const squares = Float64Array.from(values, (value, at) => (value - Number(labels[at])) ** 2);
  return { mean, deviation, away: Math.sqrt(meanOf(squares).mean) };
}

function observe(
  labels: Labels,
  {
    of,
    power,
    first,
  }: { readonly of: string; readonly power: number; readonly first?: FirstAnswers | undefined },
): Observation[] {
  const { large, small, near } = targetScale.thresholds;
  const { low, high, mean, deviation } = labels.table.whole;
  // Labels that never change are a matter of D6.
  if (low === high) return [];
  const root = Math.hypot(mean, deviation);
  // A model whose last bias begins at the mean is where it has to be.
  const away = first?.away ?? root;
  const tooLarge = root > large.value && away > large.value;
  const tooSmall = deviation < small.value && !(away < near.value * deviation);
  if (!tooLarge && !tooSmall) return [];
  const answers =
    first === undefined || !Number.isFinite(first.mean)
      ? "a fresh model answers around 0, give or take 1"
      : `untrained, the model answers ${show(first.mean)}, give or take ${show(first.deviation)}`;
  return [
    {
      severity: "warning",
      title: `The target${of} is ${show(mean)}, give or take ${show(deviation)}; ${answers}`,
      number: tooLarge ? root : deviation,
      threshold: tooLarge ? large.value : small.value,
      evidence: [
        `It goes from ${show(low)} to ${show(high)} in the ${labels.rows} training rows`,
        power > 1.5
          ? `The mean squared error of always saying the mean is ${show(deviation ** 2)} (the variance), that of always saying 0 is ${show(root ** 2)}`
          : `Always saying 0 is off by about ${show(root)}`,
      ],
      why: tooLarge
        ? "Losses and gradients are far larger than steps are made for, and it is a long way from fresh weights to such answers"
        : "The loss is tiny before anything is learnt, and what the model begins with is far larger than the differences it is to learn",
      fix: `Train on const scaled = y.map((value) => (value ${plus(-mean)}) / ${show(deviation)}), and turn each prediction p back: p * ${show(deviation)} ${plus(mean)}`,
      where: { part: "training" },
    },
  ];
}

/** A number as it is added in code: `+ 3`, `- 3`. */
const plus = (value: number): string => `${value < 0 ? "-" : "+"} ${show(Math.abs(value))}`;

const times = (factor: number): ExamineOptions => {
  const { data, labels } = slope(60);
  return {
    data,
    labels: labels.map((y) => factor * y),
    model: new Sequential([new Dense(1)]),
    compile: { loss: "meanSquaredError" },
    experiments: false,
  };
};
