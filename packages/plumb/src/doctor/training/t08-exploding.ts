import { RandomNormal } from "../../initializers/index.ts";
import { Dense } from "../../layers/index.ts";
import { SGD } from "../../optimizers/index.ts";
import { Sequential } from "../../train/index.ts";
import type { Diagnosis } from "../diagnosis.ts";
import type { FitCase } from "../fit-case.ts";
import { clouds } from "../made-up.ts";
import { median, quantile, sorted } from "../statistics/robust.ts";
import { show } from "../words.ts";
import { kernels } from "./course.ts";

export const exploding: Diagnosis = {
  id: "T8",
  code: "PL4108",
  severity: "warning",
  title: "gradients explode",
  thresholds: {
    ratio: { value: 70, unit: "gradient of the first layer per gradient of the last", source: "AutoTrainer" },
    growth: {
      value: 10,
      unit: "times the 90th percentile of the looks before",
      source: "the catalogue of checks",
    },
    length: {
      value: 10,
      unit: "length of the gradient of all weights, at least",
      source: "added: gradients of a model that is done are short, whatever their ratio",
    },
    looks: { value: 2, unit: "looks in a row, up to the last one", source: "added: one look is one batch" },
  },
  explains: ["T1", "T2", "T3"],
  about: `The gradient is handed back from the last layer to the first, and is multiplied by each layer's weights. Where these are large
it grows with each layer, and one step throws the first layers far away. Typical are weights that began too large, recurrent
layers over many steps, and inputs in the thousands.

Compared are the lengths of the gradients of the first and the last weights that layers multiply by, in two looks in a row;
and the length of the whole gradient with that of the looks before. Nothing is said of gradients that are short.`,
  example: `const x = Array.from({ length: 64 }, (_, i) => [Math.sin(i), Math.cos(i)]);
const y = x.map(([a]) => [a]);
const wide = (stddev) => new Dense(16, { activation: "relu", kernelInitializer: new RandomNormal({ stddev }) });
const model = new Sequential([wide(0.001), wide(3), wide(3), wide(3), wide(3), new Dense(1)]);
model.compile({ loss: "mse", optimizer: new SGD({ learningRate: 1e-10 }) });
const doctor = new Doctor();
await model.fit(x, y, { epochs: 2, callbacks: [doctor] });
console.log(doctor.report.findings.map(({ code }) => code));

const repaired = new Dense(16, { activation: "relu", kernelInitializer: "heNormal" });`,
  rules: {
    training({ probes }) {
      const { ratio, growth, length, looks } = exploding.thresholds;
      const recent = probes.slice(-looks.value);
      if (recent.length < looks.value || recent.some(({ gradientNorm }) => !(gradientNorm > length.value)))
        return undefined;
      const deep = recent.every((probe) => {
        const weights = kernels(probe);
        const [first, last] = [weights[0]?.gradientNorm, weights.at(-1)?.gradientNorm];
        return weights.length >= 3 && first > ratio.value * (last ?? Infinity);
      });
      const before = probes.slice(0, -looks.value).map(({ gradientNorm }) => gradientNorm);
      const usual = quantile(sorted(before), 0.9);
      const grown =
        before.length >= 3 && recent.every(({ gradientNorm }) => gradientNorm > growth.value * usual);
      if (!deep && !grown) return undefined;
      const weights = kernels(recent[recent.length - 1]);
      const now = recent[recent.length - 1].gradientNorm;
      const limit = median(probes.map(({ gradientNorm }) => gradientNorm));
      const share = deep ? weights[0].gradientNorm / weights[weights.length - 1].gradientNorm : now / usual;
      return [
        {
          severity: "warning",
          title: deep
            ? `The gradient of ${weights[0].name} is ${show(share)} times that of ${weights[weights.length - 1].name}`
            : `The gradient is ${show(share)} times as long as before`,
          number: share,
          threshold: deep ? ratio.value : growth.value,
          evidence: [
            `Lengths from the first layer to the last: ${weights.map(({ gradientNorm }) => show(gradientNorm)).join(", ")}`,
            `All together: ${probes
              .slice(-4)
              .map((probe) => `${show(probe.gradientNorm)} after ${probe.step} steps`)
              .join(", ")}`,
          ],
          why: "A step along such a gradient throws the weights far away from what they had learned",
          fix: deep
            ? 'Begin with smaller weights, kernelInitializer: "heNormal", scale the inputs, or clip: new Adam({ globalClipnorm: 1 })'
            : `Clip the gradients: new Adam({ globalClipnorm: ${show(limit)} }), and lower the learning rate`,
          where: { layers: [weights[0]?.layer ?? ""] },
        },
      ];
    },
  },
  sick: { train: () => deep(3) },
  healthy: { train: () => deep(0.3) },
};

/** Each layer's weights of that size; the steps so small that nothing changes. */
const deep = (stddev: number): FitCase => ({
  ...clouds(2, 64),
  model: new Sequential([
    ...Array.from(
      { length: 5 },
      (_, i) =>
        new Dense(16, {
          activation: "relu",
          kernelInitializer: new RandomNormal({ stddev: i === 0 ? stddev / 3000 : stddev }),
        }),
    ),
    new Dense(1),
  ]),
  compile: { loss: "mse", optimizer: new SGD({ learningRate: 1e-10 }), warn: () => undefined },
  fit: { epochs: 2, batchSize: 16 },
});
