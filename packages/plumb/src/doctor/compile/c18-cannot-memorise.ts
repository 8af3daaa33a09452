import { Constant } from "../../initializers/index.ts";
import { Dense } from "../../layers/index.ts";
import { Sequential } from "../../train/index.ts";
import type { Diagnosis } from "../diagnosis.ts";
import type { ExamineOptions } from "../examine.ts";
import { answersTo, firstProbe, refusedAsNothing, type ProbedModel } from "../experiments/first-look.ts";
import { inputSize } from "../experiments/input-size.ts";
import { ignorance } from "../experiments/loss-values.ts";
import { bends, differentRows, rowsByHeart } from "../experiments/rows-by-heart.ts";
import { trainAsGiven, trainPlainly, type Course, type SomeRows } from "../experiments/short-training.ts";
import type { Observation } from "../finding.ts";
import { clouds } from "../made-up.ts";
import { Labels } from "../subjects/labels.ts";
import type { ModelSubject } from "../subjects/model.ts";
import { show } from "../words.ts";

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
      unit: "of the loss of one answer for all rows",
      source:
        "TheDeepChecker and Karpathy ask for next to 0, which sound models without hidden layers never reach; who stays above 0.9 has learnt nothing of the rows",
    },
    enough: {
      value: 0.5,
      unit: "of the loss of one answer for all rows",
      source: "there the experiment ends: the way from loss to weights works",
    },
    anything: {
      value: 1e-3,
      unit: "of the first loss, by which it has to fall where the loss of one answer for all is not known",
      source: "a loss of one's own may rest on any constant: next to nothing is asked of it",
    },
    away: {
      value: 10,
      unit: "times the distance of answers and labels before a training with a loss of one's own",
      source: "who learns comes nearer; logits may grow, but not away from all labels at once",
    },
    together: {
      value: 0.6,
      unit: "correlation of answers and labels after it",
      source:
        "16 rows learnt by heart, as values or as logits, have one near 1; chance gives less than 0.6 in 99 of 100",
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
  explains: ["T4", "T7", "P3", "P4"],
  about: `A model with more weights than rows can learn 16 rows by heart: it is the shortest test of all there is between the loss
and the weights (Karpathy, 2019). If it does not come off, no amount of data will help: the gradient does not get through,
units are silent or saturated from the start, or the outputs cannot say what the labels say.

Sixteen different rows, of all classes, are trained with the given optimizer, then with Adam at 0.01 and at 0.001, without
dropout and penalties; all of it is taken back. It is an error when at no rate the loss falls below 90% of that of one answer
for all sixteen rows (the shares of the classes, or the mean). Models without a hidden layer are only blamed where a straight
line could do it, rates that do not work are C20's, and where inputs or amounts are far out of scale (D3, D15) nothing can be told.
With a loss of your own the answers are held against the labels afterwards: a wrong sign drives them away.`,
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
      if (probe === undefined || isOutOfScale(subject, probe)) return undefined;
      const tried = await refusedAsNothing(() => learnByHeart(subject));
      if (tried === undefined) return undefined;
      const { goals, courses } = tried;
      if (tried.reversed !== undefined) return [learntTheOpposite(tried.reversed)];
      const lowest = Math.min(...courses.map(({ course }) => course.lowest));
      if (lowest < goals.bound) return undefined;
      const where = firstDead(subject, probe);
      const steps = courses.reduce((sum, { course }) => sum + course.steps, 0);
      return [
        {
          severity: "error",
          title: `After ${steps} steps on the same ${rowsByHeart} rows the loss is still ${show(lowest)}: ${goals.says}`,
          number: lowest,
          threshold: goals.bound,
          evidence: [
            ...courses.map(
              ({ by, course }) =>
                `${by}: from ${show(course.losses[0])} to ${show(course.lowest)} at best, in ${course.steps} steps`,
            ),
            ...(where === undefined ? [] : [where.says]),
          ],
          why: "What cannot learn 16 rows by heart cannot learn from more: the fault lies between loss and weights, not in the data",
          fix:
            where === undefined
              ? "Take layers away until 16 rows can be learnt, then put them back one by one; look at the loss and at what the last layer gives"
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

/** What a loss of one's own with the wrong sign does. */
interface Reversed {
  /** How many times as far from the labels the answers are as before. */
  readonly times: number;
  /** Their correlation with the labels. */
  readonly alike: number;
  readonly course: Course;
}

interface Tried {
  readonly goals: Goals;
  readonly reversed?: Reversed;
  readonly courses: readonly { readonly by: string; readonly course: Course }[];
}

/** The experiment; undefined where nothing can be told from it. */
async function learnByHeart(subject: ModelSubject): Promise<Tried | undefined> {
  const rows = differentRows(subject);
  if (rows === undefined || !bends(subject, rows, cannotMemorise.thresholds.enough.value)) return undefined;
  const batch = subject.rowsOf(subject.data.training, rows) as SomeRows;
  const { model } = subject;
  model.resetMetrics();
  const start = (await model.testOnBatch(batch.x, batch.y)).loss;
  const goals = goalsFor(start, constantLoss(subject, rows));
  if (goals === undefined) return undefined;
  const courses: { by: string; course: Course }[] = [];
  const attempt = async (by: string, train: () => Promise<Course>): Promise<boolean> => {
    const course = await subject.undone(train);
    courses.push({ by, course });
    return course.lowest <= goals.goal;
  };
  const { optimizer } = model.compiled;
  if (!(await attempt(`With ${optimizer.name}`, () => trainAsGiven(subject, batch, givenSteps, goals.goal))))
    for (const rate of rates)
      if (
        await attempt(`With Adam at ${rate}, without dropout and penalties`, () =>
          trainPlainly(subject, batch, rate, plainSteps, goals.goal),
        )
      )
        break;
  return { goals, courses, reversed: await drivenAway(subject, batch, rows) };
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

/** Answers that a training with a loss of one's own drove away from the labels. */
async function drivenAway(
  subject: ModelSubject,
  batch: SomeRows,
  rows: Int32Array,
): Promise<Reversed | undefined> {
  const [output] = subject.outputs;
  const [of] = subject.data.training.labels;
  if (
    subject.outputs.length !== 1 ||
    output.loss?.contract.custom !== true ||
    of.table.width !== output.units
  )
    return undefined;
  const wanted = Float64Array.from(of.table.select(rows).values, Number);
  const answers = async (): Promise<Float64Array> => {
    const [answer] = await answersTo(subject, batch.x);
    return Float64Array.from(answer.dataSync(), Number);
  };
  const before = distance(await answers(), wanted);
  const trained = await subject.undone(async () => {
    const course = await trainPlainly(subject, batch, rates[0], plainSteps, -Infinity);
    return { course, answers: await answers() };
  });
  const times = distance(trained.answers, wanted) / before;
  const alike = correlation(trained.answers, wanted);
  const { away, together } = cannotMemorise.thresholds;
  return times > away.value && alike < together.value ? { times, alike, course: trained.course } : undefined;
}

/** √ of the mean squared difference. */
const distance = (a: Float64Array, b: Float64Array): number =>
  Math.sqrt(a.reduce((sum, of, i) => sum + (of - b[i]) ** 2, 0) / a.length);

function correlation(a: Float64Array, b: Float64Array): number {
  const mean = (of: Float64Array): number => of.reduce((sum, value) => sum + value, 0) / of.length;
  const [meanA, meanB] = [mean(a), mean(b)];
  let [xx, yy, xy] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i] - meanA, b[i] - meanB];
    [xx, yy, xy] = [xx + x * x, yy + y * y, xy + x * y];
  }
  return xx === 0 || yy === 0 ? 0 : xy / Math.sqrt(xx * yy);
}

const learntTheOpposite = ({ times, alike, course: { losses, lowest } }: Reversed): Observation => ({
  severity: "error",
  title: `After ${plainSteps} steps on the same ${rowsByHeart} rows the answers are ${show(times)} times as far from the labels as before`,
  number: times,
  threshold: cannotMemorise.thresholds.away.value,
  evidence: [
    `The loss fell from ${show(losses[0])} to ${show(lowest)} meanwhile: it rewards being wrong`,
    `The correlation of answers and labels is ${show(alike)}`,
  ],
  why: "Training goes downhill: a loss has to be small where answers are right",
  fix: "Look at the sign of the loss: yTrue.sub(yPred).square().mean(), without neg(); a likelihood takes a minus in front",
  confirmed: true,
});

/** Goals from the loss of one answer for all; where it is not known, from the first loss. */
function goalsFor(start: number, constant: number | undefined): Goals | undefined {
  const { reached, enough, anything } = cannotMemorise.thresholds;
  if (constant !== undefined)
    return constant > 1e-6
      ? {
          bound: reached.value * constant,
          goal: enough.value * constant,
          says: `one answer for all of them costs ${show(constant)}`,
        }
      : undefined;
  if (!(Math.abs(start) > 1e-6) || !Number.isFinite(start)) return undefined;
  const bound = start - anything.value * Math.abs(start);
  return { bound, goal: start - 10 * anything.value * Math.abs(start), says: `it began at ${show(start)}` };
}

/** The loss of the best answer that is the same for all rows: of all outputs together. Undefined where it is not known. */
function constantLoss({ outputs, data }: ModelSubject, rows: Int32Array): number | undefined {
  if (outputs.length !== 1) return undefined;
  const [{ loss, pairing, units = 1 }] = outputs;
  const [of] = data.training.labels;
  if (loss === undefined || pairing === undefined || of === undefined) return undefined;
  const labels = new Labels(of.table.select(rows), of);
  return ignorance(loss, labels, [rows.length, units])?.informed;
}

/** What is silent, flat, or without a gradient, nearest to the inputs. */
function firstDead(
  { layers }: ModelSubject,
  probe: ProbedModel | undefined,
): { readonly layer: string; readonly says: string; readonly fix: string } | undefined {
  const facts = probe?.layers.find(
    ({ name, inactive, saturated }) =>
      (inactive > 0.9 || saturated > 0.9) && layers.some((layer) => layer.name === name),
  );
  if (facts === undefined) {
    const flat = probe?.weights.find(({ gradientNorm }) => gradientNorm === 0);
    return flat === undefined
      ? undefined
      : {
          layer: flat.layer,
          says: `The gradient of ${flat.name} is 0`,
          fix: `Look at ${flat.layer} and what comes after it: no gradient gets there`,
        };
  }
  const { name, inactive, saturated, activation = "its activation" } = facts;
  return inactive > 0.9
    ? {
        layer: name,
        says: `${name} is the first silent layer: ${show(100 * inactive)}% of its units are 0 for every row`,
        fix: `Leave the initializers of ${name} out, or take activation "leakyRelu" there`,
      }
    : {
        layer: name,
        says: `${name} is the first saturated layer: ${show(100 * saturated)}% of its values lie in the flat ends of ${activation}`,
        fix: `Leave the initializers of ${name} out, bring its inputs to a common size (Normalization), or take activation "relu" there`,
      };
}

const withBias = (bias: number): ExamineOptions => ({
  ...clouds(2, 40),
  model: new Sequential([
    new Dense(8, { activation: "relu", biasInitializer: new Constant({ value: bias }) }),
    new Dense(1, { activation: "sigmoid" }),
  ]),
  compile: { loss: "binaryCrossentropy", optimizer: "adam" },
});
