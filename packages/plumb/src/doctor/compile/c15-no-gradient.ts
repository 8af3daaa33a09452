import { Dense } from "../../layers/index.ts";
import { concat, type Tensor } from "../../tensor/index.ts";
import { Sequential, type RowsData } from "../../train/index.ts";
import type { Diagnosis } from "../diagnosis.ts";
import type { ExamineOptions } from "../examine.ts";
import {
  answersTo,
  firstLook,
  firstProbe,
  probeNow,
  refusedAsNothing,
  type ProbedModel,
} from "../experiments/first-look.ts";
import { gradientCuts } from "../experiments/gradient-cuts.ts";
import { lossOf } from "../experiments/loss-values.ts";
import { withOtherWeights } from "../experiments/other-weights.ts";
import type { Observation } from "../finding.ts";
import { clouds } from "../made-up.ts";
import { Labels } from "../subjects/labels.ts";
import type { ModelSubject } from "../subjects/model.ts";
import type { WeightProbe } from "../subjects/training.ts";
import { count, show, some } from "../words.ts";
import { ownLoss } from "./pairings.ts";

export const noGradient: Diagnosis = {
  id: "C15",
  code: "PL2115",
  severity: "error",
  title: "the loss gives no gradient",
  thresholds: {
    gradient: {
      value: 0,
      unit: "length of the gradient, with three sets of weights",
      source: "where the loss hangs on a weight, its gradient is 0 to the last bit by rare chance only",
    },
    growth: {
      value: 1.5,
      unit: "times the loss when every row is given twice",
      source: "a mean over rows stays what it is, a sum doubles; halfway between the two",
    },
  },
  explains: ["C17", "C18", "T4", "T6", "T7", "T12", "P3", "P4"],
  about: `A model learns by the slope of the loss in each weight. Some operations have no slope: rounding, comparing, choosing the
highest (argmax), a cast to whole numbers, stopGradient. Where one of them stands between a weight and the loss, that weight
never changes, and nothing says so. It happens in losses of one's own (an accuracy as a loss) and in layers of one's own.

The gradients of the first batch are computed with the weights that there are, and with two other sets of random weights,
which are taken back: a unit that happens to be silent is another matter (T10). If all gradients are exactly 0 it is an error;
of some weights, a warning. The operation where the way ends is named. A loss of one's own that is a sum over the rows rather
than a mean is told as information: its size, and with it the steps, hang on the batch size.`,
  example: `const model = new Sequential([new Dense(1, { activation: "sigmoid" })]);
const wrong = (yTrue, yPred) => yPred.greater(0.5).cast("float32").sub(yTrue.reshape(yPred.shape)).abs().mean();
const data = [[0, 1], [1, 0], [1, 1], [0, 0]];
const options = { data, labels: [0, 1, 1, 0], experiments: false };
const report = await examine({ model, compile: { loss: wrong, optimizer: "adam" }, ...options });
console.log(report.findings[0].code); // PL2115

model.compile({ loss: "binaryCrossentropy", optimizer: "adam" });`,
  rules: {
    model: async (subject) => [...(await withoutGradient(subject)), ...(await summed(subject))],
  },
  sick: { examine: () => withLoss((yTrue, yPred) => yPred.greater(0.5).cast("float32").sub(yTrue)) },
  healthy: { examine: () => withLoss((yTrue, yPred) => yPred.sub(yTrue)) },
};

const flatIn = (probe: ProbedModel | undefined): readonly WeightProbe[] =>
  (probe?.weights ?? []).filter(({ gradientNorm }) => gradientNorm === 0);

