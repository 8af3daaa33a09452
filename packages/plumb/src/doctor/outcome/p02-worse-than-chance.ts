import type { Diagnosis, Observations } from "../diagnosis.ts";
import type { Observation } from "../finding.ts";
import { meanOf, normal95 } from "../statistics/intervals.ts";
import type { PredictionsSubject } from "../subjects/predictions.ts";
import type { RunSubject } from "../subjects/run.ts";
import { percent, show } from "../words.ts";
import { evenGuess } from "./baseline.ts";
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
  explains: ["P7"],
  about: `Who knows nothing and says so gives each of K classes the probability 1/K, and pays ln K nats a row: 0.69 for two
classes, 1.10 for three, 2.30 for ten. A model whose loss on rows it has not seen is above that would do better to guess. It is
not only wrong but sure of it: a probability of 0.99 for the wrong class costs 4.6 nats. Its accuracy may still look well,
since that does not ask how sure it was.

It comes from overfitting, from labels that do not belong to their rows, or from numbers that are no probabilities.`,
  example: `const predictions = [0.9, 0.05, 0.05, 0.9, 0.05, 0.05, 0.05, 0.9, 0.05];
const labels = [1, 2, 0];
const report = await check({ labels: [...labels, ...labels], predictions: [...predictions, ...predictions], kind: "probabilities" });
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
  const chance = subject.areClasses ? evenGuess(subject.classes) : undefined;
  if (chance === undefined) return undefined;
  const { mean, standardError } = meanOf(subject.losses);
  const { above, ratio } = worseThanChance.thresholds;
  if (!(mean > Math.max(ratio.value * chance.value, chance.value + above.value * standardError)))
    return undefined;
  const { rows, classes, labels, decided, probabilities } = subject;
  let [right, sure] = [0, 0];
  for (let row = 0; row < rows; row++) {
    if (labels[row] === decided[row]) right += 1;
    sure += probabilities[row * classes + decided[row]] / rows;
  }
  return [
    observation(subject.part, mean, chance, [
      `The interval of 95% of that loss is ${show(mean - normal95 * standardError)} to ${show(mean + normal95 * standardError)}`,
      `Its decisions are right in ${percent(right / rows)} of the rows, and it gives them a probability of ${percent(sure)} in the mean`,
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
      `The training loss ended at ${show(training[training.length - 1])}: so sure is the model of rows that it knows`,
    ]),
  ];
}

const observation = (
  part: string,
  loss: number,
  chance: { readonly value: number; readonly says: string },
  evidence: readonly string[],
): Observation => ({
  severity: "warning",
  title: `The loss of ${part} is ${show(loss)}, worse than chance: ${chance.says}`,
  number: loss,
  threshold: chance.value,
  evidence,
  why: "The model is sure of answers that are wrong: who takes its probabilities at their word loses more than by guessing",
  fix: 'Stop at the epoch with the lowest validation loss: new EarlyStopping({ monitor: "val_loss", patience: 5, restoreBestWeights: true }). If it was never below chance, look whether labels belong to their rows',
  where: { part },
});
