import type { CheckOptions } from "../check.ts";
import type { Diagnosis } from "../diagnosis.ts";
import type { Observation } from "../finding.ts";
import { pseudo } from "../made-up.ts";
import { calibrationOf, confidences } from "../measurements.ts";
import { twoSided } from "../statistics/intervals.ts";
import { sampleOf } from "../statistics/sampling.ts";
import { binned } from "../statistics/scores.ts";
import type { PredictionsSubject } from "../subjects/predictions.ts";
import { count, percent, points, show } from "../words.ts";
import { onJudged } from "./course.ts";
import { bestTemperature, lossAt } from "./temperature.ts";

/** So many rows are enough to find a temperature. */
const mostRows = 5000;

export const miscalibration: Diagnosis = {
  id: "P7",
  code: "PL4207",
  severity: "warning",
  title: "probabilities are not to be trusted",
  thresholds: {
    error: {
      value: 0.05,
      unit: "expected calibration error, the low end of its interval of 95%",
      source:
        "DOCTOR.md; the interval has to be clear of it, since the error of few rows is large by chance alone",
    },
    chance: {
      value: 0.001,
      unit: "probability that calibrated predictions would be as far off",
      source: "Spiegelhalter, Probabilistic prediction in patient management and clinical trials, 1986",
    },
  },
  about: `Of the rows to which a model gives 80%, 80 in 100 should come true. A model that says 95% where 70 in 100 come true is
too sure of itself, and every decision that weighs a risk by its probability goes wrong, although its accuracy is the same.

Rows are put into 15 groups by how sure the model was, and in each the share that came true is compared with what was said. The
mean distance over the rows is called the expected calibration error. It is told where its interval is clear of 0.05 and a
second test, which needs no groups, agrees. A model that is too sure gets a warning; one that is not sure enough, as after a
short training, or is off in one direction, an information.

Networks that were trained for long are often too sure. Dividing the logits (what goes into the softmax or sigmoid) by one
number, the temperature, makes up for it and changes no decision. It is found on rows that were not trained on.`,
  example: `const labels = Array.from({ length: 400 }, (_, row) => (row % 10 < 7 ? 1 : 0));
const predictions = labels.map(() => 0.97);
const report = await check({ labels, predictions, kind: "probabilities" });
console.log(report.findings.map(({ code }) => code)); // PL4207 is among them`,
  rules: { predictions: observe, run: onJudged(observe) },
  sick: { check: () => asSure(3) },
  healthy: { check: () => asSure(1) },
};

function observe(subject: PredictionsSubject): Observation[] {
  const { rows, classes, options } = subject;
  // Groups of a few rows say nothing; labels that are no class, and numbers that are no probabilities, are told elsewhere.
  // Class weights move probabilities on purpose.
  if (rows < 30 || options.classWeight !== undefined || !subject.areScorable) return [];
  const { said, isRight } = confidences(subject);
  const { error, chance } = miscalibration.thresholds;
  if (spiegelhalter(said, isRight) > chance.value) return [];
  const { value, low, high } = calibrationOf(subject);
  if (!(low > error.value)) return [];
  const chosen = sampleOf(rows, mostRows);
  // Found on one half and judged on the other, so that the gain is not what was fitted.
  const [half, other] = [0, 1].map((side) => chosen.filter((_, i) => i % 2 === side));
  const { temperature } = bestTemperature(subject, half);
  const [before, after] = [lossAt(subject, other, 1), lossAt(subject, other, temperature)];
  const worst = binned(said, isRight).reduce((a, b) =>
    b.count * Math.abs(b.said - b.right) > a.count * Math.abs(a.said - a.right) ? b : a,
  );
  const all = bestTemperature(subject, chosen);
  // At the end of what was tried, even less would be better: the probabilities say nothing, or the opposite.
  const helps = after < 0.99 * before && !all.atEnd;
  const tooSure = helps && all.temperature > 1;
  const T = Number(all.temperature.toPrecision(3));
  const one = classes === 2 && subject.width === 1;
  return [
    {
      // What one number does not mend is most often a model too simple for the rows, told as P3 or P4: no call for action here.
      severity: tooSure ? "warning" : "information",
      title: `${points(value)} is how far the probabilities on ${subject.part} are off on average${helps ? `: the model is ${tooSure ? "too sure of itself" : "not sure enough"}` : ""}`,
      number: value,
      threshold: error.value,
      evidence: [
        `To ${count(worst.count, "row")} it gave ${percent(worst.said)} on average, and ${percent(worst.right)} of them came true`,
        `The number is the expected calibration error; its interval of 95% is ${percent(low)} to ${percent(high)}`,
        helps
          ? `Dividing the logits, which go into the ${one ? "sigmoid" : "softmax"}, by a number found on half of the rows brings the loss of the other half from ${show(before)} to ${show(after)}`
          : "Dividing the logits by a number does not mend it: the probabilities are off in one direction, or from row to row",
      ],
      why: "Decisions that rely on these probabilities come out wrong, and so do sums of them",
      fix: helps
        ? `Divide the logits by ${T}, ${one ? `sigmoid(logits.div(${T}))` : `softmax(logits.div(${T}))`}; find this number on validation rows${tooSure ? "" : ", or train longer"}`
        : "Train on rows as they will come (no resampling, no class weights), or correct the probabilities by a curve found on validation rows",
      where: { part: subject.part },
    },
  ];
}

/** z = Σ (y − p)(1 − 2p) / √Σ (1 − 2p)² p (1 − p): normal where probabilities are what they say. Gives its probability. */
function spiegelhalter(said: Float64Array, isRight: Uint8Array): number {
  let [sum, variance] = [0, 0];
  for (let row = 0; row < said.length; row++) {
    const p = Math.min(1 - 1e-6, Math.max(1e-6, said[row]));
    sum += (isRight[row] - p) * (1 - 2 * p);
    variance += (1 - 2 * p) ** 2 * p * (1 - p);
  }
  return variance > 0 ? twoSided(sum / Math.sqrt(variance)) : 1;
}

/** Probabilities that come true as they say, after their logits were multiplied by this. */
const asSure = (factor: number): CheckOptions => {
  const logits = Array.from({ length: 400 }, (_, row) => 4 * pseudo(row) - 2);
  return {
    labels: logits.map((logit, row) => Number(pseudo(row + 1000) < 1 / (1 + Math.exp(-logit)))),
    predictions: logits.map((logit) => factor * logit),
    kind: "logits",
  };
};