async function withoutGradient(subject: ModelSubject): Promise<Observation[]> {
  const probe = await firstProbe(subject);
  if (probe === undefined || subject.outputs.some(({ loss }) => loss === undefined)) return [];
  let flat = flatIn(probe);
  for (let seed = 0; seed < 2 && flat.length > 0; seed++) {
    const other = await withOtherWeights(subject, seed, () => probeNow(subject));
    if (other === undefined) return [];
    const names = new Set(flatIn(other).map(({ name }) => name));
    flat = flat.filter(({ name }) => names.has(name));
  }
  if (flat.length === 0) return [];
  const all = flat.length === probe.weights.length;
  const look = await firstLook(subject);
  const names = new Set(flat.map(({ name }) => name));
  const cuts = look && (await refusedAsNothing(async () => gradientCuts(subject, look, names)));
  const places = (cuts ?? []).map(({ op, part }) => `${op} in ${part === "loss" ? "the loss" : part}`);
  const layers = [...new Set(flat.map(({ layer }) => layer))];
  return [
    {
      severity: all ? "error" : "warning",
      title: all
        ? `All ${probe.weights.length} weights have a gradient of exactly 0: no training step can change them`
        : `${flat.length} of ${probe.weights.length} weights have a gradient of exactly 0: ${some(flat.map(({ name }) => name))}`,
      number: flat.length,
      threshold: noGradient.thresholds.gradient.value,
      evidence: [
        "It stays 0 with two other sets of random weights",
        places.length > 0
          ? `The way from the loss to the weights ends at ${some(places)}`
          : `The loss does not hang on ${all ? "any weight" : some(layers)}`,
      ],
      why: "Without a slope there is no direction: what has no gradient does not learn",
      fix: all
        ? 'Write the loss in operations that have a slope: sums, products, exp and log of the predictions; no argmax, round, comparison or cast to whole numbers. For classes: loss: "binaryCrossentropy" or "sparseCategoricalCrossentropy"'
        : `Let the output hang on ${some(layers)}, or say that they are not to be trained: layer.trainable = false`,
      where: { layers },
      confirmed: true,
    },
  ];
}

/** Losses of one's own that grow with the number of rows. */
async function summed(subject: ModelSubject): Promise<Observation[]> {
  const custom = subject.outputs.some(
    ({ loss }) => loss?.contract.custom === true && loss.reduction !== "sum",
  );
  const look = custom ? await firstLook(subject) : undefined;
  if (look === undefined) return [];
  const twice = await refusedAsNothing(() => answersTo(subject, doubled(look.x)));
  return subject.outputs.flatMap(({ loss }, i): Observation[] => {
    const { labels, tensor } = look.answers[i];
    if (loss?.contract.custom !== true || labels === undefined || twice === undefined) return [];
    const rows = Int32Array.from({ length: 2 * labels.rows }, (_, row) => row % labels.rows);
    const more = new Labels(labels.table.select(rows), labels);
    const [once, both] = [lossOf(loss, labels, tensor), lossOf(loss, more, twice[i])];
    if (once === undefined || both === undefined || once === 0) return [];
    const growth = both / once;
    const { value } = noGradient.thresholds.growth;
    if (Math.abs(growth - 2) > 2 - value) return [];
    return [
      {
        severity: "information",
        title: `${ownLoss(loss)} is ${show(growth)} times as large when every row is given twice`,
        number: growth,
        threshold: value,
        evidence: [`${count(labels.rows, "row")} cost ${show(once)}, the same rows twice ${show(both)}`],
        why: "It is a sum over the rows: gradients and the right learning rate hang on the batch size",
        fix: "End the loss in mean() rather than sum()",
        confirmed: true,
      },
    ];
  });
}

/** The same rows once more behind them. */
const doubled = (x: RowsData): RowsData => {
  const of = (rows: unknown): unknown => concat([rows as Tensor, rows as Tensor], 0);
  return (Array.isArray(x) ? x.map(of) : of(x)) as RowsData;
};

const withLoss = (difference: (yTrue: Tensor, yPred: Tensor) => Tensor): ExamineOptions => ({
  ...clouds(2, 40),
  model: new Sequential([new Dense(1, { activation: "sigmoid" })]),
  compile: {
    optimizer: "adam",
    loss: (yTrue, yPred) => difference(yTrue.cast("float32").reshape(yPred.shape), yPred).square().mean(),
  },
  experiments: false,
});
