import { Constant } from "../../initializers/index.ts";
import { Dense } from "../../layers/index.ts";
import { Loss } from "../../losses/index.ts";
import { Adam } from "../../optimizers/index.ts";
import { tensor } from "../../tensor/index.ts";
import { Sequential } from "../../train/index.ts";
import type { Diagnosis } from "../diagnosis.ts";
import type { ExamineOptions } from "../examine.ts";
import { firstDead } from "../experiments/first-dead.ts";
import { firstProbe, refusedAsNothing, type ProbedModel } from "../experiments/first-look.ts";
import { inputSize } from "../experiments/input-size.ts";
import { ignorance, lossOf, lowestLoss, mixed, smoothingOf } from "../experiments/loss-values.ts";
import { bends, differentRows, rowsByHeart } from "../experiments/rows-by-heart.ts";
import { trainedAway, trainedAwayThresholds, type TrainedAway } from "../experiments/trained-away.ts";
import { trainAsGiven, trainPlainly, type Course, type SomeRows } from "../experiments/short-training.ts";
import type { Observation } from "../finding.ts";
import { clouds } from "../made-up.ts";
import { Labels } from "../subjects/labels.ts";
import type { ModelSubject } from "../subjects/model.ts";
import { percent, show } from "../words.ts";
import { toldOf } from "./pairings.ts";

/** Steps with the given optimizer, and with each of two plain ones. */
const [givenSteps, plainSteps] = [300, 300];

/** Rates of the plain optimizer. */
const rates = [1e-2, 1e-3];

