import { RandomNormal } from "../../initializers/index.ts";
import { Dense } from "../../layers/index.ts";
import { Sequential } from "../../train/index.ts";
import type { Diagnosis } from "../diagnosis.ts";
import type { FitCase } from "../fit-case.ts";
import { clouds } from "../made-up.ts";
import { show } from "../words.ts";
import { kernels } from "./course.ts";

export const vanishing: Diagnosis = {
  id: "T7",
  code: "PL4107",
  severity: "warning",
  title: "gradients vanish on the way back",
  thresholds: {
    ratio: {
      value: 1e-3,
      unit: "gradient of the first layer per gradient of the last",
      source: "AutoTrainer",
    },
    first: { value: 1e-4, unit: "length of the gradient of the first layer", source: "AutoTrainer" },
    looks: { value: 2, unit: "looks in a row, up to the last one", source: "added: one look is one batch" },
  },
  explains: ["T4", "P3"],
  about: `The gradient is handed back from the last layer to the first, and is multiplied by each layer's weights and by the slope of its
activation. Where these are below 1 it gets smaller with each layer, and the first ones hardly learn. Typical are many layers
with sigmoid or tanh, and weights that began too small.

Compared are the lengths of the gradients of the first and the last weights that layers multiply by, in two looks in a row. A
model that is done has small gradients everywhere: their ratio stays.`,
  example: `const x = Array.from({ length: 64 }, (_, i) => [Math.sin(i), Math.cos(i)]);
const y = x.map(([a]) => [a > 0 ? 1 : 0]);
const kernelInitializer = new RandomNormal({ stddev: 0.05 });
const layers = Array.from({ length: 4 }, () => new Dense(8, { activation: "sigmoid", kernelInitializer }));
const model = new Sequential([...layers, new Dense(1, { activation: "sigmoid" })]);
model.compile({ loss: "binaryCrossentropy" });
const doctor = new Doctor();
await model.fit(x, y, { epochs: 3, callbacks: [doctor] });
console.log(doctor.report.findings.map(({ code }) => code)); // PL4107 is among them

const repaired = Array.from({ length: 4 }, () => new Dense(8, { activation: "relu", kernelInitializer: "heNormal" }));`,
  rules: {
    training({ probes }) {
      const { ratio, first: least, looks } = vanishing.thresholds;
      const seen = probes.slice(-looks.value).map((probe) => kernels(probe));
      if (seen.length < looks.value || seen[0].length < 3) return undefined;
      const vanished = seen.every((weights) => {
        const [first, last] = [weights[0].gradientNorm, weights[weights.length - 1].gradientNorm];
        return first > 0 && first < ratio.value * last && first < least.value;
      });
      if (!vanished) return undefined;
      const weights = seen[seen.length - 1];
      const [first, last] = [weights[0], weights[weights.length - 1]];
      return [
        {
          severity: "warning",
          title: `The gradient of ${first.name} is ${show(first.gradientNorm / last.gradientNorm)} of that of ${last.name}`,
          number: first.gradientNorm / last.gradientNorm,
          threshold: ratio.value,
          evidence: [
            `Lengths from the first layer to the last: ${weights.map(({ gradientNorm }) => show(gradientNorm)).join(", ")}`,
            `So it was in ${looks.value} looks in a row`,
          ],
          why: "The first layers hardly learn: what they are told gets smaller with each layer it passes",
          fix: 'Use activation: "relu" with kernelInitializer: "heNormal", a BatchNormalization between layers, or fewer layers',
          where: { layers: [first.layer] },
        },
      ];
    },
  },
  sick: { train: () => deep("sigmoid") },
  healthy: { train: () => deep("relu") },
};

const deep = (activation: "sigmoid" | "relu"): FitCase => {
  const kernelInitializer = activation === "relu" ? "heNormal" : new RandomNormal({ stddev: 0.05 });
  return {
    ...clouds(2, 64),
    model: new Sequential([
      ...Array.from({ length: 4 }, () => new Dense(8, { activation, kernelInitializer })),
      new Dense(1, { activation: "sigmoid" }),
    ]),
    compile: { loss: "binaryCrossentropy", optimizer: "adam" },
    fit: { epochs: 3, batchSize: 16 },
  };
};
