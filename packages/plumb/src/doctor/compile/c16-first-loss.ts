import { activationBehind } from "../../base/contract.ts";
import { RandomNormal } from "../../initializers/index.ts";
import { Dense } from "../../layers/index.ts";
import { Sequential } from "../../train/index.ts";
import type { Diagnosis } from "../diagnosis.ts";
import type { ExamineOptions } from "../examine.ts";
import { firstLook, firstProbe, type FirstLook, type ProbedModel } from "../experiments/first-look.ts";
import { inputSize } from "../experiments/input-size.ts";
import { ignorance, lossOf } from "../experiments/loss-values.ts";
import type { Observation } from "../finding.ts";
import { clouds } from "../made-up.ts";
import type { ModelSubject } from "../subjects/model.ts";
import { show } from "../words.ts";

export const firstLoss: Diagnosis = {
  id: "C16",
  code: "PL2116",
  severity: "warning",
  title: "the first loss is not what it should be",
  thresholds: {
    excess: {
      value: 0.25,
      unit: "of the loss of an even guess",
      source: "Karpathy, A recipe for training neural networks, 2019: look at the loss before the first step",
    },
    spread: {
      value: 3,
      unit: "root mean square of the last sums",
      source:
        "Glorot's first weights give at most √2 for inputs of size 1: a linear softmax is off by 70% and sound, so 25% alone would blame it",
    },
    gain: {
      value: 3,
      unit: "root mean square of the last sums / that of the inputs",
      source:
        "Glorot's and He's first weights give at most √2; above, the weights are large, not the inputs (D3)",
    },
    offset: {
      value: 10,
      unit: "standard deviations between 0 and the mean of the target",
      source: "so far the bias of the last layer has to travel before anything else is learnt",
    },
    alike: {
      value: 1,
      unit: "distinct values in each kernel",
      source:
        "NeuraLint (Nikanjam et al., 2021): units that begin alike get the same gradient, and stay alike",
    },
    prior: {
      value: 0.5,
      unit: "loss of the shares of the classes / loss of an even guess",
      source: "below, half of the first loss is only the shares, which the first bias can say at once",
    },
  },
  explains: ["C18", "T3", "T4", "T8", "T11", "P3"],
  about: `Before the first step a model knows nothing, so its loss should be that of an even guess: ln K nats among K classes (1.10
for 3, 2.30 for 10), Var(y) + mean(y)² for a squared error. Much more means that it is confidently wrong from the start: the
first weights are too large.

Held against 25% alone, sound models are blamed, for fresh random weights spread the outputs a little. So it is told only
where the last sums are more than 3 in size, and the layers have made them more than 3 times as large as what came in. Inputs
that are large themselves are D3. Where the shares of the classes, or the mean of the target, explain most of the first loss,
a first value for the last bias is proposed, as information. Where every kernel
is filled with one number, all units of a layer start out the same and stay so: many count as one. Models that were trained
already are left out.`,
  example: `const wide = new RandomNormal({ stddev: 20 });
const model = new Sequential([new Dense(3, { activation: "softmax", kernelInitializer: wide })]);
const data = [[0, 1], [1, 0], [1, 1], [-1, 0]];
const compile = { loss: "sparseCategoricalCrossentropy" };
const report = await examine({ model, compile, data, labels: [0, 1, 2, 0], experiments: false });
console.log(report.findings.map(({ code }) => code)); // PL2116 is among them

new Sequential([new Dense(3, { activation: "softmax" })]);`,
  rules: {
    model: async (subject) => {
      const { model } = subject;
      if (!model.isCompiled || model.compiled.optimizer.iterations.itemSync() > 0) return undefined;
      const [look, probe] = [await firstLook(subject), await firstProbe(subject)];
      if (look === undefined || probe === undefined) return undefined;
      return [...allAlike(subject), ...subject.outputs.flatMap((_, i) => ofOutput(subject, look, probe, i))];
    },
  },
  sick: { examine: () => withInitializer(new RandomNormal({ stddev: 20 })) },
  healthy: { examine: () => withInitializer("glorotUniform") },
};