export const cannotMemorise: Diagnosis = {
  id: "C18",
  code: "PL2118",
  severity: "error",
  title: "the model cannot learn 16 rows by heart",
  thresholds: {
    reached: {
      value: 0.9,
      unit: "of the loss of one answer for all rows, above that of the best answers there could be",
      source:
        "TheDeepChecker and Karpathy ask for next to 0, which sound models without hidden layers never reach; who stays above 0.9 has learnt nothing of the rows",
    },
    enough: {
      value: 0.5,
      unit: "of the loss of one answer for all rows, above that of the best answers there could be",
      source: "there the experiment ends: the way from loss to weights works",
    },
    anything: {
      value: 1e-3,
      unit: "of the first loss, by which it has to fall where the loss of one answer for all is not known",
      source:
        "a loss of one's own may rest on any constant: next to nothing is asked of it, and what the labels themselves cost as answers is left out",
    },
    smoothing: {
      value: 0.1,
      unit: "of what is to be gained by knowing the labels that label smoothing leaves",
      source:
        "the usual smoothing of 0.1 leaves 75% of it among 4 classes, one of 0.5 leaves 22%, 0.9 leaves 1%",
    },
    ...trainedAwayThresholds,
    vanished: {
      value: 1e-3,
      unit: "length of the gradient at the first layer / where it is longest",
      source: "AutoTrainer: 1e-3 between first and last layer",
    },
    size: {
      value: 30,
      unit: "size of inputs or amounts",
      source:
        "beyond it the experiment says more about the scale (D3, D15) than about the model: unscaled housing and diamonds",
    },
    steps: {
      value: givenSteps + rates.length * plainSteps,
      unit: "steps at most",
      source: "TheDeepChecker (Braiek and Khomh, 2022): 1,000 steps",
    },
  },
  explains: ["T4", "T7", "P3", "P4", "P7"],
  about: `A model with more weights than rows can learn 16 rows by heart: it is the shortest test of all there is between the loss
and the weights (Karpathy, 2019). If it does not come off, no amount of data will help: the gradient does not get through,
units are silent or saturated from the start, or the outputs cannot say what the labels say.

Sixteen different rows, of all classes, are trained with the given optimizer, then with Adam at 0.01 and at 0.001, without
dropout and penalties; all of it is taken back. It is an error when at no rate the loss falls below 90% of that of one answer
for all sixteen rows (the shares of the classes, or the mean). Where labels are shares, or smoothed, the best answers cost
something as well: that is taken off first, and label smoothing that leaves next to nothing to be learnt is a warning. Models without a hidden layer are only blamed where a straight
line could do it, rates that do not work are C20's, and where inputs or amounts are far out of scale (D3, D15) nothing can be told.
With a loss of your own, or one that begins below its lower end, the answers are compared with the labels afterwards: a wrong
sign drives them away, or makes the model certain of wrong classes.`,
  example: `const dead = new Dense(8, { activation: "relu", biasInitializer: new Constant({ value: -100 }) });
const model = new Sequential([dead, new Dense(1)]);
const data = Array.from({ length: 32 }, (_, i) => [Math.sin(i), Math.cos(3 * i)]);
const labels = data.map(([a, b]) => a - b);
const report = await examine({ model, compile: { loss: "mse", optimizer: "adam" }, data, labels });
console.log(report.findings.map(({ code }) => code)); // PL2118 is among them

new Sequential([new Dense(8, { activation: "relu" }), new Dense(1)]);`,
  rules: {
    model: async (subject) => {
      const { model, experiments, data } = subject;
      if (!experiments || !model.isCompiled || data.training.rows < rowsByHeart) return undefined;
      const probe = await firstProbe(subject);
      const rows = differentRows(subject);
      if (probe === undefined || rows === undefined) return undefined;
      const opposite = await refusedAsNothing(() => wrongSign(subject, rows));
      if (opposite !== undefined) return [learntTheOpposite(opposite)];
      if (isOutOfScale(subject, probe)) return undefined;
      // Labels out of reach are told already, and one answer for all of them is out of reach as well.
      if (subject.outputs.some((output) => toldOf(output, "C10"))) return undefined;
      const smoothedAway = tooSmooth(subject, rows);
      if (smoothedAway !== undefined) return [smoothedAway];
      const tried = await refusedAsNothing(() => learnByHeart(subject, rows));
      if (tried === undefined) return undefined;
      const { goals, courses } = tried;
      const lowest = Math.min(...courses.map(({ course }) => course.lowest));
      if (lowest < goals.bound) return undefined;
      const where = firstDead(subject, probe, cannotMemorise.thresholds.vanished.value);
      const steps = courses.reduce((sum, { course }) => sum + course.steps, 0);
      return [
        {
          severity: "error",
          title: `After ${steps} training steps on just ${rowsByHeart} rows the loss is still ${show(lowest)}: ${goals.says}`,
          number: lowest,
          threshold: goals.bound,
          evidence: [
            ...courses.map(
              ({ by, course }) =>
                `${by}: from ${show(course.losses[0])} to ${show(course.lowest)} at best, in ${course.steps} steps`,
            ),
            ...(where === undefined ? [] : [where.says]),
          ],
          why: "A model that cannot learn 16 rows by heart will not learn from more of them: something between the loss and the weights is broken, and more data or time will not help",
          fix:
            where === undefined
              ? "Take layers away until the model can learn 16 rows, then put them back one by one; check the loss and what the last layer gives"
              : where.fix,
          ...(where === undefined ? {} : { where: { layers: [where.layer] } }),
          confirmed: true,
        },
      ];
    },
  },
  sick: { examine: () => withBias(-100) },
  healthy: { examine: () => withBias(0) },
};

/** What the experiment is held against. */
interface Goals {
  /** Above it, nothing was learnt. */
  readonly bound: number;
  /** Below it, the experiment ends. */
  readonly goal: number;
  readonly says: string;
}

interface Tried {
  readonly goals: Goals;
  readonly courses: readonly { readonly by: string; readonly course: Course }[];
}

/** Whether a loss of one's own, or one that was given a minus, is small where the answers are wrong. */
async function wrongSign(subject: ModelSubject, rows: Int32Array): Promise<TrainedAway | undefined> {
  const batch = subject.rowsOf(subject.data.training, rows) as SomeRows;
  const [{ loss }] = subject.outputs;
  // A loss whose lower end is 0 that begins below it has a negative weight.
  const negative = async (): Promise<boolean> =>
    loss?.record.range[0] === 0 && (await firstLossOf(subject, batch)) < 0;
  const open = loss?.contract.custom === true || (await negative());
  return open ? trainedAway(subject, batch, rows) : undefined;
}

