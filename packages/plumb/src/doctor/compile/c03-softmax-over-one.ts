import { Dense } from "../../layers/index.ts";
import { Sequential } from "../../train/index.ts";
import type { Diagnosis } from "../diagnosis.ts";
import type { ExamineOptions } from "../examine.ts";
import { clouds } from "../made-up.ts";
import { percent, show } from "../words.ts";
import { fromPairings, headPlace, ofOutput } from "./pairings.ts";

export const softmaxOverOne: Diagnosis = {
  id: "C3",
  code: "PL2103",
  severity: "error",
  title: "softmax over a single output",
  thresholds: {
    outputs: {
      value: 2,
      unit: "outputs at least",
      source: "a softmax shares 1 out among its outputs: a single one always gets all of it",
    },
  },
  explains: ["C15", "C16", "C17", "C18", "D5", "T4", "T12", "P3", "P4"],
  about: `A softmax turns numbers into shares that sum to 1. Over a single output the share is 1, whatever the weights are: the
loss never moves, nothing is learnt, and the accuracy is the share of the class that is called 1. A cross-entropy of classes
over a single output is the same mistake. For two classes there are two ways to write it: one output with a sigmoid and a
binary cross-entropy, or two with a softmax and a cross-entropy of classes.`,
  example: `const model = new Sequential([new Dense(1, { activation: "softmax" })]);
const data = [[0, 1], [1, 0], [1, 1]];
const compile = { loss: "binaryCrossentropy" };
const report = await examine({ model, compile, data, labels: [0, 1, 1], experiments: false });
console.log(report.findings[0].code); // PL2103

new Sequential([new Dense(1, { activation: "sigmoid" })]).compile(compile);`,
  rules: {
    model: (subject) =>
      fromPairings(subject, "C3", (output) => {
        const { answer, labels, head, loss } = output;
        const two = labels === undefined || labels.count <= 2;
        const ones = labels === undefined || !two ? undefined : shareOf(labels.classes);
        return {
          title:
            head === "softmax"
              ? `The model's only output is always 1: a softmax makes the outputs of a row sum to 1, and here there is just one${ofOutput(subject, output)}`
              : `${loss?.record.name} compares the outputs of several classes, and the model has 1 output${ofOutput(subject, output)}`,
          number: 1,
          threshold: softmaxOverOne.thresholds.outputs.value,
          evidence: [
            answer === undefined
              ? "A share of a single output is the whole"
              : `The first ${answer.values.length} outputs range from ${show(lowest(answer.values))} to ${show(highest(answer.values))}`,
            ...(ones === undefined
              ? []
              : [
                  `${percent(ones)} of the labels are 1: always answering 1 is right that often, and never better`,
                ]),
          ],
          why: "With nothing to compare it to, the answer is the same for every row: the loss cannot move and nothing is learned",
          fix: two
            ? 'Make new Dense(1, { activation: "sigmoid" }) the last layer, with loss: "binaryCrossentropy"'
            : `Make new Dense(${labels.count}, { activation: "softmax" }) the last layer: one unit for each class`,
          where: headPlace(subject),
        };
      }),
  },
  sick: { examine: () => withHead("softmax") },
  healthy: { examine: () => withHead("sigmoid") },
};

const lowest = (values: ArrayLike<number>): number => Array.from(values).reduce((a, b) => Math.min(a, b));
const highest = (values: ArrayLike<number>): number => Array.from(values).reduce((a, b) => Math.max(a, b));
const shareOf = (classes: Int32Array): number => classes.filter((of) => of === 1).length / classes.length;

const withHead = (activation: "softmax" | "sigmoid"): ExamineOptions => ({
  ...clouds(2, 40),
  model: new Sequential([new Dense(1, { activation })]),
  compile: { loss: "binaryCrossentropy" },
  experiments: false,
});
