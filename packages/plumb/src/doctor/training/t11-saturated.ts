import { Dense } from "../../layers/index.ts";
import { Sequential } from "../../train/index.ts";
import type { Diagnosis } from "../diagnosis.ts";
import type { FitCase } from "../fit-case.ts";
import { clouds } from "../made-up.ts";
import { percent, show } from "../words.ts";

export const saturated: Diagnosis = {
  id: "T11",
  code: "PL4111",
  severity: "warning",
  title: "units are saturated",
  thresholds: {
    share: {
      value: 0.5,
      unit: "share of the values of a layer whose argument is beyond ±5",
      source: "DeepDiagnosis",
    },
    looks: { value: 2, unit: "looks in a row", source: "added: one look is one batch" },
    left: {
      value: 0.5,
      unit: "of the first loss, that is left, where the layer was not saturated at first",
      source: "added: units that have become sure of themselves in a model that has learned are no fault",
    },
  },
  explains: ["C18", "T4", "T7", "P3", "P4"],
  about: `Sigmoid and tanh are flat at both ends: where their argument is beyond ±5, their slope is below 1% of its greatest, and hardly
any gradient passes. A layer most of whose values lie there hardly learns. Causes are inputs that were not scaled, weights that
began too large, and steps that were too long.

Counted are the values of a layer on a batch, at two looks in a row. The last layer is left out: a sigmoid that ends in 0 or 1 is
sure of itself, which is what it is for. So are layers that became like this while the loss came down to half.`,
  example: `const x = Array.from({ length: 64 }, (_, i) => [1000 * Math.sin(i), 1000 * Math.cos(i)]);
const y = x.map(([a]) => [a > 0 ? 1 : 0]);
const model = new Sequential([
  new Dense(8, { activation: "tanh" }),
  new Dense(1, { activation: "sigmoid" }),
]);
model.compile({ loss: "binaryCrossentropy" });
const doctor = new Doctor();
await model.fit(x, y, { epochs: 4, callbacks: [doctor] });
console.log(doctor.report.findings.some(({ code }) => code === "PL4111")); // true

const scaled = x.map((row) => row.map((value) => value / 1000));`,
  rules: {
    training({ probes }) {
      const { share: limit, looks, left } = saturated.thresholds;
      const seen = probes.slice(-looks.value);
      if (seen.length < looks.value) return undefined;
      const learned = seen.every(({ loss }) => loss < left.value * probes[0].loss);
      const layers = seen[0].layers.flatMap((layer, i) => {
        const share = Math.min(...seen.map(({ layers: of }) => of[i].saturated));
        const fine = learned && !(probes[0].layers[i].saturated > limit.value);
        return layer.isHead || fine || share <= limit.value
          ? []
          : [{ ...seen[seen.length - 1].layers[i], share }];
      });
      if (layers.length === 0) return undefined;
      const worst = layers.reduce((a, b) => (b.share > a.share ? b : a));
      return [
        {
          severity: "warning",
          title: `${percent(worst.share)} of the values of ${worst.name} lie in the flat ends of ${worst.activation}, where it hardly has a slope`,
          number: worst.share,
          threshold: limit.value,
          evidence: [
            `It was so at ${looks.value} looks in a row: ${layers.map(({ name, share, low, high }) => `${name} ${percent(share)}, values from ${show(low)} to ${show(high)}`).join("; ")}`,
          ],
          why: "Where an activation is flat, neither its own weights nor the layers before it are told which way to go: they hardly learn",
          fix: 'Scale the inputs (a Normalization layer, adapted to the training rows), begin with smaller weights (kernelInitializer: "glorotUniform"), or use activation: "relu"',
          where: { layers: layers.map(({ name }) => name) },
        },
      ];
    },
  },
  sick: { train: () => sized(1000) },
  healthy: { train: () => sized(1) },
};

const sized = (factor: number): FitCase => {
  const { data, labels } = clouds(2, 64);
  return {
    data: data.map((row) => row.map((value) => factor * value)),
    labels,
    model: new Sequential([new Dense(8, { activation: "tanh" }), new Dense(1, { activation: "sigmoid" })]),
    compile: { loss: "binaryCrossentropy", optimizer: "adam" },
    fit: { epochs: 4, batchSize: 16 },
  };
};
