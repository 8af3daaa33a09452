import { Dense } from "../../layers/index.ts";
import { BinaryAccuracy } from "../../metrics/index.ts";
import { Sequential } from "../../train/index.ts";
import type { Diagnosis } from "../diagnosis.ts";
import type { ExamineOptions } from "../examine.ts";
import { clouds } from "../made-up.ts";
import { percent, show } from "../words.ts";
import { fromPairings } from "./pairings.ts";

export const metricThreshold: Diagnosis = {
  id: "C12",
  code: "PL2112",
  severity: "warning",
  title: "the metric decides at the wrong value",
  thresholds: {
    logit: {
      value: 0,
      unit: "logit at which yes and no are equally likely",
      source: "sigmoid(0) = 1/2",
    },
  },
  about: `A metric that counts right answers has to decide where yes begins: at a probability of 0.5. Where the model gives logits
that is the logit 0; a threshold of 0.5 on logits says yes only from a probability of 62% on. Left out, the threshold follows
from the predictions. A metric that compares decided labels for equality (Accuracy) never finds a probability equal to a
label, and stays near 0.`,
  example: `const model = new Sequential([new Dense(1)]);
const data = [[0, 1], [1, 0], [1, 1], [0, 0]];
const loss = new BinaryCrossentropy({ fromLogits: true });
const compile = { loss, metrics: [new BinaryAccuracy({ threshold: 0.5 })] };
const report = await examine({ model, compile, data, labels: [0, 1, 1, 0], experiments: false });
console.log(report.findings.map(({ code }) => code)); // PL2112 is among them

model.compile({ loss, metrics: ["accuracy"] });`,
  rules: {
    model: (subject) =>
      fromPairings(subject, "C12", ({ answer }, { asked, number: threshold }) => {
        // Without labels it is not known yet which accuracy "accuracy" stands for.
        if (threshold === undefined && answer?.labels === undefined) return undefined;
        if (threshold === undefined)
          return {
            title:
              "A metric stays near 0 whatever the model learns: it compares probabilities with labels for exact equality",
            number: 0,
            threshold: 1,
            evidence: [asked],
            why: "A probability such as 0.93 never equals the label 1: it has to be turned into a decision first",
            fix: 'metrics: ["accuracy"], which finds the accuracy that fits labels and outputs',
          };
        const yes = 1 / (1 + Math.exp(-threshold));
        const between = answer && Array.from(answer.values).filter((of) => of > 0 && of < threshold).length;
        return {
          title: `A metric says yes only from a probability of ${percent(yes)} on: its threshold of ${show(threshold)} is compared with raw scores (logits)`,
          number: threshold,
          threshold: metricThreshold.thresholds.logit.value,
          evidence: [
            asked,
            `A logit of ${show(threshold)} stands for a probability of ${percent(yes)}, a logit of 0 for 50%`,
            ...(between === undefined
              ? []
              : [
                  `${between} of the first ${answer!.values.length} outputs lie between 0 and ${show(threshold)}: each is counted as no, and more likely yes`,
                ]),
          ],
          why: "The metric counts rows as no that the model thinks are more likely yes: it says less than the model can do",
          fix: "Leave the threshold out: it is 0 for logits and 0.5 for probabilities by itself. Or write threshold: 0",
        };
      }),
  },
  sick: { examine: () => withThreshold(0.5) },
  healthy: { examine: () => withThreshold(undefined) },
};

const withThreshold = (threshold: number | undefined): ExamineOptions => ({
  ...clouds(2, 40),
  model: new Sequential([new Dense(1)]),
  compile: { loss: "binaryCrossentropy", metrics: [new BinaryAccuracy({ threshold })] },
  experiments: false,
});