async function firstLossOf({ model }: ModelSubject, { x, y }: SomeRows): Promise<number> {
  model.resetMetrics();
  return (await model.testOnBatch(x, y)).loss;
}

/** The experiment; undefined where nothing can be told from it. */
async function learnByHeart(subject: ModelSubject, rows: Int32Array): Promise<Tried | undefined> {
  if (!bends(subject, rows, cannotMemorise.thresholds.enough.value)) return undefined;
  const batch = subject.rowsOf(subject.data.training, rows) as SomeRows;
  const start = await firstLossOf(subject, batch);
  const goals = goalsFor(start, rangeOf(subject, rows), ownLowest(subject, rows));
  if (goals === undefined) return undefined;
  const courses: { by: string; course: Course }[] = [];
  const attempt = async (by: string, train: () => Promise<Course>): Promise<boolean> => {
    const course = await subject.undone(train);
    courses.push({ by, course });
    return course.lowest <= goals.goal;
  };
  const { optimizer } = subject.model.compiled;
  if (!(await attempt(`With ${optimizer.name}`, () => trainAsGiven(subject, batch, givenSteps, goals.goal))))
    for (const rate of rates)
      if (
        await attempt(`With Adam at a learning rate of ${rate}, without dropout and penalties`, () =>
          trainPlainly(subject, batch, new Adam({ learningRate: rate }), plainSteps, goals.goal),
        )
      )
        break;
  return { goals, courses };
}

/** Whether inputs or amounts are so large or small that steps of a usual length lead nowhere: that is D3, or D15. */
function isOutOfScale(subject: ModelSubject, probe: ProbedModel): boolean {
  const { size } = cannotMemorise.thresholds;
  if (inputSize(subject, probe) > size.value) return true;
  return subject.data.training.labels.some(({ table, areClasses }) => {
    if (areClasses) return false;
    const { mean, deviation } = table.facts(0);
    return Math.abs(mean) > size.value || deviation > size.value || deviation < 1 / size.value;
  });
}

const learntTheOpposite = ({
  course: { losses, lowest },
  evidence,
  ...judgement
}: TrainedAway): Observation => ({
  severity: "error",
  ...judgement,
  evidence: [
    ...evidence,
    `Meanwhile the loss fell from ${show(losses[0])} to ${show(lowest)}: it rewards being wrong`,
  ],
  why: "Training makes the loss smaller: so the loss has to be small where the answers are right",
  fix: "Change the sign of the loss: yTrue.sub(yPred).square().mean() without .neg() or .mul(-1); a log-likelihood needs a minus in front, and lossWeights are positive",
  confirmed: true,
});

/** The losses between which all answers lie that know anything of the labels. */
interface Range {
  /** Of the best answer that is the same for all rows. */
  readonly constant: number;
  /** Of the best answers there could be. */
  readonly lowest: number;
}

/** Goals from the loss of one answer for all; where it is not known, from the first loss. */
function goalsFor(start: number, range: Range | undefined, own: number): Goals | undefined {
  const { reached, enough, anything } = cannotMemorise.thresholds;
  if (range !== undefined) {
    const { constant, lowest } = range;
    const gain = constant - lowest;
    // Below a ten-thousandth of the loss itself, float32 hardly tells.
    if (!(gain > 1e-6 && gain > 1e-4 * Math.abs(constant))) return undefined;
    const best = lowest > 0.01 * constant ? `, and the best answers there could be ${show(lowest)}` : "";
    return {
      bound: lowest + reached.value * gain,
      goal: lowest + enough.value * gain,
      says: `giving all of them the same answer would cost ${show(constant)}${best}`,
    };
  }
  if (!(Math.abs(start) > 1e-6) || !Number.isFinite(start)) return undefined;
  const size = start > own ? Math.min(Math.abs(start), start - own) : Math.abs(start);
  const least = anything.value * size;
  return { bound: start - least, goal: start - 10 * least, says: `it began at ${show(start)}` };
}

