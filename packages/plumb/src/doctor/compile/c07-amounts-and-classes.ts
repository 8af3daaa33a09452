import type { HostArray } from "../../base/dtype.ts";
import { Dense } from "../../layers/index.ts";
import { Sequential } from "../../train/index.ts";
import type { Diagnosis } from "../diagnosis.ts";
import type { ExamineOptions } from "../examine.ts";
import type { Observation } from "../finding.ts";
import { clouds } from "../made-up.ts";
import { countClasses, entropyOf } from "../statistics/entropy.ts";
import type { Labels } from "../subjects/labels.ts";
import type { ModelSubject } from "../subjects/model.ts";
import { percent, show } from "../words.ts";
import {
  answeredOutputs,
  firstLabels,
  fromPairings,
  headPlace,
  ofOutput,
  toldOf,
  type Addition,
  type Answered,
} from "./pairings.ts";

/** The probability that a confidently wrong model gives to the class that is true. */
const confident = 0.01;

export const amountsAndClasses: Diagnosis = {
  id: "C7",
  code: "PL2107",
  severity: "error",
  title: "a loss of amounts for classes, or of classes for amounts",
  thresholds: {
    values: {
      value: 10,
      unit: "distinct whole numbers without a gap, from 0 or 1, at most",
      source: "more are likelier to be counts or marks than classes",
    },
    evenness: {
      value: 0.8,
      unit: "perplexity of the labels / number of values",
      source: "classes are often about equally frequent, counts (0, 1, 2 …) hardly ever",
    },
    outside: {
      value: 0,
      unit: "share of labels outside [0, 1]",
      source: "a cross-entropy is defined for shares; beyond it falls without bound",
    },
  },
  explains: ["C9", "C10", "C16", "D4", "D15", "T4"],
  about: `Classes are either this or that; amounts are more or less. A squared error on classes gives small numbers that look good,
and behind a sigmoid or a softmax next to no gradient just where the model is confidently wrong: at 1% for the true class the
slope is 0.02, where that of a cross-entropy (the usual loss for classes) is 0.99. Numbers of classes under a squared error claim that class 2 is twice
class 1. A cross-entropy on amounts is no loss at all: for labels beyond [0, 1] it can fall without bound.

Told from the labels: 0 and 1 or one-hot rows under a loss of amounts; whole numbers 0 … K−1 without a gap, about equally
often, under one output that is to equal them; amounts under a loss of classes. Ratings and counts are amounts: for these the
squared error stays right. So it does where the labels are the inputs once more (an autoencoder).`,
  example: `const model = new Sequential([new Dense(1, { activation: "sigmoid" })]);
const data = [[0, 1], [1, 0], [1, 1], [0, 0]];
const report = await examine({ model, compile: { loss: "mse" }, data, labels: [0, 1, 1, 0], experiments: false });
console.log(report.findings[0].code); // PL2107

model.compile({ loss: "binaryCrossentropy" });`,
  rules: {
    model: async (subject) => {
      const paired = await fromPairings(subject, "C7", (output, { arrived }) => {
        if (repeatsInputs(subject, output)) return undefined;
        return arrived === undefined ? classesAsAmounts(subject, output) : unsuited(subject, output);
      });
      const open = (await answeredOutputs(subject)).filter((output) => !toldOf(output, "C4", "C7"));
      return [...paired, ...open.flatMap((output) => measured(subject, output))];
    },
  },
  sick: { examine: () => withLoss("mse") },
  healthy: { examine: () => withLoss("binaryCrossentropy") },
};

/** Whether the labels are the inputs once more: who paints pictures again may well measure how far each dot is off. */
const repeatsInputs = ({ data: { training } }: ModelSubject, { labels }: Answered): boolean =>
  training.inputs.length === 1 &&
  labels !== undefined &&
  training.inputs[0].width > 1 &&
  sameValues(training.inputs[0].values, labels.table.values);

