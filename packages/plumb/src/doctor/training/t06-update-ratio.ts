import { Dense } from "../../layers/index.ts";
import { SGD } from "../../optimizers/index.ts";
import { Sequential } from "../../train/index.ts";
import type { Diagnosis, Threshold } from "../diagnosis.ts";
import type { Observation } from "../finding.ts";
import type { FitCase } from "../fit-case.ts";
import { clouds } from "../made-up.ts";
import { median } from "../statistics/robust.ts";
import type { Probe, TrainingSubject, WeightProbe } from "../subjects/training.ts";
import { count, show } from "../words.ts";
import { called, lastStretch, later, scaled } from "./course.ts";

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
    gain: {
      value: 0.3,
      unit: "of the loss, that the slope promises for one step",
      source:
        "added: clean runs with SGD on noisy amounts moved small weights by a fifth, and gained and lost nothing by it",
    },
    thrownOff: {
      value: -0.3,
      unit: "log10, as above, at any one look",
      source:
        "added: a step half as long as the weights leaves little of them, and then they are so long that steps look short",
    },
    thrownGain: {
      value: 1,
      unit: "of the loss, as above, at that look",
      source: "added: more than all of the loss cannot be won; weights that begin tiny may well grow at once",
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
    wayDone: {
      value: 0.2,
      unit: "length of all updates, as above, at the end of a training whose loss is above the best constant answer's",
      source: "added: what has not learned even the mean of its labels by the end has not gone far enough",
    },
    gone: {
      value: 1e-3,
      unit: "of the highest learning rate, below which it stays from the first quarter of the training on",
      source:
        "added: a schedule that ends long before the training does; rates that fall on a plateau do so later",
    },
    held: {
      value: 0.5,
      unit: "of the length that a weight with a constraint began with",
      source:
        "added: what its constraint has cut to less is short because of it, whatever the learning rate is",
    },
    learned: {
      value: 0.5,
      unit: "of the best constant answer's loss",
      source: "added: weights that were good from the start need not go anywhere (fine-tuning)",
    },
  },
  explains: ["T1", "T2", "T3", "T4", "T5", "T8", "T10", "T11", "T12", "P3", "P4"],
  about: `How far one step moves the weights of a layer, measured against how large they are. Good is about a thousandth. A tenth and
more throws away with each step what was learned before: the learning rate is too high. Far less than a ten-thousandth, from
the first step on, means that the training will end before the weights have gone anywhere: the learning rate is too low,
Adam's epsilon is larger than the gradients (the slopes that steps follow), or the weights began far too large.

Measured by trying one step on a fixed batch, on copies of the weights, several times over the training. Too large is said of weights that
move by a tenth of their length in every look from the tenth step on, or by half of it in any one look. Small weights may do so
without harm; so the step must also be too long for the slope: gradient times step, which is what the loss would fall by if the
slope went on for ever, comes to 30% of the loss (to all of it, where one look is enough). Too small is said where all planned
steps together, in one line, would move the weights by less than a twentieth of their length; or by less than a fifth, with
steps below half of what is good, where training has ended with a loss above that of the best constant answer. Nothing is said of a model that has come down to half of
that. Biases that begin at 0 have no length to measure by, and are left out. A learning rate that a schedule has brought to nothing
in the first quarter of the training is told as such. Where steps are long for a weight because its constraint has cut it to less
than half of its length, it is the constraint that should give way.`,
  example: `const x = Array.from({ length: 64 }, (_, i) => [Math.sin(i), Math.cos(i)]);
const y = x.map(([a]) => [a > 0 ? 1 : 0]);
const model = new Sequential([
  new Dense(8, { activation: "relu" }),
  new Dense(1, { activation: "sigmoid" }),
]);
model.compile({ optimizer: new SGD({ learningRate: 1e-6 }), loss: "binaryCrossentropy" });
const doctor = new Doctor();
await model.fit(x, y, { epochs: 20, batchSize: 16, callbacks: [doctor] });
console.log(doctor.report.findings.some(({ code }) => code === "PL4106")); // true

model.compiled.optimizer.learningRate = 0.1;`,
  rules: {
    training(subject) {
      const { large, gain, thrownOff, thrownGain, small, way, wayDone, learned, begins } =
        updateRatio.thresholds;
      const [first] = subject.probes;
      if (first === undefined) return undefined;
      const ended = rateGone(subject);
      if (ended !== undefined) return [ended];
      const ratiosAt = (probes: readonly Probe[]): readonly Ratios[] =>
        scaled(first, first)
          .map((weight) => ({
            weight,
            values: probes.map((probe) => ratioOf(probe, weight)).filter((ratio) => !Number.isNaN(ratio)),
          }))
          .filter(({ values }) => values.length > 0);
      const beyond = (threshold: Threshold) => (ratio: number) => Math.log10(ratio) > threshold.value;
      const thrown = ratiosAt(subject.probes.filter((probe) => gainOf(probe) > thrownGain.value)).filter(
        ({ values }) => values.some(beyond(thrownOff)),
      );
      const of = scaled(first, first).length;
      if (thrown.length > 0) return [said(subject, thrown, of, "large")];
      const settled = later(subject).filter(({ step }) => step >= begins.value);
      if (settled.length < 2 && !subject.ended) return undefined;
      // A training that ended in its first steps has but those looks.
      const looks = settled.length > 0 ? settled : later(subject);
      const moving = ratiosAt(looks).filter(({ values }) => Math.min(...values) > 0);
      if (moving.length === 0) return undefined;
      const violent = moving.filter(({ values }) => values.every(beyond(large)));
      if (violent.length > 0 && looks.every((probe) => gainOf(probe) > gain.value))
        return [said(subject, violent, of, "large")];
      const { mean, standardError } = lastStretch(subject, Math.min(subject.steps, 30));
      const { baseline = NaN } = subject;
      if (mean < learned.value * baseline) return undefined;
      const behind = subject.ended && mean - 2 * standardError > baseline;
      const slow = moving.filter(({ values }) => {
        const whole = Math.max(...values) * plannedSteps(subject);
        return (
          (!values.some(beyond(small)) && whole < way.value) ||
          (behind && whole < wayDone.value && Math.max(...values) < good.small / 2)
        );
      });
      return slow.length > moving.length / 2 ? [said(subject, slow, of, "small")] : undefined;
    },
  },
  sick: { train: () => parted(1e-6) },
  healthy: { train: () => parted(0.1) },
};

