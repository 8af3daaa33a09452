import { RandomNormal } from "../../initializers/index.ts";
import { Dense } from "../../layers/index.ts";
import { Sequential } from "../../train/index.ts";
import type { Diagnosis } from "../diagnosis.ts";
import type { FitCase } from "../fit-case.ts";
import { clouds } from "../made-up.ts";
import type { Probe, WeightProbe } from "../subjects/training.ts";
import { count, show } from "../words.ts";
import { called, growthOverDepth, kernels } from "./course.ts";

export const vanishing: Diagnosis = {
  id: "T7",
  code: "PL4107",
  severity: "warning",
  title: "gradients vanish on the way back",
  thresholds: {
    ratio: {
      value: 1e-3,
      unit: "gradient at the first layer per gradient at the last, by the slope over all layers",
      source:
        "AutoTrainer compares first and last alone; the last one's happens to be short where answers are balanced",
    },
    first: {
      value: 1e-4,
      unit: "length of the first layer's gradient, per loss",
      source: "AutoTrainer: 1e-4; added: per loss, which makes it the same in all units",
    },
    looks: { value: 2, unit: "looks in a row", source: "added: one look is one batch" },
    layers: { value: 3, unit: "kernels, at least", source: "added: a slope over fewer is none" },
  },
  explains: ["T4", "P3"],
  about: `A gradient says for each weight how steeply the loss changes with it; steps follow it. It is computed from the last layer back to
the first, and is multiplied on its way by each layer's weights and by the slope of its activation. Where these are below 1 it
gets shorter with each layer, and the first ones hardly learn. Typical are many layers with sigmoid or tanh, and weights that
began too small.

Compared are the lengths of the gradients of the kernels (the weights that layers multiply by), from the first layer to the
last: how much shorter they get is read from all of them, by the median slope of their logarithms. Said where that comes to a
thousandth or less over two looks in a row, and the first one is shorter than a ten-thousandth of the loss. A model that is done
has small gradients everywhere: they do not get shorter by depth.`,
  example: `const x = Array.from({ length: 64 }, (_, i) => [Math.sin(i), Math.cos(i)]);
const y = x.map(([a]) => [a > 0 ? 1 : 0]);
const kernelInitializer = new RandomNormal({ stddev: 0.05 });
const layers = Array.from(
  { length: 4 },
  () => new Dense(8, { activation: "sigmoid", kernelInitializer }),
);
const model = new Sequential([...layers, new Dense(1, { activation: "sigmoid" })]);
model.compile({ loss: "binaryCrossentropy" });
const doctor = new Doctor();
await model.fit(x, y, { epochs: 3, callbacks: [doctor] });
console.log(doctor.report.findings.some(({ code }) => code === "PL4107")); // true

const repaired = Array.from(
  { length: 4 },
  () => new Dense(8, { activation: "relu", kernelInitializer: "heNormal" }),
);`,
  rules: {
    training({ probes }) {
      const { ratio, first: least, looks, layers } = vanishing.thresholds;
      /** Of some looks in a row: balanced answers make the last layer's gradient short on one batch, and hardly on the next. */
      const together = (at: number): readonly WeightProbe[] => {
        const seen = probes.slice(at + 1 - looks.value, at + 1).map(kernels);
        return (seen.at(-1) ?? []).map((weight, i) => ({
          ...weight,
          gradientNorm: Math.hypot(...seen.map((of) => of[i].gradientNorm)) / Math.sqrt(seen.length),
        }));
      };
      const vanished = (probe: Probe, at: number): boolean => {
        const weights = at + 1 < looks.value ? [] : together(at);
        return (
          weights.length >= layers.value &&
          weights[0].gradientNorm > 0 &&
          1 / growthOverDepth(weights) < ratio.value &&
          weights[0].gradientNorm < least.value * Math.abs(probe.loss - probe.penalty)
        );
      };
      const at = probes.findLastIndex(vanished);
      if (at < 0) return undefined;
      const probe = probes[at];
      const weights = together(at);
      const [first, last] = [weights[0], weights[weights.length - 1]];
      const share = 1 / growthOverDepth(weights);
      return [
        {
          severity: "warning",
          title: `The gradient of ${called(first)} is ${show(first.gradientNorm)}, and that of ${called(last)} ${show(last.gradientNorm)}`,
          number: share,
          threshold: ratio.value,
          evidence: [
            `After ${count(probe.step, "step")}, the lengths of the gradients from the first layer to the last: ${weights.map(({ gradientNorm }) => show(gradientNorm)).join(", ")}`,
            `On its way back, as all layers have it, it shrinks to ${show(share)} of itself`,
            ...(at < probes.length - 1
              ? [`After ${probes[at + 1].step} steps it did so no longer; the steps before were lost`]
              : []),
          ],
          why: "A gradient says how much the loss depends on a weight. On the first layers it hardly depends: they learn slowly or not at all",
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
