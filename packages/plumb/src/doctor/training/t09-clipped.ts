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
  about: `A gradient says for each weight how steeply the loss changes with it; steps follow it. Clipping shortens gradients that are longer
than a limit. It is meant for the rare step that would throw the training off. Where most are shortened, all steps are
equally long whatever the slope: the limit sets the pace in the place of the learning rate, and a rate that suits the
gradients as they are does better.

Counted are the looks of the doctor (at least 4) at which the gradient was longer than \`clipnorm\` or \`globalClipnorm\`.
\`clipvalue\` is not looked at. It is a warning with SGD, whose steps are as long as the gradient. Adam and its like divide the
gradient by its usual length, so that the limit costs them little: there it is an information.`,
  example: `const x = Array.from({ length: 64 }, (_, i) => [Math.sin(i), Math.cos(i)]);
const y = x.map(([a]) => [a > 0 ? 1 : 0]);
const model = new Sequential([new Dense(1, { activation: "sigmoid" })]);
model.compile({
  optimizer: new SGD({ learningRate: 0.1, globalClipnorm: 0.001 }),
  loss: "binaryCrossentropy",
});
const doctor = new Doctor();
await model.fit(x, y, { epochs: 8, callbacks: [doctor] });
console.log(doctor.report.findings.some(({ code }) => code === "PL4109")); // true

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
          severity: model.compiled.optimizer instanceof SGD ? "warning" : "information",
          title: `The gradient was longer than the limit of ${show(limit)} at ${over} of ${lengths.length} looks, and was cut`,
          number: over / lengths.length,
          threshold: share.value,
          evidence: [
            `The gradients were ${lengths.slice(-6).map(show).join(", ")} long; nine of ten are shorter than ${show(high)}`,
          ],
          why: "Where most gradients are cut, all steps are equally long: the limit sets the pace, and the slope no longer counts",
          fix: `Clip at what one step in ten exceeds: ${globalClipnorm ? "globalClipnorm" : "clipnorm"}: ${show(Number(high.toPrecision(2)))}, and choose the learning rate anew, await model.findLearningRate(data, labels)`,
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