/** A schedule that has ended while most of the training was still to come, and little was learned. */
function rateGone(subject: TrainingSubject): Observation | undefined {
  const { gone, learned } = updateRatio.thresholds;
  const { epochs, plan, steps, baseline = NaN } = subject;
  const highest = Math.max(...epochs.map(({ learningRate }) => learningRate));
  const last = epochs.findLastIndex(({ learningRate }) => learningRate > gone.value * highest);
  const from = epochs[last + 1];
  if (from === undefined || !(last + 1 <= plan.epochs / 4) || epochs.length < plan.epochs / 2)
    return undefined;
  if (lastStretch(subject, Math.min(steps, 30)).mean < learned.value * baseline) return undefined;
  return {
    severity: "warning",
    title: `After ${count(from.steps, "step")} of ${plannedSteps(subject)} the learning rate is ${show(from.learningRate)}, and stays ${highest > 0 ? "below a thousandth of what it was" : "so"}`,
    number: highest > 0 ? from.learningRate / highest : 0,
    threshold: gone.value,
    evidence: [
      `The learning rate at the end of each epoch: ${epochs
        .slice(0, 6)
        .map(({ learningRate }) => show(learningRate))
        .join(", ")}${epochs.length > 6 ? " …" : ""}`,
    ],
    why: "Steps of almost no length change nothing: the rest of the training is for nothing",
    fix: `Let the schedule last as long as the training: decaySteps: ${plannedSteps(subject)} for a schedule that ends, or a slower decay`,
    where: { epoch: from.epoch },
  };
}

interface Ratios {
  readonly weight: WeightProbe;
  readonly values: readonly number[];
}

