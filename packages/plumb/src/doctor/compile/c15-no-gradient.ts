import { Dense } from "../../layers/index.ts";
import { concat, replaceLeaves, type Tensor } from "../../tensor/index.ts";
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
import { linksOf } from "../experiments/layer-links.ts";
import { rounding as roundingOfRows, rowFault } from "../experiments/loss-of-rows.ts";
import { lossOf } from "../experiments/loss-values.ts";
import { withOtherWeights } from "../experiments/other-weights.ts";
import type { Observation } from "../finding.ts";
import { clouds } from "../made-up.ts";
import { Labels } from "../subjects/labels.ts";
import type { ModelSubject } from "../subjects/model.ts";
import type { WeightLook } from "../subjects/training.ts";
import { count, show, some } from "../words.ts";
import { comparesOtherRows } from "./c08-broadcast.ts";
import { answeredOutputs, ownLoss } from "./pairings.ts";

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
    exchange: {
      value: roundingOfRows,
      unit: "of the loss of 16 rows, or of half of them, by which exchanged answers change it",
      source: "float32 rounds sums of 16 values by about a millionth",
    },
  },
  explains: ["C17", "C18", "T4", "T6", "T7", "T12", "P3", "P4"],
  about: `A model learns by the slope of the loss in each weight. Some operations have no slope: rounding, comparing, choosing the
highest (argmax), a cast to whole numbers, stopGradient. Where one of them stands between a weight and the loss, that weight
never changes, and nothing says so. It happens in losses of one's own (an accuracy as a loss) and in layers of one's own.

The gradients of the first batch are computed with the weights that there are, and with two other sets of random weights,
which are taken back: a unit that happens to be silent is another matter (T10). If all gradients are exactly 0 it is an error;
of some weights, a warning. The operation where the way ends is named. A loss of one's own that is a sum over the rows rather
than a mean is told as information: its size, and with it the steps, hang on the batch size. Two other ways to make one number
of many rows are warnings: only the worst row counts (a maximum), or any row's answer will do for any other (errors that
cancel each other out, as in mean().abs(); labels that are not used). Single rows, and rows with exchanged answers, show it.`,
  example: `const model = new Sequential([new Dense(1, { activation: "sigmoid" })]);
const wrong = (yTrue, yPred) => yPred.greater(0.5).cast("float32").sub(yTrue.reshape(yPred.shape)).abs().mean();
const data = [[0, 1], [1, 0], [1, 1], [0, 0]];
const options = { data, labels: [0, 1, 1, 0], experiments: false };
const report = await examine({ model, compile: { loss: wrong, optimizer: "adam" }, ...options });
console.log(report.findings[0].code); // PL2115

model.compile({ loss: "binaryCrossentropy", optimizer: "adam" });`,
  rules: {
    model: async (subject) => {
      const flat = await withoutGradient(subject);
      if (flat.some(({ severity }) => severity === "error")) return flat;
      return [...flat, ...(await summed(subject)), ...(await rowsLost(subject))];
    },
  },
  sick: { examine: () => withLoss((yTrue, yPred) => yPred.greater(0.5).cast("float32").sub(yTrue)) },
  healthy: { examine: () => withLoss((yTrue, yPred) => yPred.sub(yTrue)) },
};

const flatIn = (probe: ProbedModel | undefined): readonly WeightLook[] =>
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
  const own = subject.outputs.some(({ loss }) => loss?.contract.custom === true);
  // What our own losses are made of is nothing that the user could change.
  const theirs = (cuts ?? []).filter(({ part }) => own || part !== "loss");
  const places = theirs.map(({ op, part }) => `${op} in ${part === "loss" ? "the loss" : part}`);
  const layers = [...new Set(flat.map(({ layer }) => layer))];
  const starved = all ? undefined : layers.map((name) => zeroInto(subject, probe, name)).find(Boolean);
  return [
    {
      severity: all ? "error" : "warning",
      title: all
        ? `All ${probe.weights.length} weights of the model have a gradient of exactly 0: no training step can change them`
        : `${flat.length} of the ${probe.weights.length} weights ${flat.length === 1 ? "has" : "have"} a gradient of exactly 0 and cannot learn: ${some(flat.map(({ name }) => name))}`,
      number: flat.length,
      threshold: noGradient.thresholds.gradient.value,
      evidence: [
        "It is 0 with two other sets of random weights, too",
        starved !== undefined
          ? `${starved.what} 0 in every row, and a weight that is multiplied by 0 has no slope`
          : places.length > 0
            ? `The gradient does not get past ${some(places)}`
            : cuts?.length === 0
              ? `The loss does not depend on ${all ? "any weight" : some(layers)} at all`
              : "Where the answers of the model are, the loss does not change with them",
      ],
      why: "The gradient says which way to change a weight: without one there is nothing to learn from",
      fix: all
        ? 'Build the loss from operations that have a slope: sums, products, exp and log of the predictions, but no argmax, round, comparison or cast to whole numbers. For classes: loss: "binaryCrossentropy" or "sparseCategoricalCrossentropy"'
        : starved !== undefined
          ? starved.fix
          : places.length > 0
            ? `Replace ${theirs[0].op} by something that has a slope, or say that these weights are not to be trained: layer.trainable = false`
            : `Use what ${some(layers)} ${layers.length === 1 ? "gives" : "give"} on the way to the output, or say that it is not to be trained: layer.trainable = false`,
      where: { layers },
      confirmed: true,
    },
  ];
}

