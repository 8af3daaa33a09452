import { Dense } from "../../layers/index.ts";
import { Sequential } from "../../train/index.ts";
import type { Diagnosis } from "../diagnosis.ts";
import type { ExamineOptions } from "../examine.ts";
import type { Observation } from "../finding.ts";
import { clouds } from "../made-up.ts";
import { countClasses, entropyOf } from "../statistics/entropy.ts";
import type { ModelSubject } from "../subjects/model.ts";
import { percent, show } from "../words.ts";
import { answeredOutputs, firstLabels, fromPairings, headPlace, type Answered } from "./pairings.ts";

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
slope is 0.02, where that of a cross-entropy is 0.99. Numbers of classes under a squared error claim that class 2 is twice
class 1. A cross-entropy on amounts is no loss at all: for labels beyond [0, 1] it can fall without bound.

Told from the labels: 0 and 1 or one-hot rows under a loss of amounts; whole numbers 0 … K−1 without a gap, about equally
often, under one output that is to equal them; amounts under a loss of classes. Marks and counts are amounts: for these the
squared error stays right.`,
  example: `const model = new Sequential([new Dense(1, { activation: "sigmoid" })]);
const data = [[0, 1], [1, 0], [1, 1], [0, 0]];
const report = await examine({ model, compile: { loss: "mse" }, data, labels: [0, 1, 1, 0], experiments: false });
console.log(report.findings[0].code); // PL2107

model.compile({ loss: "binaryCrossentropy" });`,
  rules: {
    model: async (subject) => {
      const paired = await fromPairings(subject, "C7", ({ head, units = 1, labels, loss }, { asked }) => {
        const slope = slopeWhenWrong(head, units);
        const slow = slope !== undefined && loss?.contract.predictions === "real";
        return {
          title: slow
            ? `A row that is confidently wrong is corrected with a slope of ${show(slope)}, by a cross-entropy with ${show(1 - confident)}: ${asked}`
            : `${labels === undefined ? 0 : labels.table.values.length} labels are judged as amounts: ${asked}`,
          number: slow ? slope : (labels?.info.distinct ?? 0),
          threshold: slow ? 1 - confident : amountsAndClasses.thresholds.values.value,
          evidence: [
            ...(labels === undefined ? [] : [`The first labels are ${firstLabels(labels)}`]),
            ...(slow
              ? [
                  `Both slopes are by the logit of the true class, where the model gives it ${percent(confident)}`,
                ]
              : []),
          ],
          where: headPlace(subject),
        };
      });
      const open = (await answeredOutputs(subject)).filter(
        ({ pairing }) => !pairing?.findings.some(({ rule }) => rule === "C7"),
      );
      return [...paired, ...open.flatMap((output) => measured(subject, output))];
    },
  },
  sick: { examine: () => withLoss("mse") },
  healthy: { examine: () => withLoss("binaryCrossentropy") },
};

/** |∂ mean (y − p)² / ∂ logit of the true class| where that class has the probability `confident` and another one the rest. */
function slopeWhenWrong(head: string, units: number): number | undefined {
  const p = confident;
  if (head === "sigmoid") return 2 * (1 - p) * p * (1 - p);
  return head === "softmax" ? (4 * p * (1 - p) ** 2) / units : undefined;
}

/** What the labels alone show: numbers of classes as amounts, or amounts as classes. */
function measured(subject: ModelSubject, { labels, loss, units, head }: Answered): Observation[] {
  if (labels === undefined || loss === undefined || loss.contract.custom) return [];
  const { info, table } = labels;
  const { contract } = loss;
  const { values, evenness, outside } = amountsAndClasses.thresholds;
  const shares = contract.labels === "binary" || contract.labels === "oneHot";
  if (info.kind === "real" && (contract.labels === "classIndex" || (shares && info.distinct > 3))) {
    let beyond = 0;
    for (let i = 0; i < table.values.length; i++) {
      const value = Number(table.values[i]);
      if (shares ? value < 0 || value > 1 : !Number.isInteger(value)) beyond += 1;
    }
    if (beyond === 0) return [];
    const share = beyond / table.values.length;
    return [
      {
        severity: "error",
        title: `${percent(share)} of the labels are amounts, and ${loss.record.name} compares classes`,
        number: share,
        threshold: outside.value,
        evidence: [
          `The labels go from ${show(info.low)} to ${show(info.high)}, and the first are ${firstLabels(labels)}`,
        ],
        why: "Between classes there is nothing, and beyond them nothing either: the loss would fall below 0, or be no number",
        fix: 'For amounts take loss: "mse" and a last layer of one unit without activation',
        where: headPlace(subject),
      },
    ];
  }
  const counted = info.kind === "integer" && (info.low === 0 || info.low === 1) && table.width === 1;
  const classes = info.high - info.low + 1;
  if (!counted || info.distinct !== classes || classes < 3 || classes > values.value) return [];
  if (contract.predictions !== "real" || contract.labels !== "real" || head === "nonNegative" || units !== 1)
    return [];
  const perplexity =
    Math.exp(
      entropyOf(
        countClasses(
          Array.from(table.column(0), (of) => of - info.low),
          classes,
        ),
      ),
    ) / classes;
  if (perplexity < evenness.value) return [];
  return [
    {
      severity: "warning",
      title: `The labels are ${classes} whole numbers from ${info.low} to ${info.high}, about equally often: they look like classes, and ${loss.record.name} takes them for amounts`,
      number: classes,
      threshold: values.value,
      evidence: [
        `The first labels are ${firstLabels(labels, 5)}`,
        `They are spread as evenly as ${show(perplexity * classes)} equally frequent classes`,
      ],
      why: "As amounts, class 2 is twice class 1, and halfway between two classes lies a third",
      fix: `If they are classes, take loss: "sparseCategoricalCrossentropy" and new Dense(${info.high + 1}, { activation: "softmax" }); marks and counts may stay amounts`,
      where: headPlace(subject),
    },
  ];
}

const withLoss = (loss: "mse" | "binaryCrossentropy"): ExamineOptions => ({
  ...clouds(2, 40),
  model: new Sequential([new Dense(1, { activation: "sigmoid" })]),
  compile: { loss },
  experiments: false,
});
