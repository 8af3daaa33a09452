import { Dense } from "../../layers/index.ts";
import { BinaryCrossentropy, CategoricalCrossentropy } from "../../losses/index.ts";
import { Sequential } from "../../train/index.ts";
import type { Diagnosis } from "../diagnosis.ts";
import type { ExamineOptions } from "../examine.ts";
import { lossOf } from "../experiments/loss-values.ts";
import { clouds } from "../made-up.ts";
import { show } from "../words.ts";
import { fromPairings, headPlace, ofOutput, toldOf } from "./pairings.ts";

export const classesOneByOne: Diagnosis = {
  id: "C5",
  code: "PL2105",
  severity: "warning",
  title: "classes are judged one by one",
  thresholds: {
    outputs: {
      value: 1,
      unit: "outputs judged each by itself",
      source:
        "the mean over K outputs counts K − 1 easy no's for one yes: 0.14 where the cross-entropy is 0.23 (3 classes)",
    },
  },
  explains: ["C16"],
  about: `A binary cross-entropy asks of each output by itself: yes or no? Where every row has exactly one class out of K, K − 1 of
the answers are an easy no, and the mean over the outputs makes the loss look small: 0.144 where a cross-entropy of the same
three classes says 0.225. Such a number cannot be held against others, nor against ln K. The reverse, a sigmoid for each
output under a cross-entropy of classes, judges shares that do not sum to 1.

Where several labels may hold at once, a binary cross-entropy and a sigmoid for each output are right, and then this says
nothing.`,
  example: `const model = new Sequential([new Dense(3, { activation: "softmax" })]);
const data = [[0, 1], [1, 0], [1, 1]];
const labels = [[1, 0, 0], [0, 1, 0], [0, 0, 1]];
const compile = { loss: "binaryCrossentropy" };
const report = await examine({ model, compile, data, labels, experiments: false });
console.log(report.findings.map(({ code }) => code)); // PL2105 is among them

model.compile({ loss: "categoricalCrossentropy" });`,
  rules: {
    model: (subject) =>
      fromPairings(subject, "C5", (output) => {
        const { answer, units = 1, loss, head } = output;
        // Several labels under a softmax are another story, and it is told (C6).
        if (toldOf(output, "C6")) return undefined;
        const single = loss?.contract.predictions === "probability";
        const evidence = [
          `The last layer has ${units} outputs and ${head === "linear" ? "no activation" : `ends in ${head}`}`,
        ];
        if (answer?.labels?.info.oneHot === true) {
          const squeezed = head === "sigmoid" || head === "softmax";
          const [each, whole] = [BinaryCrossentropy, CategoricalCrossentropy].map((Loss) =>
            lossOf(new Loss({ fromLogits: !squeezed, validate: false }), answer.labels!, answer.tensor),
          );
          if (each !== undefined && whole !== undefined)
            evidence.push(
              `The same first answers cost ${show(each)} as ${units} yes-or-no questions, and ${show(whole)} as one question among ${units} classes`,
            );
        }
        return {
          title: single
            ? `Each row has 1 of ${units} classes, and ${loss.record.name} asks ${units} separate yes-or-no questions instead${ofOutput(subject, output)}`
            : `The ${units} outputs are probabilities each by itself, and ${loss?.record.name} takes rows that sum to 1${ofOutput(subject, output)}`,
          number: units,
          threshold: classesOneByOne.thresholds.outputs.value,
          evidence,
          why: single
            ? `${units - 1} of the ${units} answers are an easy no, so the loss looks small, and cannot be compared with other losses or with guessing`
            : "The loss has to divide each row by its sum: what the outputs say by themselves is lost",
          fix: single
            ? 'loss: "categoricalCrossentropy", with activation: "softmax" in the last layer. Keep it as it is if a row may have several labels, or none'
            : `Make new Dense(${units}, { activation: "softmax" }) the last layer`,
          where: headPlace(subject),
        };
      }),
  },
  sick: { examine: () => withLoss("binaryCrossentropy") },
  healthy: { examine: () => withLoss("categoricalCrossentropy") },
};

const withLoss = (loss: "binaryCrossentropy" | "categoricalCrossentropy"): ExamineOptions => {
  const { data, labels } = clouds(3, 30);
  return {
    data,
    labels: Array.from(labels, (of) => [0, 1, 2].map((k) => Number(k === of))),
    model: new Sequential([new Dense(3, { activation: "softmax" })]),
    compile: { loss },
    experiments: false,
  };
};
