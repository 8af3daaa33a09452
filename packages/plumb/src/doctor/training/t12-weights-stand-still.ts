import { Dense, type Layer } from "../../layers/index.ts";
import type { Variable } from "../../tensor/index.ts";
import { Sequential, type AnyModel, type Batch, type StepOutput } from "../../train/index.ts";
import type { Diagnosis, Observations } from "../diagnosis.ts";
import type { FitCase } from "../fit-case.ts";
import { clouds } from "../made-up.ts";
import type { WeightProbe } from "../subjects/training.ts";
import { count, percent, show, some } from "../words.ts";

export const weightsStandStill: Diagnosis = {
  id: "T12",
  code: "PL4112",
  severity: "warning",
  title: "weights do not move",
  thresholds: {
    change: {
      value: 0,
      unit: "length of the change",
      source: "a weight that is trained changes with every step",
    },
  },
  explains: ["T4", "P3", "P4"],
  about: `A weight that is to be trained and is the same, to the last bit, after steps of training has no gradient, or its
update never reaches it: the output does not depend on it, a training step of your own forgets to hand the gradients to the
optimizer, or the learning rate is 0 (or so small that it changes nothing in the seven digits that a number has).

Compared are the lengths of the weights between the first look and the last, and what one more step would change. Layers with
\`trainable: false\` are meant to stand still, as in a model that was trained before. They are spoken of where they never learned
anything: where their biases are all as a new layer has them, 0 (or 1 for the forget gate of an LSTM).`,
  example: `const model = new Sequential([new Dense(1)]);
model.compile({ optimizer: new SGD({ learningRate: 0 }), loss: "mse" });
const doctor = new Doctor();
await model.fit([[1], [2], [3]], [[2], [4], [6]], { epochs: 3, callbacks: [doctor] });
console.log(doctor.report.findings.some(({ code }) => code === "PL4112")); // true

model.compiled.optimizer.learningRate = 0.01;`,
  rules: {
    training({ model, probes, steps }) {
      const [first, last] = [probes[0], probes.at(-1)];
      if (first === undefined || last === undefined || last.step === first.step) return undefined;
      const still = last.weights.filter(
        ({ norm, trainable, updateNorm }, i) =>
          trainable && updateNorm === 0 && norm === first.weights[i]?.norm,
      );
      if (still.length === 0) return neverLearned(model);
      return [
        {
          severity: "warning",
          title: `${still.length} of ${count(last.weights.length, "weight")} ${still.length === 1 ? "is" : "are"} the same as before, after ${count(steps, "step")}`,
          number: still.length,
          threshold: weightsStandStill.thresholds.change.value,
          evidence: still.slice(0, 3).map(describe),
          why: "What does not change does not learn",
          fix: fixOf(model, still),
          where: { layers: [...new Set(still.map(({ layer }) => layer))] },
        },
      ];
    },
  },
  sick: { train: () => trained(Forgetful) },
  healthy: { train: () => trained(Sequential) },
};

const describe = ({ name, gradientNorm }: WeightProbe): string =>
  gradientNorm === 0
    ? `${name} has a gradient of 0: the loss does not depend on it`
    : `${name} has a gradient of length ${show(gradientNorm)}, and one more step would not move it`;

function fixOf(model: AnyModel, still: readonly WeightProbe[]): string {
  const rate = model.isCompiled ? model.compiled.optimizer.learningRate : undefined;
  if (still.every(({ gradientNorm }) => gradientNorm === 0))
    return "Let the output depend on these layers, or say that they are not to be trained: layer.trainable = false";
  if (rate !== undefined && rate < 1e-7)
    return "Raise the learning rate: model.compiled.optimizer.learningRate = 0.001";
  return "Hand the gradients to the optimizer after each step: optimizer.apply(gradients(loss, model.trainableVariables), model.trainableVariables)";
}

/** Layers that are not to be trained although they have nothing yet that they learned. */
function neverLearned(model: AnyModel): Observations {
  const trained = new Set(model.trainableWeights);
  const fresh = layersIn(model).filter(({ weights, layers }) => {
    const biases = weights.filter(({ name }) => name.endsWith("bias"));
    return (
      layers.length === 0 &&
      !weights.some((weight) => trained.has(weight)) &&
      weights.some(({ name }) => name.endsWith("kernel")) &&
      biases.length > 0 &&
      biases.every((bias) => bias.dataSync().every((of) => of === 0 || of === 1))
    );
  });
  if (fresh.length === 0) return undefined;
  const size = (weights: readonly Variable[]): number => weights.reduce((sum, of) => sum + of.size, 0);
  const kept = size(fresh.flatMap(({ weights }) => weights));
  return [
    {
      severity: "warning",
      title: `${percent(kept / size(model.weights))} of the weights are not trained, and are as chance made them`,
      number: kept,
      threshold: weightsStandStill.thresholds.change.value,
      evidence: [
        `In ${some(fresh.map(({ name }) => name))} trainable is false, and all biases are still those of a new layer`,
      ],
      why: "These layers never learned anything and never will: what the others get is what chance makes of the inputs",
      fix: "Set layer.trainable = true before compile; or give them weights that were trained before: layer.setWeights(weights)",
      where: { layers: fresh.map(({ name }) => name) },
    },
  ];
}

const layersIn = (layer: Layer): readonly Layer[] => [layer, ...layer.layers.flatMap(layersIn)];

/** Its step computes a loss, and leaves it at that. */
class Forgetful extends Sequential {
  override trainStep(batch: Batch): StepOutput {
    const predictions = this.call(batch.x, { training: true });
    return { loss: batch.loss(predictions), predictions };
  }
}

const trained = (Model: typeof Sequential): FitCase => ({
  ...clouds(2, 32),
  model: new Model([new Dense(1, { activation: "sigmoid" })]),
  compile: { loss: "binaryCrossentropy", optimizer: "adam" },
  fit: { epochs: 2 },
});
