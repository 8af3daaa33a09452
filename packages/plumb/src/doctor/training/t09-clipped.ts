import { Dense } from "../../layers/index.ts";
import { SGD } from "../../optimizers/index.ts";
import { Sequential } from "../../train/index.ts";
import type { Diagnosis } from "../diagnosis.ts";
import type { FitCase } from "../fit-case.ts";
import { clouds } from "../made-up.ts";
import { quantile, sorted } from "../statistics/robust.ts";
import type { Probe } from "../subjects/training.ts";
import { show } from "../words.ts";

export const clipped: Diagnosis = {
  id: "T9",
  code: "PL4109",
  severity: "warning",
  title: "most steps are clipped",
  thresholds: {
    share: {
      value: 0.5,
      unit: "share of the looks at which the gradient is clipped",
      source: "Deep Learning Tuning Playbook",
    },
    looks: {
      value: 4,
      unit: "looks, at least",
      source: "added: 4 of 4 are less than chance (p = 0.06) where half are clipped",
    },
  },
  explains: ["T4", "P3"],
  about: `Clipping shortens gradients that are longer than a limit. It is meant for the rare step that would throw the training off. Where
most steps are shortened, all steps are equally long whatever the slope: the limit sets the pace in the place of the learning
rate, and a lower rate without clipping does better.

Counted are the looks of the doctor (at least 4) at which the gradient was longer than \`clipnorm\` or \`globalClipnorm\`.
\`clipvalue\` is not looked at.`,
  example: `const x = Array.from({ length: 64 }, (_, i) => [Math.sin(i), Math.cos(i)]);
const y = x.map(([a]) => [a > 0 ? 1 : 0]);
const model = new Sequential([new Dense(1, { activation: "sigmoid" })]);
model.compile({ optimizer: new SGD({ learningRate: 0.1, globalClipnorm: 0.001 }), loss: "binaryCrossentropy" });
const doctor = new Doctor();
await model.fit(x, y, { epochs: 8, callbacks: [doctor] });
console.log(doctor.report.findings.map(({ code }) => code)); // PL4109 is among them

const repaired = new SGD({ learningRate: 0.01, globalClipnorm: 1 });`,
  rules: {
    training({ model, probes }) {
      const { share, looks } = clipped.thresholds;
      if (!model.isCompiled || probes.length < looks.value) return undefined;
      const { clipnorm, globalClipnorm } = model.compiled.optimizer.params as Record<
        string,
        number | undefined
      >;
      const limit = globalClipnorm || clipnorm;
      if (!limit) return undefined;
      const length = (probe: Probe): number =>
        globalClipnorm
          ? probe.gradientNorm
          : Math.max(...probe.weights.map(({ gradientNorm }) => gradientNorm));
      const lengths = probes.map(length);
      const over = lengths.filter((of) => of > limit).length;
      if (over / lengths.length <= share.value) return undefined;
      const high = quantile(sorted(lengths), 0.9);
      return [
        {
          severity: "warning",
          title: `The gradient was clipped at ${over} of ${lengths.length} looks`,
          number: over / lengths.length,
          threshold: share.value,
          evidence: [
            `The limit is ${show(limit)}; the gradients were ${lengths.slice(-6).map(show).join(", ")} long`,
            `Nine of ten are shorter than ${show(high)}`,
          ],
          why: "Where most steps are shortened, the limit sets the pace and the slope no longer counts",
          fix: `Lower the learning rate, and clip at ${show(high)}, which only one of ten steps exceeds`,
        },
      ];
    },
  },
  sick: { train: () => limited(0.001) },
  healthy: { train: () => limited(5) },
};

const limited = (globalClipnorm: number): FitCase => ({
  ...clouds(2, 64),
  model: new Sequential([new Dense(1, { activation: "sigmoid" })]),
  compile: { loss: "binaryCrossentropy", optimizer: new SGD({ learningRate: 0.1, globalClipnorm }) },
  fit: { epochs: 8, batchSize: 16 },
});
