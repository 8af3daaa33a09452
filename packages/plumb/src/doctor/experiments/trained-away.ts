/** Whether a short training drives the answers of a model away from the labels: a loss with the wrong sign does. */
import type { Head } from "../../base/contract.ts";
import { Adam } from "../../optimizers/index.ts";
import type { Labels } from "../subjects/labels.ts";
import type { JudgedOutput, ModelSubject } from "../subjects/model.ts";
import { percent, show } from "../words.ts";
import { answersTo } from "./first-look.ts";
import { trainPlainly, type Course, type SomeRows } from "./short-training.ts";

/** Steps with Adam, and its rate. */
const [steps, rate] = [300, 1e-2];

/** What answers and labels are held against. */
export const trainedAwayThresholds = {
  away: {
    value: 10,
    unit: "times the distance of answers and labels before a training with a loss of one's own",
    source:
      "who learns comes nearer, also where answers are the logarithm of a label, or another stretch of it",
  },
  apart: {
    value: -0.6,
    unit: "correlation of answers and labels after it",
    source: "the same the other way round: less than −0.6 by chance in 1 of 100",
  },
  wrong: {
    value: 3,
    unit: "times the cross-entropy of an even guess, and of the answers before",
    source: "who learns 16 rows by heart comes near 0; so far above a guess is who is certain and wrong",
  },
  half: {
    value: 0.5,
    unit: "share of the rows that are right at most",
    source: "a wrong sign ends in the opposite of the labels, or in one class for all rows",
  },
} as const;

/** What was seen of answers that went the wrong way. */
export interface TrainedAway {
  readonly title: string;
  readonly number: number;
  readonly threshold: number;
  readonly evidence: readonly string[];
  readonly course: Course;
}

/** Answers that a short training drove away from the labels; undefined where they stayed, or where none can tell. */
export async function trainedAway(
  subject: ModelSubject,
  batch: SomeRows,
  rows: Int32Array,
): Promise<TrainedAway | undefined> {
  const [output] = subject.outputs;
  const labels = subject.labelsOf(0);
  if (subject.outputs.length !== 1 || labels === undefined) return undefined;
  const judge = judgeOf(labels, rows, output);
  if (judge === undefined) return undefined;
  const answers = async (): Promise<Float64Array> => {
    const [answer] = await answersTo(subject, batch.x);
    return Float64Array.from(answer.dataSync(), Number);
  };
  const before = await answers();
  return subject.undone(async () => {
    const optimizer = new Adam({ learningRate: rate });
    const course = await trainPlainly(subject, batch, optimizer, steps, -Infinity);
    const against = judge(before, await answers());
    return against === undefined ? undefined : { ...against, course };
  });
}

type Judgement = Omit<TrainedAway, "course">;

/** Who says whether answers went the wrong way, by the form of the labels; undefined for forms that do not fit the answers. */
function judgeOf(
  { table, areClasses, classes, count }: Labels,
  rows: Int32Array,
  { units = 1, head }: JudgedOutput,
): ((before: Float64Array, after: Float64Array) => Judgement | undefined) | undefined {
  const { away, apart, wrong, half } = trainedAwayThresholds;
  if (areClasses && table.shape.length <= 2 && (units === count || (units === 1 && count === 2))) {
    const own = Int32Array.from(rows, (row) => classes[row]);
    return (before, after) => {
      const [was, is] = [before, after].map((answers) => costOf(answers, own, units, head));
      const even = Math.log(count);
      if (!(is.cost > wrong.value * even) || is.cost < wrong.value * was.cost || is.right > half.value)
        return undefined;
      return {
        title: `After ${steps} training steps on just ${rows.length} rows the model is right in ${percent(is.right)} of them, and certain of the wrong class in the others`,
        number: is.cost,
        threshold: wrong.value * even,
        evidence: [
          `The cross-entropy of its answers rose from ${show(was.cost)} to ${show(is.cost)}; an even guess has ${show(even)}`,
        ],
      };
    };
  }
  if (table.width !== units) return undefined;
  const wanted = Float64Array.from(table.select(rows).values, Number);
  return (before, after) => {
    const times = distance(after, wanted) / distance(before, wanted);
    const alike = correlation(after, wanted);
    const evidence = [`The correlation of answers and labels is ${show(alike)}; right answers have 1`];
    if (alike < apart.value)
      return {
        title: `After ${steps} training steps on just ${rows.length} rows the answers are the opposite of the labels: their correlation is ${show(alike)}`,
        number: alike,
        threshold: apart.value,
        evidence: [`The answers are ${show(times)} times as far from the labels as before`],
      };
    if (!(times > away.value)) return undefined;
    return {
      title: `After ${steps} training steps on just ${rows.length} rows the answers are ${show(times)} times as far from the labels as before`,
      number: times,
      threshold: away.value,
      evidence,
    };
  };
}

/** The cross-entropy of answers in nats, and the share of rows in which the right class is ahead; logits unless the head says otherwise. */
function costOf(
  answers: Float64Array,
  own: Int32Array,
  units: number,
  head: Head,
): { readonly cost: number; readonly right: number } {
  let [cost, right] = [0, 0];
  for (const [row, of] of own.entries()) {
    const given = answers.subarray(row * units, (row + 1) * units);
    // One output for two classes: as the logits of both.
    const first =
      head === "sigmoid" && units === 1 ? Math.log(bounded(given[0]) / (1 - bounded(given[0]))) : given[0];
    const logits =
      units === 1
        ? [0, first]
        : Array.from(given, (p) => (head === "linear" || head === "custom" ? p : Math.log(bounded(p))));
    const most = Math.max(...logits);
    cost += most + Math.log(logits.reduce((sum, z) => sum + Math.exp(z - most), 0)) - logits[of];
    right += Number(logits[of] === most);
  }
  return { cost: cost / own.length, right: right / own.length };
}

const bounded = (p: number): number => Math.min(1 - 1e-7, Math.max(1e-7, p));

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