function ofOutput(subject: ModelSubject, look: FirstLook, probe: ProbedModel, i: number): Observation[] {
  const { loss, pairing, units = 1, head } = subject.outputs[i];
  const { tensor, labels, values } = look.answers[i];
  if (loss === undefined || pairing === undefined || labels === undefined || pairing.findings.length > 0)
    return [];
  const known = ignorance(loss, labels, tensor.shape);
  const first = lossOf(pairing.loss.withReduction("mean"), labels, tensor);
  if (known === undefined || first === undefined) return [];
  const { even, informed } = known;
  const { excess, spread, gain, offset, prior } = firstLoss.thresholds;
  const behind = activationBehind(loss.contract);
  const classes = Math.max(2, units);
  const sums = size(logits(values, head));
  const from = inputSize(subject, probe);
  const guess = behind === undefined ? "of answering 0" : `of an even guess among ${classes} classes`;
  if (first > (1 + excess.value) * even && sums > spread.value && sums > gain.value * from) {
    const steps = growth(probe);
    return [
      {
        severity: "warning",
        title: `The first loss is ${show(first)}, ${show(first / even)} times the ${show(even)} ${guess}`,
        number: first,
        threshold: (1 + excess.value) * even,
        evidence: [
          `What comes in has a size (root mean square) of ${show(from)}, the sums of the last layer have ${show(sums)}`,
          ...(steps === undefined ? [] : [steps]),
        ],
        why: "The model is confidently wrong before it has learnt anything: the first steps only bring the weights down, or fail to",
        fix: 'Leave the kernelInitializer out, or take "glorotUniform" (with relu "heNormal")',
        where: {
          layers: subject.layers.filter(({ layer }) => layer.weights.length > 0).map(({ name }) => name),
        },
      },
    ];
  }
  if (units === 1 && behind === "sigmoid" && informed < prior.value * even && first > informed) {
    const ones = labels.classes.filter((of) => of === 1).length / labels.rows;
    if (ones === 0 || ones === 1) return [];
    const bias = Math.log(ones / (1 - ones));
    return [
      {
        severity: "information",
        title: `The first loss is ${show(first)}, and knowing the shares of the classes alone gives ${show(informed)}`,
        number: first,
        threshold: informed,
        evidence: [`A first bias of ln(p / (1 − p)) = ${show(bias)} says these shares`],
        why: "The first steps go into finding out how rare the rare class is",
        fix: `new Dense(1, { biasInitializer: new Constant({ value: ${bias.toFixed(2)} }) }) as the last layer`,
      },
    ];
  }
  const { mean, deviation } = labels.table.facts(0);
  if (behind !== undefined || head !== "linear" || units !== 1 || !(deviation > 0)) return [];
  if (Math.abs(mean) < offset.value * deviation || first < offset.value * informed) return [];
  return [
    {
      severity: "information",
      title: `The mean of the target, ${show(mean)}, is ${show(Math.abs(mean) / deviation)} times its standard deviation away from 0, where the outputs begin`,
      number: Math.abs(mean) / deviation,
      threshold: offset.value,
      evidence: [`The first loss is ${show(first)}, that of always saying the mean ${show(informed)}`],
      why: "The last bias has to travel there before anything else shows in the loss",
      fix: `new Dense(1, { biasInitializer: new Constant({ value: ${show(mean)} }) }) as the last layer, or subtract the mean from the labels`,
    },
  ];
}

/** Kernels that are filled with one number each: the units of a layer cannot be told from each other, and stay so. */
function allAlike({ layers }: ModelSubject): Observation[] {
  const kernels = layers.flatMap(({ layer, name }) =>
    layer.trainableWeights
      .filter(({ shape }) => shape.length > 1)
      .map((weight) => ({ name, values: weight.dataSync() })),
  );
  if (kernels.length < 2 || !kernels.every(({ values }) => values.every((of) => of === values[0]))) return [];
  const names = [...new Set(kernels.map(({ name }) => name))];
  return [
    {
      severity: "warning",
      title: `Each of the ${kernels.length} kernels is filled with 1 number: all units of a layer begin alike`,
      number: 1,
      threshold: firstLoss.thresholds.alike.value,
      evidence: kernels
        .slice(0, 3)
        .map(({ name, values }) => `All ${values.length} weights of ${name} are ${show(values[0])}`),
      why: "Units that begin alike get the same gradient and stay alike: a layer of many counts as one unit",
      fix: 'Leave the kernelInitializer out, or take "glorotUniform"',
      where: { layers: names },
    },
  ];
}

/** What stood before a softmax or sigmoid, as far as it can be told: logarithms of shares, from their mean. */
function logits(values: ArrayLike<number>, head: string): ArrayLike<number> {
  const bounded = (p: number): number => Math.min(1 - 1e-7, Math.max(1e-7, p));
  if (head === "sigmoid") return Float64Array.from(values, (p) => Math.log(bounded(p) / (1 - bounded(p))));
  if (head !== "softmax") return values;
  const logs = Float64Array.from(values, (p) => Math.log(bounded(p)));
  const middle = logs.reduce((sum, of) => sum + of, 0) / logs.length;
  return logs.map((of) => of - middle);
}

/** √ of the mean square. */
function size(values: ArrayLike<number>): number {
  let squares = 0;
  for (let i = 0; i < values.length; i++) squares += values[i] ** 2;
  return Math.sqrt(squares / Math.max(1, values.length));
}

/** The layer that makes its input largest. */
function growth({ layers }: ProbedModel): string | undefined {
  const sizes = layers.map(({ name, mean, deviation }) => ({ name, of: Math.hypot(mean, deviation) }));
  const steps = sizes.slice(1).map(({ name, of }, i) => ({ name, times: of / sizes[i].of }));
  const most = steps.toSorted((a, b) => b.times - a.times)[0];
  return most === undefined || !(most.times > 3)
    ? undefined
    : `${most.name} makes its input ${show(most.times)} times as large`;
}

const withInitializer = (kernelInitializer: RandomNormal | "glorotUniform"): ExamineOptions => ({
  ...clouds(3, 60),
  model: new Sequential([new Dense(3, { activation: "softmax", kernelInitializer })]),
  compile: { loss: "sparseCategoricalCrossentropy" },
  experiments: false,
});
