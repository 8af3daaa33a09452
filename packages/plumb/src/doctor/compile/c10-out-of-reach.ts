import { heads, predictionRange } from "../../base/contract.ts";
import { Dense } from "../../layers/index.ts";
import { Sequential } from "../../train/index.ts";
import type { Diagnosis } from "../diagnosis.ts";
import type { ExamineOptions } from "../examine.ts";
import { slope } from "../made-up.ts";
import { percent, show } from "../words.ts";
import { fromPairings, headPlace, ofOutput, toldOf } from "./pairings.ts";

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
      fromPairings(subject, "C10", (output) => {
        const { head, labels, loss, units } = output;
        // Classes behind a softmax are out of reach because they are no amounts (C7).
        if (toldOf(output, "C7")) return undefined;
        const [low, high] = heads[head].range;
        const values = labels?.table.values ?? [];
        let beyond = 0;
        for (let i = 0; i < values.length; i++)
          if (Number(values[i]) < low || Number(values[i]) > high) beyond += 1;
        const share = values.length === 0 ? 0 : beyond / values.length;
        const takes = loss === undefined ? heads.linear.range : predictionRange(loss.contract, false);
        return {
          title:
            share > 0
              ? `${percent(share)} of the labels are out of reach: the last layer gives only ${extent(low, high)}${ofOutput(subject, output)}`
              : `The last layer can give ${extent(low, high)}, and ${loss?.record.name} takes ${extent(takes[0], takes[1])}${ofOutput(subject, output)}`,
          number: share,
          threshold: outOfReach.thresholds.beyond.value,
          evidence: [
            `The last layer ends in ${output.head === "linear" ? "no activation" : (subject.layers.at(-1)?.activation ?? head)}`,
            ...(labels === undefined
              ? []
              : [`The labels range from ${show(labels.info.low)} to ${show(labels.info.high)}`]),
          ],
          ...(share > 0
            ? {
                why: "No training can reach those labels: the model is pushed against the end of its range, where there is hardly a slope left",
                fix: `Make new Dense(${units}) the last layer, without an activation, or scale the labels into ${extent(low, high)}`,
              }
            : {}),
          where: headPlace(subject),
        };
      }),
  },
  sick: { examine: () => withHead("relu") },
  healthy: { examine: () => withHead(undefined) },
};

/** A range in words. */
const extent = (low: number, high: number): string =>
  low === -Infinity && high === Infinity
    ? "any number"
    : high === Infinity
      ? `${show(low)} and above`
      : low === -Infinity
        ? `${show(high)} and below`
        : `${show(low)} … ${show(high)}`;

const withHead = (activation: "relu" | undefined): ExamineOptions => ({
  ...slope(40),
  model: new Sequential([new Dense(1, { activation })]),
  compile: { loss: "mse" },
  experiments: false,
});