const sameValues = (a: HostArray, b: HostArray): boolean =>
  a.length === b.length && a.every((value, i) => value === b[i]);

function classesAsAmounts(subject: ModelSubject, output: Answered): Addition {
  const { head, units = 1, labels, loss } = output;
  const slope = slopeWhenWrong(head, units);
  const slower = slope === undefined ? undefined : (1 - confident) / slope;
  const rows = labels?.info.oneHot === true;
  const name = loss?.record.name;
  return {
    title:
      slower === undefined
        ? `The labels are ${rows ? "one-hot rows" : "0 and 1"}, which stand for classes, and ${name} takes them for amounts${ofOutput(subject, output)}`
        : `${name} corrects a confidently wrong answer ${show(Math.round(slower))} times more weakly than a cross-entropy would: the labels are classes, and it measures amounts${ofOutput(subject, output)}`,
    number: slower ?? labels?.info.distinct ?? 0,
    threshold: slower === undefined ? amountsAndClasses.thresholds.values.value : 1,
    evidence: [
      ...(labels === undefined ? [] : [`The first labels are ${firstLabels(labels)}`]),
      ...(slope === undefined
        ? []
        : [
            `Where the model gives the true class ${percent(confident)}, the slope of the loss is ${show(slope)}; that of a cross-entropy is ${show(1 - confident)}`,
          ]),
    ],
    why: "A class is either right or wrong: a loss of amounts makes small numbers of big mistakes, and learning is slow where it matters most",
    fix:
      head === "softmax"
        ? rows
          ? 'loss: "categoricalCrossentropy"'
          : 'loss: "sparseCategoricalCrossentropy" (labels: class numbers) or "categoricalCrossentropy" (labels: one-hot rows). For amounts, leave the softmax out'
        : rows
          ? `Make new Dense(${units}, { activation: "softmax" }) the last layer, with loss: "categoricalCrossentropy"`
          : `Make new Dense(${units}, { activation: "sigmoid" }) the last layer, with loss: "binaryCrossentropy"`,
    where: headPlace(subject),
  };
}

/** A loss whose logarithms or percentages blow up outside some range of labels. */
function unsuited(subject: ModelSubject, output: Answered): Addition {
  const { labels, loss } = output;
  const [least, most] = loss!.contract.suits!;
  const values = Array.from(labels?.table.values ?? [], Number);
  const share = values.filter((of) => of < least || of > most).length / Math.max(1, values.length);
  return {
    title: `${percent(share)} of the labels lie outside ${show(least)} … ${show(most)}, the range that ${loss?.record.name} suits${ofOutput(subject, output)}`,
    number: share,
    threshold: amountsAndClasses.thresholds.outside.value,
    evidence: [`The labels range from ${show(labels?.info.low ?? NaN)} to ${show(labels?.info.high ?? NaN)}`],
    why: "Such labels count out of all proportion: a few rows decide where the training goes",
    fix: 'loss: "meanAbsoluteError" or "huber", or leave those rows out',
    where: headPlace(subject),
  };
}

/** |∂ mean (y − p)² / ∂ logit of the true class| where that class has the probability `confident` and another one the rest. */
function slopeWhenWrong(head: string, units: number): number | undefined {
  const p = confident;
  if (head === "sigmoid") return 2 * (1 - p) * p * (1 - p);
  return head === "softmax" ? (4 * p * (1 - p) ** 2) / units : undefined;
}

/** What the labels alone show: numbers of classes as amounts, or amounts as classes. */
function measured(subject: ModelSubject, output: Answered): Observation[] {
  const { labels, loss, units, head } = output;
  if (labels === undefined || loss === undefined || loss.contract.custom) return [];
  const { contract } = loss;
  const of = numbered(labels);
  const observation =
    contract.predictions === "real" && contract.labels === "real"
      ? of !== undefined && of.looksLikeClasses && head !== "nonNegative" && units === 1
        ? numbersAsAmounts(of, output)
        : undefined
      : amountsAsClasses(of, output);
  return observation === undefined ? [] : [{ ...observation, where: headPlace(subject) }];
}

