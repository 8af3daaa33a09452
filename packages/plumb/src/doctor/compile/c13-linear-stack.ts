import { Dense, type Layer } from "../../layers/index.ts";
import { Sequential } from "../../train/index.ts";
import type { Diagnosis } from "../diagnosis.ts";
import type { ExamineOptions } from "../examine.ts";
import { linksOf, linksPast } from "../experiments/layer-links.ts";
import { clouds } from "../made-up.ts";
import { count, some } from "../words.ts";

/** Layers that hand on what they get, in another shape or partly dropped. */
const handingOn: ReadonlySet<string> = new Set([
  "Dropout",
  "Flatten",
  "Reshape",
  "Identity",
  "ActivityRegularization",
]);

export const linearStack: Diagnosis = {
  id: "C13",
  code: "PL2113",
  severity: "warning",
  title: "layers in a row without an activation",
  thresholds: {
    pairs: {
      value: 0,
      unit: "pairs of Dense layers with nothing between them",
      source: "UMLAUT (Schoop et al., 2021); (x A + a) B + b is x (A B) + (a B + b), a single layer",
    },
  },
  explains: ["P3", "P4"],
  about: `A Dense layer without an activation is a sum with weights. A second one on top is again a sum with weights of the same
inputs: two such layers can say nothing that one could not, however many units they have. What lets depth pay is the bend
between them, an activation such as relu.

A last layer without an activation is as it should be, if there is a bend before it. Convolutions are left out: there a
narrow layer without an activation between two wide ones is a known design.`,
  example: `const layers = [new Dense(16), new Dense(1)];
const data = [[0, 1], [1, 0], [1, 1]];
const compile = { loss: "mse" };
const report = await examine({ model: new Sequential(layers), compile, data, labels: [1, 2, 4], experiments: false });
console.log(report.findings.map(({ code }) => code)); // PL2113 is among them

new Sequential([new Dense(16, { activation: "relu" }), new Dense(1)]);`,
  rules: {
    model({ model }) {
      const isDense = ({ className }: Layer): boolean => className === "Dense";
      const pairs = linksPast(linksOf(model), ({ className }) => handingOn.has(className)).filter(
        ({ before, after, only }) =>
          only && isDense(before) && isDense(after) && before.activation?.name === "linear",
      );
      if (pairs.length === 0) return undefined;
      const names = pairs.map(({ before, after }) => `${before.name} → ${after.name}`);
      return [
        {
          severity: "warning",
          title: `${count(pairs.length, "pair")} of Dense layers ${pairs.length === 1 ? "has" : "have"} no activation between them: ${some(names)}`,
          number: pairs.length,
          threshold: linearStack.thresholds.pairs.value,
          evidence: pairs
            .slice(0, 3)
            .map(
              ({ before, after }) =>
                `${before.name} gives ${(before as Dense).units} sums, and ${after.name} adds these up again`,
            ),
          why: "Together they can do no more than one of them: sums of sums are sums",
          fix: `new Dense(${(pairs[0].before as Dense).units}, { activation: "relu" }) in the place of ${pairs[0].before.name}, or leave it out`,
          where: { layers: pairs.map(({ before }) => before.name) },
        },
      ];
    },
  },
  sick: { examine: () => withActivation(undefined) },
  healthy: { examine: () => withActivation("relu") },
};

const withActivation = (activation: "relu" | undefined): ExamineOptions => ({
  ...clouds(3, 40),
  model: new Sequential([new Dense(8, { activation }), new Dense(3, { activation: "softmax" })]),
  compile: { loss: "sparseCategoricalCrossentropy" },
  experiments: false,
});