function ratioOf(probe: Probe, { name, layer }: WeightProbe): number {
  const of = probe.weights.find((weight) => weight.name === name && weight.layer === layer);
  return of === undefined || of.norm === 0 ? NaN : of.updateNorm / of.norm;
}

/** What a step along the slope would take off the loss if the slope went on for ever, per loss. */
const gainOf = ({ weights, loss, penalty }: Probe): number =>
  weights.reduce((sum, of) => sum + of.gradientNorm * of.updateNorm, 0) / Math.abs(loss - penalty);

const ofLength = (ratio: number): string => `${show(Number((100 * ratio).toPrecision(2)))}% of its length`;

const normAt = (probe: Probe | undefined, { name, layer }: WeightProbe): number =>
  probe?.weights.find((weight) => weight.name === name && weight.layer === layer)?.norm ?? NaN;

/** Whether a constraint has cut a weight to much less than it began with. */
const isHeld = ({ model, probes }: TrainingSubject, first: WeightProbe): boolean =>
  model.trainableVariables.some(({ name, constraint }) => name === first.name && constraint !== undefined) &&
  normAt(probes.at(-1), first) < updateRatio.thresholds.held.value * first.norm;

const plannedSteps = ({ steps, plan }: TrainingSubject): number =>
  Math.max(steps, plan.epochs * plan.stepsPerEpoch);

/** The share of their length that a good step moves weights by: up to a hundredth, from where it was more. */
const good = { large: 1e-2, small: 1e-3 } as const;

function said(subject: TrainingSubject, found: readonly Ratios[], of: number, which: "large" | "small") {
  const planned = plannedSteps(subject);
  const typical = ({ values }: Ratios): number => (which === "large" ? Math.max(...values) : median(values));
  const worst = found.reduce((a, b) => ((which === "large") === typical(b) > typical(a) ? b : a));
  const ratio = typical(worst);
  const rate = subject.model.isCompiled ? subject.model.compiled.optimizer.learningRate : undefined;
  const target = rate === undefined ? undefined : Number(((rate * good[which]) / ratio).toPrecision(1));
  const setting = target === undefined ? "" : `: model.compiled.optimizer.learningRate = ${show(target)}`;
  const held = which === "large" && isHeld(subject, worst.weight);
  return {
    severity: "warning" as const,
    title:
      which === "large"
        ? `One step moves ${called(worst.weight)} by ${ofLength(ratio)}${held ? ", which its constraint keeps short" : ""}`
        : `All ${planned} steps together would move ${called(worst.weight)} by ${ofLength(ratio * planned)} at most`,
    number: Math.log10(ratio),
    threshold: updateRatio.thresholds[which].value,
    evidence: [
      `It is so for ${found.length} of ${count(of, "weight")}; per step: ${found
        .slice(0, 4)
        .map((each) => `${each.weight.name} by ${ofLength(typical(each))}`)
        .join(", ")}`,
      ...(held
        ? [
            `Its length was ${show(worst.weight.norm)} at first; its constraint has cut it to ${show(normAt(subject.probes.at(-1), worst.weight))}`,
          ]
        : []),
      `Good is about 0.1% per step${rate === undefined ? "" : `; the learning rate is ${show(rate)}`}`,
    ],
    why:
      which === "large"
        ? "Each step throws away much of what the steps before it had learned"
        : "Training will end before the weights have gone anywhere",
    fix: held
      ? "Let the constraint allow longer weights, kernelConstraint: new MaxNorm({ maxValue: 3 }), or leave it out"
      : which === "large"
        ? `Lower the learning rate${setting}`
        : `Raise the learning rate${setting}; see that the optimizer's epsilon is the usual 1e-7, that gradients are not clipped to almost nothing, and that weights do not begin far too large`,
    where: { layers: [...new Set(found.map(({ weight }) => weight.layer))] },
  };
}

const parted = (learningRate: number): FitCase => ({
  ...clouds(2, 64),
  model: new Sequential([new Dense(8, { activation: "relu" }), new Dense(1, { activation: "sigmoid" })]),
  compile: { loss: "binaryCrossentropy", optimizer: new SGD({ learningRate }) },
  fit: { epochs: 12, batchSize: 16 },
});
