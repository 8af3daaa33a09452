import type { Diagnosis, Observations } from "../diagnosis.ts";
import type { Observation } from "../finding.ts";
import { meanOf, normal95 } from "../statistics/intervals.ts";
import type { PredictionsSubject } from "../subjects/predictions.ts";
import type { RunSubject } from "../subjects/run.ts";
import { lowerFirst, percent, show } from "../words.ts";
import { evenGuess, type Baseline } from "../baseline.ts";
import { curvesOf, judged, endOf, noiseOf } from "./course.ts";

export const worseThanChance: Diagnosis = {
  id: "P2",
  code: "PL4202",
  severity: "warning",
  title: "worse than chance, and sure of it",
  thresholds: {
    above: {
      value: 3,
      unit: "standard errors above ln K",
      source: "of the losses of the rows; 1 of 700 models that guess evenly would show as much",
    },
    ratio: {
      value: 1.2,
      unit: "loss / ln K",
      source:
        "a model that has not been trained lies a little above guessing by the luck of its first weights, and is not sure",
    },
  },
  explains: ["P7", "P9"],
  about: `A model that knows nothing and admits it gives each of K classes the probability 1/K, and has a loss (cross-entropy) of
ln K: 0.69 for two classes, 1.10 for three, 2.30 for ten. A model with a higher loss than that on rows it has not seen would do
better to guess. It is not only wrong but sure of it: a probability of 0.99 for a wrong class costs 4.6. Its accuracy may still
look good, since accuracy does not ask how sure the model was.

It comes from overfitting, from labels that do not belong to their rows, or from numbers that are not probabilities.`,
  example: `// Six rows of three classes: each time the model is sure of another class than the label.
const said = [0.9, 0.05, 0.05, 0.9, 0.05, 0.05, 0.05, 0.9, 0.05];
const predictions = [...said, ...said];
const labels = [1, 2, 0, 1, 2, 0];
const report = await check({ labels, predictions, kind: "probabilities" });
console.log(report.findings.map(({ code }) => code)); // PL4202 is among them`,
  rules: {
    predictions: ofPredictions,
    run: async (run) => {
      const predictions = await judged(run);
      return predictions === undefined ? ofCurves(run) : ofPredictions(predictions);
    },
  },
  sick: { review: () => ({ history: { loss: 0.05, val_loss: 1.5 }, classes: 3 }) },
  healthy: { review: () => ({ history: { loss: 0.05, val_loss: 0.5 }, classes: 3 }) },
};

function ofPredictions(subject: PredictionsSubject): Observations {
  const chance = subject.areScorable ? evenGuess(subject.classes) : undefined;
  if (chance === undefined) return undefined;
  const { mean, standardError } = meanOf(subject.weighed);
  const { above, ratio } = worseThanChance.thresholds;
  if (!(mean > Math.max(ratio.value * chance.value, chance.value + above.value * standardError)))
    return undefined;
  const { rows, classes, labels, likeliest, probabilities } = subject;
  let [right, sure] = [0, 0];
  for (let row = 0; row < rows; row++) {
    if (labels[row] === likeliest[row]) right += 1;
    sure += probabilities[row * classes + likeliest[row]] / rows;
  }
  return [
    observation(subject.part, mean, chance, [
      `The true loss lies between ${show(mean - normal95 * standardError)} and ${show(mean + normal95 * standardError)} (interval of 95%)`,
      `The likeliest class is right in ${percent(right / rows)} of the rows, and the model gives it a probability of ${percent(sure)} on average`,
    ]),
  ];
}

function ofCurves(run: RunSubject): Observations {
  const curves = curvesOf(run);
  const { objective } = run;
  const chance = objective?.kind === "crossentropy" ? evenGuess(objective.classes) : undefined;
  if (curves === undefined || chance === undefined) return undefined;
  const { ratio } = worseThanChance.thresholds;
  const { training, validation } = curves;
  const now = endOf(validation);
  if (now < Math.max(ratio.value * chance.value, chance.value + 3 * noiseOf(validation))) return undefined;
  return [
    observation("the validation rows", now, chance, [
      `The training loss ended at ${show(training[training.length - 1])}`,
    ]),
  ];
}

const observation = (
  part: string,
  loss: number,
  chance: Baseline,
  evidence: readonly string[],
): Observation => ({
  severity: "warning",
  title: `The loss on ${part} is ${show(loss)}, worse than chance: ${lowerFirst(chance.says)}`,
  number: loss,
  threshold: chance.value,
  evidence,
  why: "The model is sure of wrong answers: its probabilities are worth less than an even guess",
  fix: 'Stop at the epoch with the lowest validation loss: callbacks: [new EarlyStopping({ monitor: "val_loss", patience: 5, restoreBestWeights: true })]. If the loss never was below chance, check that each label stands with its own row',
  where: { part },
});
