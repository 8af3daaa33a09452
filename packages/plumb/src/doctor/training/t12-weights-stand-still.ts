import { Dense } from "../../layers/index.ts";
import { Sequential, type Batch, type StepOutput } from "../../train/index.ts";
import type { Diagnosis } from "../diagnosis.ts";
import type { FitCase } from "../fit-case.ts";
import { clouds } from "../made-up.ts";
import type { WeightProbe } from "../subjects/training.ts";

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
  explains: ["T4", "T6", "P3", "P4"],
  about: `A weight that is to be trained and is the same, to the last bit, after steps of training gets no gradient, or its
update never reaches it: the output does not hang on it, a training step of one's own forgets to hand the gradients to the
optimizer, or the learning rate is 0.

Compared are the norms of the weights between the first look and the last, and what one more step would change. Layers with
\`trainable: false\` are meant to stand still and are left out.`,
  example: `const model = new Sequential([new Dense(1)]);
model.compile({ optimizer: new SGD({ learningRate: 0 }), loss: "mse" });
const doctor = new Doctor();
await model.fit([[1], [2], [3]], [[2], [4], [6]], { epochs: 3, callbacks: [doctor] });
console.log(doctor.report.findings.map(({ code }) => code)); // PL4112 is among them

model.compiled.optimizer.learningRate = 0.01;`,
  rules: {
    training({ probes, steps }) {
      const [first, last] = [probes[0], probes.at(-1)];
      if (first === undefined || last === undefined || last.step === first.step) return undefined;
      const still = last.weights.filter(
        ({ norm, trainable, updateNorm }, i) =>
          trainable && updateNorm === 0 && norm === first.weights[i]?.norm,
      );
      if (still.length === 0) return undefined;
      const steep = still.filter(({ gradientNorm }) => gradientNorm > 0);
      return [
        {
          severity: "warning",
          title: `${still.length} of ${last.weights.length} weights are the same after ${steps} steps`,
          number: still.length,
          threshold: weightsStandStill.thresholds.change.value,
          evidence: still.slice(0, 3).map(describe),
          why: "What does not change does not learn",
          fix:
            steep.length > 0
              ? "Hand the gradients to the optimizer, optimizer.apply(gradients(loss, variables), variables), and give it a learning rate above 0"
              : "Let the output hang on these layers, or say that they are not to be trained: layer.trainable = false",
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
    ? `${name} has a gradient of 0: the loss does not hang on it`
    : `${name} has a gradient of length ${gradientNorm.toPrecision(3)}, and one more step would not move it`;

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
