import { Dense } from "../../layers/index.ts";
import { Sequential } from "../../train/index.ts";
import type { Diagnosis } from "../diagnosis.ts";
import type { ExamineOptions } from "../examine.ts";
import { slope } from "../made-up.ts";
import { show } from "../words.ts";
import { powerOf } from "./loss-units.ts";
import { scalesOutputs } from "./received.ts";

export const targetScale: Diagnosis = {
  id: "D15",
  code: "PL3115",
  severity: "warning",
  title: "the target is very large or very small",
  thresholds: {
    large: {
      value: 100,
      unit: "root of the mean square of the target",
      source:
        "catalogue: std(y) > 100; moved to the distance from 0, since years around 2010 are as far away as amounts in thousands",
    },
    small: { value: 0.01, unit: "standard deviation of the target", source: "catalogue: std(y) < 0.01" },
    power: {
      value: 0.9,
      unit: "power with which the loss grows with the unit of the target",
      source: "2 for squared, 1 for absolute errors; losses of shares or logarithms have 0 and do not mind",
    },
  },
  explains: ["T1", "T3", "T4", "T8", "C16", "C18", "C20"],
  about: `Fresh weights answer with numbers around 1, and training moves them in small steps. A target in thousands is a long way
off: the first losses are in the millions, and so are the gradients; or, with an optimizer such as Adam whose steps have a
size of their own, it takes thousands of steps to get there. A target in thousandths is met by saying 0: the loss is tiny
from the start, and means nothing.

Subtract the training rows' mean and divide by their standard deviation. The squared error then reads as the share of the
variance that is left, 1 − R²: 1 is no better than the mean. Told for losses that grow with the unit of the target, unless
a layer at the end of the model scales its outputs.`,
  example: `const data = Array.from({ length: 60 }, (_, i) => [Math.sin(i)]);
const price = data.map(([a]) => 5000 + 3000 * a);
const model = new Sequential([new Dense(1)]);
const compile = { loss: "meanSquaredError" };
const report = await examine({ model, compile, data, labels: price, experiments: false });
console.log(report.findings.map(({ code }) => code)); // PL3115 is among them

const mean = price.reduce((sum, y) => sum + y, 0) / price.length;
const deviation = Math.sqrt(price.reduce((sum, y) => sum + (y - mean) ** 2, 0) / price.length);
const labels = price.map((y) => (y - mean) / deviation); // back: y * deviation + mean
console.log((await examine({ model, compile, data, labels, experiments: false })).findings.length);`,
  rules: {
    model: ({ outputs, layers, data }) =>
      scalesOutputs(layers)
        ? undefined
        : outputs.flatMap(({ loss, name }, i) => {
            const { large, small, power: least } = targetScale.thresholds;
            const labels = data.training.labels[i];
            const power = loss === undefined ? undefined : powerOf(loss);
            if (labels === undefined || power === undefined || power < least.value) return [];
            const { low, high, mean, deviation } = labels.table.whole;
            const root = Math.hypot(mean, deviation);
            const tooLarge = root > large.value;
            if (!tooLarge && !(deviation < small.value)) return [];
            const of = outputs.length > 1 ? ` of ${name}` : "";
            return [
              {
                severity: "warning" as const,
                title: `The target${of} is ${show(mean)}, give or take ${show(deviation)}; a fresh model answers around 0, give or take 1`,
                number: tooLarge ? root : deviation,
                threshold: tooLarge ? large.value : small.value,
                evidence: [
                  `It goes from ${show(low)} to ${show(high)} in the ${labels.rows} training rows`,
                  power > 1.5
                    ? `Always saying the mean costs ${show(deviation ** 2)} (its variance), always saying 0 costs ${show(root ** 2)}`
                    : `Always saying 0 costs about ${show(root)}`,
                ],
                why: tooLarge
                  ? "Losses and gradients are far larger than steps are made for, and it is a long way from fresh weights to such answers"
                  : "The loss is tiny before anything is learnt, and what the model begins with is far larger than the differences it is to learn",
                fix:
                  deviation > 0
                    ? `Train on (y - ${show(mean)}) / ${show(deviation)}, and turn predictions back: p * ${show(deviation)} + ${show(mean)}`
                    : "Look for the column that you meant: this one never changes",
                where: { part: "training" },
              },
            ];
          }),
  },
  sick: { examine: () => times(3000) },
  healthy: { examine: () => times(1) },
};

const times = (factor: number): ExamineOptions => {
  const { data, labels } = slope(60);
  return {
    data,
    labels: labels.map((y) => factor * y),
    model: new Sequential([new Dense(1)]),
    compile: { loss: "meanSquaredError" },
    experiments: false,
  };
};
