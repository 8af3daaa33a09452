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
        if (threshold === undefined)
          return {
            title: `The metric would say about 0 whatever the model learns: ${asked}`,
            number: 0,
            threshold: 1,
            evidence: ["It counts predictions that equal their label, and none does before it was decided"],
          };
        const yes = 1 / (1 + Math.exp(-threshold));
        const between = answer && Array.from(answer.values).filter((of) => of > 0 && of < threshold).length;
        return {
          title: `The metric says yes only from a probability of ${percent(yes)} on: ${asked}`,
          number: threshold,
          threshold: metricThreshold.thresholds.logit.value,
          evidence: [
            `A logit of ${show(threshold)} is a probability of ${percent(yes)}`,
            ...(between === undefined
              ? []
              : [
                  `${between} of the first ${answer!.values.length} outputs lie between 0 and ${show(threshold)}`,
                ]),
          ],
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