/** Labels that are whole numbers without a gap, from 0 or 1 on. */
interface Numbered {
  readonly low: number;
  readonly classes: number;
  /** As many equally frequent classes would be spread as evenly. */
  readonly perplexity: number;
  readonly looksLikeClasses: boolean;
}

function numbered({ info, table }: Labels): Numbered | undefined {
  const { low, high, kind, distinct } = info;
  const classes = high - low + 1;
  if (kind !== "integer" || (low !== 0 && low !== 1) || table.width !== 1) return undefined;
  if (distinct !== classes || classes < 3) return undefined;
  const counts = countClasses(
    Array.from(table.column(0), (of) => of - low),
    classes,
  );
  const perplexity = Math.exp(entropyOf(counts));
  const { values, evenness } = amountsAndClasses.thresholds;
  return {
    low,
    classes,
    perplexity,
    looksLikeClasses: classes <= values.value && perplexity >= evenness.value * classes,
  };
}

function numbersAsAmounts({ low, classes, perplexity }: Numbered, { labels, loss }: Answered): Observation {
  const high = low + classes - 1;
  return {
    // Classes are numbered from 0, ratings are given from 1.
    severity: low === 0 ? "warning" : "information",
    title: `The labels are ${classes} whole numbers from ${low} to ${high}, about equally frequent: they look like classes, and ${loss!.record.name} takes them for amounts`,
    number: classes,
    threshold: amountsAndClasses.thresholds.values.value,
    evidence: [
      `The first labels are ${firstLabels(labels!, 5)}`,
      `They are spread as evenly as ${show(perplexity)} equally frequent classes`,
    ],
    why: "As amounts, class 2 is twice class 1, and a model that wavers between class 0 and class 2 answers class 1",
    fix: `If they are classes: new Dense(${high + 1}, { activation: "softmax" }) as the last layer, with loss: "sparseCategoricalCrossentropy". Ratings and counts may stay as they are`,
  };
}

/** Labels that a loss of classes does not take, and that are not just another pair of values (C9). */
function amountsAsClasses(of: Numbered | undefined, { labels, loss }: Answered): Observation | undefined {
  const { info, table } = labels!;
  const { labels: form } = loss!.contract;
  const shares = form === "binary" || form === "oneHot" || form === "sign";
  if (shares ? info.distinct <= 2 : form !== "classIndex" || info.kind !== "real") return undefined;
  const [least, most] = form === "sign" ? [-1, 1] : [0, 1];
  const values = Array.from(table.values, Number);
  const beyond = values.filter((of) => (shares ? of < least || of > most : !Number.isInteger(of))).length;
  if (beyond === 0) return undefined;
  const share = beyond / values.length;
  const { name } = loss!.record;
  return {
    severity: "error",
    title: of
      ? `The labels are ${of.classes} class numbers from ${of.low} to ${of.low + of.classes - 1}, and ${name} takes only yes or no, ${least} or ${most}`
      : `${percent(share)} of the labels are amounts, and ${name} compares classes`,
    number: share,
    threshold: amountsAndClasses.thresholds.outside.value,
    evidence: [
      `The labels range from ${show(info.low)} to ${show(info.high)}, and the first are ${firstLabels(labels!)}`,
    ],
    why: "For such labels the loss has no lower end, or no value at all: a smaller loss no longer means a better model",
    fix: of
      ? `Make new Dense(${of.low + of.classes}, { activation: "softmax" }) the last layer, with loss: "sparseCategoricalCrossentropy"`
      : 'For amounts: loss: "mse", and new Dense(1) as the last layer, without an activation',
  };
}

const withLoss = (loss: "mse" | "binaryCrossentropy"): ExamineOptions => ({
  ...clouds(2, 40),
  model: new Sequential([new Dense(1, { activation: "sigmoid" })]),
  compile: { loss },
  experiments: false,
});
