import { heads, predictionRange } from "../../base/contract.ts";
import { Dense } from "../../layers/index.ts";
import { Sequential } from "../../train/index.ts";
import type { Diagnosis } from "../diagnosis.ts";
import type { ExamineOptions } from "../examine.ts";
import { slope } from "../made-up.ts";
import { percent, show } from "../words.ts";
import { fromPairings, headPlace } from "./pairings.ts";

export const outOfReach: Diagnosis = {
  id: "C10",
  code: "PL2110",
  severity: "warning",
  title: "the head cannot reach the target",
  thresholds: {
    beyond: {
      value: 0,
      unit: "share of labels that no output can equal",
      source: "DeepDiagnosis (Wardat et al., 2022): range of the last activation against that of the labels",
    },
  },
  explains: ["C16", "T4", "T10", "T11", "P3", "P4"],
  about: `An activation at the end of a model limits what it can say: a sigmoid stays between 0 and 1, tanh between −1 and 1, relu
at 0 and above. Labels beyond that can never be reached; the model is pushed against the end of its range, where there is
hardly a slope left. The reverse is a loss that takes only some numbers (the logarithms of Poisson or of percentages), after
a last layer that may give any.`,
  example: `const model = new Sequential([new Dense(1, { activation: "sigmoid" })]);
const data = [[0, 1], [1, 0], [1, 1]];
const labels = [12.5, 30, 7.5];
const report = await examine({ model, compile: { loss: "mse" }, data, labels, experiments: false });
console.log(report.findings.map(({ code }) => code)); // PL2110 is among them

new Sequential([new Dense(1)]).compile({ loss: "mse" });`,
  rules: {
    model: (subject) =>
      fromPairings(subject, "C10", ({ head, labels, loss }, { asked }) => {
        const [low, high] = heads[head].range;
        const values = labels?.table.values ?? [];
        let beyond = 0;
        for (let i = 0; i < values.length; i++)
          if (Number(values[i]) < low || Number(values[i]) > high) beyond += 1;
        const share = values.length === 0 ? 0 : beyond / values.length;
        const range = `The last layer can give values from ${show(low)} to ${show(high)}`;
        const takes = loss === undefined ? [] : predictionRange(loss.contract, false);
        return {
          title:
            share > 0
              ? `${percent(share)} of the labels lie where no output can reach: ${asked}`
              : `Outputs from ${show(low)} to ${show(high)} are not what the loss takes: ${asked}`,
          number: share,
          threshold: outOfReach.thresholds.beyond.value,
          evidence: [
            range,
            ...(labels === undefined
              ? []
              : [`The labels go from ${show(labels.info.low)} to ${show(labels.info.high)}`]),
            ...(share > 0 ? [] : [`The loss takes values from ${takes.map(show).join(" to ")}`]),
          ],
          where: headPlace(subject),
        };
      }),
  },
  sick: { examine: () => withHead("relu") },
  healthy: { examine: () => withHead(undefined) },
};

const withHead = (activation: "relu" | undefined): ExamineOptions => ({
  ...slope(40),
  model: new Sequential([new Dense(1, { activation })]),
  compile: { loss: "mse" },
  experiments: false,
});
