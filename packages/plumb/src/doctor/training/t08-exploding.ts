import { RandomNormal } from "../../initializers/index.ts";
import { Dense } from "../../layers/index.ts";
import { SGD } from "../../optimizers/index.ts";
import { Sequential } from "../../train/index.ts";
import type { Diagnosis } from "../diagnosis.ts";
import type { FitCase } from "../fit-case.ts";
import { clouds } from "../made-up.ts";
import { median, quantile, sorted } from "../statistics/robust.ts";
import type { Probe } from "../subjects/training.ts";
import { count, show } from "../words.ts";
import { called, growthOverDepth, kernels } from "./course.ts";

export const exploding: Diagnosis = {
  id: "T8",
  code: "PL4108",
  severity: "warning",
  title: "gradients explode",
  thresholds: {
    ratio: {
      value: 70,
      unit: "gradient at the first layer per gradient at the last, by the slope over all layers",
      source:
        "AutoTrainer compares first and last alone; the last one's happens to be short where answers are balanced",
    },
    growth: {
      value: 10,
      unit: "times the 90th percentile of the looks before",
      source: "the catalogue of checks",
    },
    length: {
      value: 10,
      unit: "length of the gradient of all weights, per loss, at least",
      source: "added: gradients of a model that is done are short, whatever their ratio",
    },
    looks: { value: 2, unit: "looks in a row, up to the last one", source: "added: one look is one batch" },
  },
  explains: ["T1", "T2", "T3"],
  about: `A gradient says for each weight how steeply the loss changes with it; steps follow it. It is computed from the last layer back to
the first, and is multiplied on its way by each layer's weights. Where these are large it grows with each layer, and one step
throws the first layers far away. Typical are weights that began too large between layers that hold their values down (tanh,
normalization), recurrent layers over many steps, and inputs in the thousands.

Compared are the lengths of the gradients of the kernels (the weights that layers multiply by), from the first layer to the
last, by the median slope of their logarithms, in two looks in a row; and the length of the whole gradient with that of
the looks before. Nothing is said of gradients that are short beside the loss.`,
  example: `const x = Array.from({ length: 64 }, (_, i) => [Math.sin(i), Math.cos(i)]);
const y = x.map(([a]) => [a]);
const layer = (stddev) =>
  new Dense(64, { activation: "tanh", kernelInitializer: new RandomNormal({ stddev }) });
const deep = (stddev) =>
  new Sequential([...Array.from({ length: 12 }, () => layer(stddev)), new Dense(1)]);
const found = async (model) => {
  model.compile({ loss: "mse", optimizer: new SGD({ learningRate: 1e-6 }) });
  const doctor = new Doctor();
  await model.fit(x, y, { epochs: 2, callbacks: [doctor] });
  return doctor.report.findings.some(({ code }) => code === "PL4108");
};
console.log(await found(deep(0.8))); // true
console.log(await found(deep(Math.sqrt(1 / 64)))); // false`,
  rules: {
    training({ probes }) {
      const { ratio, growth, length, looks } = exploding.thresholds;
      const recent = probes.slice(-looks.value);
      const long = ({ gradientNorm, loss, penalty }: Probe): boolean =>
        gradientNorm > length.value * Math.abs(loss - penalty);
      if (recent.length < looks.value || !recent.every(long)) return undefined;
      const shares = recent.map((probe) => {
        const weights = kernels(probe).filter(({ gradientNorm }) => gradientNorm > 0);
        return weights.length < 3 ? 1 : 1 / growthOverDepth(weights);
      });
      const deep = shares.every((share) => share > ratio.value);
      const before = probes.slice(0, -looks.value).map(({ gradientNorm }) => gradientNorm);
      const usual = quantile(sorted(before), 0.9);
      const grown =
        before.length >= 3 && recent.every(({ gradientNorm }) => gradientNorm > growth.value * usual);
      if (!deep && !grown) return undefined;
      const now = recent[recent.length - 1];
      const weights = kernels(now);
      const share = deep ? shares[shares.length - 1] : now.gradientNorm / usual;
      return [
        {
          severity: "warning",
          title: deep
            ? `The gradient gets ${show(share)} times as long on its way back to ${called(weights[0])}`
            : `The gradient is ${show(share)} times as long as before`,
          number: share,
          threshold: deep ? ratio.value : growth.value,
          evidence: [
            `Lengths from the first layer to the last: ${weights.map(({ gradientNorm }) => show(gradientNorm)).join(", ")}`,
            `All together: ${probes
              .slice(-4)
              .map(({ gradientNorm, step }) => `${show(gradientNorm)} after ${count(step, "step")}`)
              .join(", ")}`,
          ],
          why: "A step along such a gradient throws the weights far away from what they had learned",
          fix: deep
            ? 'Begin with smaller weights, kernelInitializer: "glorotUniform", scale the inputs, or clip the gradients: new Adam({ globalClipnorm: 1 })'
            : `Clip the gradients, new Adam({ globalClipnorm: ${show(Number(median(before).toPrecision(1)))} }), and lower the learning rate`,
          where: { layers: weights.slice(0, 1).map(({ layer }) => layer) },
        },
      ];
    },
  },
  sick: { train: () => deep(0.8) },
  healthy: { train: () => deep(Math.sqrt(1 / 64)) },
};

/**
 * Weights of a deviation of σ / 8 between layers of 64 units with tanh: from σ = 1 on, gradients grow with depth (Schoenholz
 * and others, Deep information propagation, 2017). The steps are so small that nothing changes.
 */
const deep = (stddev: number): FitCase => ({
  ...clouds(2, 64),
  model: new Sequential([
    ...Array.from(
      { length: 12 },
      () => new Dense(64, { activation: "tanh", kernelInitializer: new RandomNormal({ stddev }) }),
    ),
    new Dense(1),
  ]),
  compile: { loss: "mse", optimizer: new SGD({ learningRate: 1e-6 }), warn: () => undefined },
  fit: { epochs: 2, batchSize: 16 },
});