/** Where nothing but 0 comes into a layer: what gives it, and where to look. */
function zeroInto(
  { model, layers, data: { training } }: ModelSubject,
  probe: ProbedModel,
  name: string,
): { readonly what: string; readonly fix: string } | undefined {
  const before = linksOf(model).find(({ after }) => after.name === name)?.before.name;
  const facts = probe.layers.find((of) => of.name === before);
  if (facts !== undefined)
    return facts.low === 0 && facts.high === 0
      ? {
          what: `What ${facts.name} gives to ${name} is`,
          fix: `Look at ${facts.name}: it gives 0 for every row`,
        }
      : undefined;
  const isFirst = layers.find(({ layer }) => layer.weights.length > 0)?.name === name;
  const isZero = training.inputs.every(({ values }) => values.every((value) => Number(value) === 0));
  return isFirst && isZero
    ? {
        what: "All values of the inputs are",
        fix: "Look at how the inputs are read: print a few rows before training",
      }
    : undefined;
}

/** Losses of one's own that take only the worst row, or any row's answer for any other's. */
async function rowsLost(subject: ModelSubject): Promise<Observation[]> {
  if (!subject.outputs.some(({ loss }) => loss?.contract.custom === true)) return [];
  const outputs = await answeredOutputs(subject);
  return outputs.flatMap((output): Observation[] => {
    const { loss, answer } = output;
    if (loss?.contract.custom !== true || answer?.labels === undefined || comparesOtherRows(output))
      return [];
    const fault = rowFault(loss, answer.labels, answer.tensor);
    if (fault === undefined) return [];
    const { kind, together, single, rows } = fault;
    const scored = `${rows} rows together cost ${show(together)}; scored one by one they cost ${show(single)} on average`;
    const shared = { number: together, threshold: noGradient.thresholds.exchange.value, confirmed: true };
    const fix =
      "End the loss with the mean of what each row costs: yTrue.reshape(yPred.shape).sub(yPred).square().mean()";
    return kind === "worstRow"
      ? [
          {
            severity: "warning",
            title: `${ownLoss(loss)} of ${rows} rows is ${show(together)}, that of the worst of them: all others count for nothing`,
            evidence: [scored, "The same holds for each half of these rows"],
            why: "Each step learns from a single row, the one that is furthest off, and that may well be a mistake in the data",
            fix,
            ...shared,
          },
        ]
      : [
          {
            severity: "warning",
            title: `${ownLoss(loss)} of ${rows} rows stays ${show(together)} when each gets the answer of another row`,
            evidence: [scored, "The answers were moved on by 1, 3 and 7 rows, the labels were not"],
            why: "It cannot tell whose answer is whose: errors of different rows cancel each other out before they are counted, or the labels are not used at all",
            fix,
            ...shared,
          },
        ];
  });
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
        title: `${ownLoss(loss)} gets ${show(growth)} times as large when every row is given twice: it is a sum over the rows, not a mean`,
        number: growth,
        threshold: value,
        evidence: [`${count(labels.rows, "row")} cost ${show(once)}, the same rows twice ${show(both)}`],
        why: "The gradients, and with them the right learning rate, change with the batch size",
        fix: "End the loss with .mean() instead of .sum()",
        confirmed: true,
      },
    ];
  });
}

/** The same rows once more behind them. */
const doubled = (x: RowsData): RowsData =>
  replaceLeaves(x, (rows) => concat([rows as Tensor, rows as Tensor], 0)) as RowsData;

const withLoss = (difference: (yTrue: Tensor, yPred: Tensor) => Tensor): ExamineOptions => ({
  ...clouds(2, 40),
  model: new Sequential([new Dense(1, { activation: "sigmoid" })]),
  compile: {
    optimizer: "adam",
    loss: (yTrue, yPred) => difference(yTrue.cast("float32").reshape(yPred.shape), yPred).square().mean(),
  },
  experiments: false,
});
