import { Dense } from "../../layers/index.ts";
import { SGD } from "../../optimizers/index.ts";
import { Sequential } from "../../train/index.ts";
import type { Diagnosis } from "../diagnosis.ts";
import type { FitCase } from "../fit-case.ts";
import { clouds } from "../made-up.ts";
import { median } from "../statistics/robust.ts";
import type { Probe, TrainingSubject, WeightProbe } from "../subjects/training.ts";
import { show } from "../words.ts";
import { later, scaled } from "./course.ts";

export const updateRatio: Diagnosis = {
  id: "T6",
  code: "PL4106",
  severity: "warning",
  title: "updates are too large or too small for the weights",
  thresholds: {
    large: {
      value: -1,
      unit: "log10 of the length of an update per length of the weights",
      source: "TheDeepChecker: above −1; good is about −3",
    },
    thrownOff: {
      value: 0.5,
      unit: "log10, as above, at any one look",
      source:
        "added: a step three times as long as the weights leaves nothing of them, and then they are so long that steps look short",
    },
    small: { value: -4, unit: "log10, as above", source: "TheDeepChecker: below −4" },
    begins: {
      value: 10,
      unit: "steps before looks count",
      source: "added: at its first steps Adam moves each weight by the whole learning rate",
    },
    way: {
      value: 0.05,
      unit: "length of all planned updates in one line, per length of the weights",
      source:
        "added: small updates are no fault where there are many of them, and at the end of a training they should be small",
    },
  },
  explains: ["T1", "T2", "T3", "T4", "T5", "T8", "T10", "T11", "P3", "P4"],
  about: `How far one step moves the weights of a layer, measured against how large they are. Good is about a thousandth. A tenth and
more throws away with each step what was learned before: the learning rate is too high, or (with Adam) the weights began too
small. Far less than a ten-thousandth, from the first step on, means that the training will end before the weights have gone
anywhere: the learning rate is too low, Adam's epsilon is larger than the gradients, or the weights began far too large.

Measured by doing one step on a fixed batch and undoing it, several times over the training. Too large is said of what was so
in every look from the tenth step on; at the very first steps Adam moves all weights by the learning rate, which is no fault. Too
small is said where all planned steps together, in one line, would move the weights by less than a twentieth of their
length. Biases that begin at 0 have no length to measure by, and are left out.`,
  example: `const x = Array.from({ length: 64 }, (_, i) => [Math.sin(i), Math.cos(i)]);
const y = x.map(([a]) => [a > 0 ? 1 : 0]);
const model = new Sequential([new Dense(8, { activation: "relu" }), new Dense(1, { activation: "sigmoid" })]);
model.compile({ optimizer: new SGD({ learningRate: 1e-6 }), loss: "binaryCrossentropy" });
const doctor = new Doctor();
await model.fit(x, y, { epochs: 20, batchSize: 16, callbacks: [doctor] });
console.log(doctor.report.findings.map(({ code }) => code)); // PL4106 is among them

model.compiled.optimizer.learningRate = 0.1;`,
  rules: {
    training(subject) {
      const { large, thrownOff, small, way, begins } = updateRatio.thresholds;
      const [first] = subject.probes;
      if (first === undefined) return undefined;
      const ratiosAt = (probes: readonly Probe[]): readonly Ratios[] =>
        scaled(first, first)
          .map((weight) => ({
            weight,
            values: probes.map((probe) => ratioOf(probe, weight)).filter((ratio) => !Number.isNaN(ratio)),
          }))
          .filter(({ values }) => values.length > 0 && Math.min(...values) > 0);
      const planned = Math.max(subject.steps, subject.plan.epochs * subject.plan.stepsPerEpoch);
      const thrown = ratiosAt(subject.probes).filter(
        ({ values }) => Math.log10(Math.max(...values)) > thrownOff.value,
      );
      if (thrown.length > 0) return [said(subject, thrown, scaled(first, first).length, "large", planned)];
      const settled = later(subject).filter(({ step }) => step >= begins.value);
      if (settled.length < 2 && !subject.ended) return undefined;
      // A training that ended in its first steps has but those looks.
      const moving = ratiosAt(settled.length > 0 ? settled : later(subject));
      if (moving.length === 0) return undefined;
      const violent = moving.filter(({ values }) => Math.log10(Math.min(...values)) > large.value);
      const slow = moving.filter(
        ({ values }) =>
          Math.log10(Math.max(...values)) < small.value && Math.max(...values) * planned < way.value,
      );
      if (violent.length > 0) return [said(subject, violent, moving.length, "large", planned)];
      return slow.length > moving.length / 2
        ? [said(subject, slow, moving.length, "small", planned)]
        : undefined;
    },
  },
  sick: { train: () => parted(1e-6) },
  healthy: { train: () => parted(0.1) },
};

interface Ratios {
  readonly weight: WeightProbe;
  readonly values: readonly number[];
}

function ratioOf(probe: Probe, { name, layer }: WeightProbe): number {
  const of = probe.weights.find((weight) => weight.name === name && weight.layer === layer);
  return of === undefined || of.norm === 0 ? NaN : of.updateNorm / of.norm;
}

function said(
  subject: TrainingSubject,
  found: readonly Ratios[],
  of: number,
  which: "large" | "small",
  planned: number,
) {
  const typical = ({ values }: Ratios): number => (which === "large" ? Math.max(...values) : median(values));
  const worst = found.reduce((a, b) => ((which === "large") === typical(b) > typical(a) ? b : a));
  const ratio = typical(worst);
  const rate = subject.model.isCompiled ? subject.model.compiled.optimizer.learningRate : undefined;
  const target = rate === undefined ? undefined : Number(((rate * 1e-3) / ratio).toPrecision(1));
  const setting = target === undefined ? "" : `: model.compiled.optimizer.learningRate = ${target}`;
  return {
    severity: "warning" as const,
    title:
      which === "large"
        ? `One step moves ${worst.weight.name} by ${show(100 * ratio)}% of its length`
        : `All ${planned} steps would move ${worst.weight.name} by ${show(100 * ratio * planned)}% of its length at most`,
    number: Math.log10(ratio),
    threshold: updateRatio.thresholds[which].value,
    evidence: [
      `So it is for ${found.length} of ${of} weights: ${found
        .slice(0, 4)
        .map((each) => `${each.weight.name} ${show(typical(each))} per step`)
        .join(", ")}`,
      `Good is about 0.001 per step${rate === undefined ? "" : `; the learning rate is ${show(rate)}`}`,
    ],
    why:
      which === "large"
        ? "Each step throws away much of what the steps before it had learned"
        : "The training ends before the weights have gone anywhere",
    fix:
      which === "large"
        ? `Lower the learning rate${setting}`
        : `Raise the learning rate${setting}; see that the optimizer's epsilon is as usual (1e-7) and that weights do not begin far too large`,
    where: { layers: [...new Set(found.map(({ weight }) => weight.layer))] },
  };
}

const parted = (learningRate: number): FitCase => ({
  ...clouds(2, 64),
  model: new Sequential([new Dense(8, { activation: "relu" }), new Dense(1, { activation: "sigmoid" })]),
  compile: { loss: "binaryCrossentropy", optimizer: new SGD({ learningRate }) },
  fit: { epochs: 12, batchSize: 16 },
});