/** What a loss of one's own costs where the labels themselves are the answers: what it rests on. −∞ where they are none. */
function ownLowest({ outputs, data }: ModelSubject, rows: Int32Array): number {
  const [{ loss, head, units = 1 }] = outputs;
  const [of] = data.training.labels;
  if (outputs.length > 1 || loss?.contract.custom !== true || of === undefined) return -Infinity;
  const labels = new Labels(of.table.select(rows), of);
  // Probabilities that are not quite 0 and 1: the logarithm of 0 is none.
  const share = head === "sigmoid" || head === "softmax" ? 0.98 : 1;
  const wanted = (row: number, k: number): number =>
    labels.areClasses && units === labels.count ? Number(labels.classes[row] === k) : labels.table.at(row, k);
  if (units !== labels.table.width && !(labels.areClasses && units === labels.count)) return -Infinity;
  const values = Float32Array.from(
    { length: rows.length * units },
    (_, i) => share * wanted(Math.floor(i / units), i % units) + (1 - share) / 2,
  );
  return lossOf(loss, labels, tensor(values, [rows.length, units])) ?? -Infinity;
}

/** The losses of one answer for all rows, and of the best; undefined where they are not known, or of several outputs. */
function rangeOf(
  { outputs, data }: ModelSubject,
  rows: Int32Array,
  change: (loss: Loss<any>) => Loss<any> = (loss) => loss,
): Range | undefined {
  if (outputs.length !== 1) return undefined;
  const [{ loss, pairing, units = 1 }] = outputs;
  const [of] = data.training.labels;
  if (loss === undefined || pairing === undefined || of === undefined) return undefined;
  const labels = new Labels(of.table.select(rows), of);
  const shape = [rows.length, units] as const;
  const constant = ignorance(change(loss), labels, shape)?.informed;
  return constant === undefined
    ? undefined
    : { constant, lowest: lowestLoss(change(loss), labels, shape) ?? 0 };
}

/** Labels that are smoothed so much that next to nothing is left of them. */
function tooSmooth(subject: ModelSubject, rows: Int32Array): Observation | undefined {
  const [{ loss, units = 1 }] = subject.outputs;
  const smoothing = loss === undefined ? 0 : smoothingOf(loss);
  if (loss === undefined || !(smoothing > 0)) return undefined;
  const given = rangeOf(subject, rows);
  const plain = rangeOf(subject, rows, withoutSmoothing);
  if (given === undefined || plain === undefined) return undefined;
  const left = (given.constant - given.lowest) / (plain.constant - plain.lowest);
  const { value } = cannotMemorise.thresholds.smoothing;
  if (!(left < value)) return undefined;
  const logits = loss.fromLogits === true ? "fromLogits: true, " : "";
  return {
    severity: "warning",
    title: `labelSmoothing: ${show(smoothing)} leaves ${percent(left)} of what there is to learn: it asks for a probability of ${percent(mixed(1, loss, units))} at most where a label says 100%`,
    number: left,
    threshold: value,
    evidence: [
      `On ${rows.length} rows the best answers there could be cost ${show(given.lowest)}, and the same answer for all of them ${show(given.constant)}`,
      `Without smoothing they cost ${show(plain.lowest)} and ${show(plain.constant)}`,
    ],
    why: "Label smoothing mixes each label with an even guess. With so much of it the loss hardly tells a right answer from a guess, so there is next to nothing to learn from",
    fix: `loss: new ${loss.record.name}({ ${logits}labelSmoothing: 0.1 })`,
    confirmed: true,
  };
}

const withoutSmoothing = (loss: Loss<any>): Loss<any> =>
  new Loss(loss.record, { ...loss.parameters, labelSmoothing: 0, validate: false });

const withBias = (bias: number): ExamineOptions => ({
  ...clouds(2, 40),
  model: new Sequential([
    new Dense(8, { activation: "relu", biasInitializer: new Constant({ value: bias }) }),
    new Dense(1, { activation: "sigmoid" }),
  ]),
  compile: { loss: "binaryCrossentropy", optimizer: "adam" },
});
