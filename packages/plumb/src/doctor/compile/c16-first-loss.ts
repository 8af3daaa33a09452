import { activationBehind } from "../../base/contract.ts";
import { RandomNormal } from "../../initializers/index.ts";
import { Dense } from "../../layers/index.ts";
import type { Pairing } from "../../losses/index.ts";
import type { Tensor } from "../../tensor/index.ts";
import { Sequential } from "../../train/index.ts";
import type { Diagnosis } from "../diagnosis.ts";
import type { ExamineOptions } from "../examine.ts";
import {
  answersTo,
  firstLook,
  firstProbe,
  sumsFor,
  type FirstLook,
  type ProbedModel,
} from "../experiments/first-look.ts";
import { inputSize } from "../experiments/input-size.ts";
import { ignorance, lossOf } from "../experiments/loss-values.ts";
import { withOtherWeights } from "../experiments/other-weights.ts";
import { unitsAlike } from "../experiments/units-alike.ts";
import type { Observation } from "../finding.ts";
import { clouds } from "../made-up.ts";
import type { Labels } from "../subjects/labels.ts";
import type { ModelSubject } from "../subjects/model.ts";
import { count, percent, show, some } from "../words.ts";

/** Sets of other weights that are tried. */
const usualSets = 4;

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
    usually: {
      value: 1 / 3,
      unit: "of the first loss, with four other sets of random weights of the usual size",
      source:
        "added: where the worst of these is not clearly better, the weights are not at fault; the size is He's, which narrow layers can make a loss of 10 of",
    },
    factor: {
      value: 10,
      unit: "root mean square of the last sums / that of the inputs, where usual weights do no better",
      source:
        "added: four residual paths that are added up give up to 6 and train well; a factor of 100 on the way does not",
    },
    offset: {
      value: 10,
      unit: "standard deviations between 0 and the mean of the target",
      source: "so far the bias of the last layer has to travel before anything else is learnt",
    },
    alike: {
      value: 1,
      unit: "distinct values in the kernels of two layers in a row",
      source:
        "NeuraLint (Nikanjam et al., 2021): units that begin alike get the same gradient, and stay alike",
    },
    prior: {
      value: 0.5,
      unit: "loss of the shares of the classes / loss of an even guess",
      source: "below, half of the first loss is only the shares, which the first bias can say at once",
    },
  },
  explains: ["C17", "C18", "T3", "T4", "T8", "T10", "T11", "T12", "P3", "P4"],
  about: `Before the first step a model knows nothing, so its loss should be that of an even guess: ln K nats among K classes (1.10
for 3, 2.30 for 10), Var(y) + mean(y)² for a squared error. Much more means that it is confidently wrong from the start: the
first weights are too large.

Held against 25% alone, sound models are blamed, for fresh random weights spread the outputs a little. So it is told only
where the last sums are more than 3 in size, and the layers have made them more than 3 times as large as what came in. Inputs
that are large themselves are D3. Where the shares of the classes, or the mean of the target, explain most of the first loss,
a first value for the last bias is proposed, as information. Where the kernels of two layers in a row are each filled with
one number, the units of the first start out the same and stay so: many count as one. Models that were trained already are
left out.`,
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
      const found = [...(await allAlike(subject))];
      for (const i of subject.outputs.keys()) found.push(...(await ofOutput(subject, look, probe, i)));
      return found;
    },
  },
  sick: { examine: () => withInitializer(new RandomNormal({ stddev: 20 })) },
  healthy: { examine: () => withInitializer("glorotUniform") },
};

