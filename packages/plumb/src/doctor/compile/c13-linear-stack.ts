import { Dense, type Layer } from "../../layers/index.ts";
import { Sequential } from "../../train/index.ts";
import type { Diagnosis } from "../diagnosis.ts";
import type { ExamineOptions } from "../examine.ts";
import { linksOf, linksPast } from "../experiments/layer-links.ts";
import { clouds } from "../made-up.ts";
import { some } from "../words.ts";

/** Layers that bend nothing: they hand on what they get, in another shape, partly dropped, or moved and scaled. */
const straight: ReadonlySet<string> = new Set([
  "BatchNormalization",
  "Normalization",
  "Rescaling",
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

A last layer without an activation is as it should be, if there is a bend before it. Dropout, a change of shape or a batch
normalization between the two bends nothing. A layer that is narrower than what comes in and what goes out holds back on
purpose, and is told as information. Convolutions are left out: such narrow ones are a known design there.`,
  example: `const layers = [new Dense(16), new Dense(1)];
const data = [[0, 1], [1, 0], [1, 1]];
const compile = { loss: "mse" };
const report = await examine({ model: new Sequential(layers), compile, data, labels: [1, 2, 4], experiments: false });
console.log(report.findings.map(({ code }) => code)); // PL2113 is among them

new Sequential([new Dense(16, { activation: "relu" }), new Dense(1)]);`,
  rules: {
    model({ model }) {
      const isDense = ({ className }: Layer): boolean => className === "Dense";
      const pairs = linksPast(linksOf(model), ({ className }) => straight.has(className)).filter(
        ({ before, after, only }) =>
          only && isDense(before) && isDense(after) && before.activation?.name === "linear",
      );
      if (pairs.length === 0) return undefined;
      const names = pairs.map(({ before, after }) => `${before.name} → ${after.name}`);
      // A narrow layer between two wide ones holds back on purpose: fewer weights, or a space to look at.
      const narrow = pairs.every(({ before, after }) => isNarrow(before as Dense, after as Dense));
      return [
        {
          severity: narrow ? "information" : "warning",
          title:
            pairs.length === 1
              ? `2 Dense layers in a row do the work of 1: ${names[0]} ${bend}`
              : `${pairs.length} pairs of Dense layers do the work of one layer each: ${some(names)} ${bend}`,
          number: pairs.length,
          threshold: linearStack.thresholds.pairs.value,
          evidence: pairs
            .slice(0, 3)
            .map(
              ({ before, after }) =>
                `${before.name} gives ${(before as Dense).units} weighted sums, and ${after.name} makes weighted sums of these`,
            ),
          why: "A weighted sum of weighted sums is just another weighted sum: however deep, such a stack can only draw straight lines",
          fix: narrow
            ? `Nothing, if ${pairs[0].before.name} is narrow on purpose; else new Dense(${(pairs[0].before as Dense).units}, { activation: "relu" })`
            : `Write new Dense(${(pairs[0].before as Dense).units}, { activation: "relu" }) for ${pairs[0].before.name}, or leave that layer out`,
          where: { layers: pairs.map(({ before }) => before.name) },
        },
      ];
    },
  },
  sick: { examine: () => withActivation(undefined) },
  healthy: { examine: () => withActivation("relu") },
};

const bend = "without an activation in between";

const isNarrow = (before: Dense, after: Dense): boolean => {
  const [kernel] = before.weights;
  return before.units < Math.min(kernel?.shape[0] ?? 0, after.units);
};

const withActivation = (activation: "relu" | undefined): ExamineOptions => ({
  ...clouds(3, 40),
  model: new Sequential([new Dense(8, { activation }), new Dense(3, { activation: "softmax" })]),
  compile: { loss: "sparseCategoricalCrossentropy" },
  experiments: false,
});