async function ofOutput(
  subject: ModelSubject,
  look: FirstLook,
  probe: ProbedModel,
  i: number,
): Promise<Observation[]> {
  const { loss, pairing, units = 1, head } = subject.outputs[i];
  const { tensor, labels } = look.answers[i];
  if (loss === undefined || pairing === undefined || labels === undefined || pairing.findings.length > 0)
    return [];
  const infinite = notFinite(subject, look, i);
  if (infinite !== undefined) return [infinite];
  const known = ignorance(loss, labels, tensor.shape);
  const before = sumsFor(subject, look.x)[i];
  const first = firstLossOf(pairing, labels, tensor, before);
  if (known === undefined || first === undefined) return [];
  const { even, informed } = known;
  const { excess, spread, gain, usually, factor, offset, prior } = firstLoss.thresholds;
  const behind = activationBehind(loss.contract);
  const classes = Math.max(2, units);
  const sums = size(before.dataSync());
  const from = inputSize(subject, probe);
  const guess =
    behind === undefined ? "answering 0 would cost" : `an even guess among ${classes} classes would cost`;
  if (first > (1 + excess.value) * even && sums > spread.value && sums > gain.value * from) {
    const steps = growth(probe);
    const usual = await usualFirstLoss(subject, look, i);
    const better = usual !== undefined && usual < usually.value * first;
    // Where usual weights do no better, it lies in how the layers are put together: paths that are added up, or a factor.
    if (!better && sums < factor.value * from && (steps?.times ?? 0) < factor.value) return [];
    return [
      {
        severity: "warning",
        title: `The first loss is ${show(first)}, ${show(first / even)} times what ${guess} (${show(even)})`,
        number: first,
        threshold: (1 + excess.value) * even,
        evidence: [
          `The inputs have a typical size of ${show(from)} (root mean square); what the last layer computes before its activation has ${show(sums)}`,
          ...(steps === undefined
            ? []
            : [`${steps.name} makes its input ${show(steps.times)} times as large`]),
          ...(usual === undefined
            ? []
            : [`With random weights of the usual size the first loss is ${show(usual)}`]),
        ],
        why: "The model is confidently wrong before it has learned anything: training has to undo that first, or fails to",
        fix: better
          ? 'The first weights are too large: leave the kernelInitializer out, or take "glorotUniform" (with relu "heNormal")'
          : `Bring the numbers down on their way through the model: ${steps === undefined ? "take factors out, or put a BatchNormalization between the layers" : `look at what ${steps.name} multiplies by`}`,
        confirmed: better,
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
        title: `The first loss is ${show(first)}; a model that only knows how frequent each class is would have ${show(informed)}`,
        number: first,
        threshold: informed,
        evidence: [
          `${percent(ones)} of the labels are 1, which a first bias of ln(p / (1 − p)) = ${show(bias)} says at once`,
        ],
        why: "The first training steps only go into finding out how rare the rare class is",
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
      title: `The labels have a mean of ${show(mean)}, ${show(Math.abs(mean) / deviation)} standard deviations away from 0, where the outputs begin`,
      number: Math.abs(mean) / deviation,
      threshold: offset.value,
      evidence: [`The first loss is ${show(first)}; always answering the mean would give ${show(informed)}`],
      why: "The bias of the last layer has to travel there before anything else shows in the loss",
      fix: `new Dense(1, { biasInitializer: new Constant({ value: ${show(mean)} }) }) as the last layer, or subtract the mean from the labels`,
    },
  ];
}

/** The first loss as training has it: behind a head that it knows, from what stands before the activation. */
const firstLossOf = (
  { loss, behindHead }: Pairing,
  labels: Labels,
  answers: Tensor,
  before: Tensor,
): number | undefined =>
  lossOf((behindHead ?? loss).withReduction("mean"), labels, behindHead === undefined ? answers : before);

/** The worst first loss of an output with some sets of random weights of the usual size: that of He's first weights. */
async function usualFirstLoss(
  subject: ModelSubject,
  { x, answers }: FirstLook,
  output: number,
): Promise<number | undefined> {
  const { pairing } = subject.outputs[output];
  const { labels } = answers[output];
  let worst = 0;
  for (let seed = 0; seed < usualSets; seed++) {
    const answer = async (): Promise<number | undefined> => {
      const tensor = (await answersTo(subject, x))[output];
      return pairing && labels && firstLossOf(pairing, labels, tensor, sumsFor(subject, x)[output]);
    };
    const first = await withOtherWeights(subject, seed, answer, Math.SQRT2);
    if (first === undefined) return undefined;
    worst = Math.max(worst, first);
  }
  return worst;
}

/** First outputs that are no numbers, from inputs that are. */
function notFinite({ data }: ModelSubject, { answers }: FirstLook, output: number): Observation | undefined {
  const { values } = answers[output];
  let strange = 0;
  for (let i = 0; i < values.length; i++) strange += Number(!Number.isFinite(values[i]));
  const clean = data.training.inputs.every((table) =>
    Array.from({ length: table.width }, (_, column) => table.facts(column)).every((of) => of.notFinite === 0),
  );
  if (strange === 0 || !clean) return undefined;
  return {
    severity: "warning",
    title: `${percent(strange / values.length)} of the model's first outputs are infinite or not a number, before any training`,
    number: strange / values.length,
    threshold: 0,
    evidence: ["All inputs are finite: the numbers grow beyond all bounds on their way through the layers"],
    why: "A loss of such outputs is no number either, and no step can repair it",
    fix: 'Leave the kernelInitializer out, or take "glorotUniform"; an exponential as the last activation overflows where it is given more than 88',
    confirmed: true,
  };
}

/** Layers whose units cannot be told from each other, and stay so. */
async function allAlike(subject: ModelSubject): Promise<Observation[]> {
  const { layers, confirmed } = await unitsAlike(subject);
  if (layers.length === 0) return [];
  const units = layers.reduce((sum, of) => sum + of.units, 0);
  return [
    {
      severity: "warning",
      title: `${count(units, "unit")} in ${some(layers.map(({ name }) => name))} begin alike and stay alike: each of these layers is worth 1 unit`,
      number: units,
      threshold: firstLoss.thresholds.alike.value,
      evidence: [
        ...layers
          .slice(0, 3)
          .map(({ name, value }) => `All weights in the kernel of ${name} begin at ${show(value)}`),
        ...(confirmed ? ["After 10 training steps its units still have the same weights as each other"] : []),
      ],
      why: "Units with the same weights compute the same, get the same gradient and change in the same way, for ever",
      fix: 'Leave the kernelInitializer out, or take "glorotUniform" (random numbers of a fitting size)',
      confirmed,
      where: { layers: layers.map(({ name }) => name) },
    },
  ];
}

/** √ of the mean square. */
function size(values: ArrayLike<number>): number {
  let squares = 0;
  for (let i = 0; i < values.length; i++) squares += values[i] ** 2;
  return Math.sqrt(squares / Math.max(1, values.length));
}

/** The layer that makes its input largest. */
function growth({ layers }: ProbedModel): { readonly name: string; readonly times: number } | undefined {
  const sizes = layers.map(({ name, mean, deviation }) => ({ name, of: Math.hypot(mean, deviation) }));
  const steps = sizes.slice(1).map(({ name, of }, i) => ({ name, times: of / sizes[i].of }));
  const most = steps.toSorted((a, b) => b.times - a.times)[0];
  return most !== undefined && most.times > 3 ? most : undefined;
}

const withInitializer = (kernelInitializer: RandomNormal | "glorotUniform"): ExamineOptions => ({
  ...clouds(3, 60),
  model: new Sequential([new Dense(3, { activation: "softmax", kernelInitializer })]),
  compile: { loss: "sparseCategoricalCrossentropy" },
  experiments: false,
});
