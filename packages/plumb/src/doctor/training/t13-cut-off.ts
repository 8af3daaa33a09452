import { Dense, Lambda } from "../../layers/index.ts";
import { Sequential } from "../../train/index.ts";
import type { Diagnosis } from "../diagnosis.ts";
import type { FitCase } from "../fit-case.ts";
import { clouds } from "../made-up.ts";
import { percent, show } from "../words.ts";

export const cutOff: Diagnosis = {
  id: "T13",
  code: "PL4113",
  severity: "information",
  title: "losses sit where logarithms are cut off",
  thresholds: {
    share: {
      value: 0.01,
      unit: "share of rows with a loss of 15.94 or 16.12",
      source: "the catalogue of checks",
    },
    looks: { value: 2, unit: "looks in a row", source: "added: one look is one batch" },
  },
  explains: ["T4"],
  about: `A cross-entropy takes the logarithm of a probability, and cuts it off at 10⁻⁷ so that it stays finite: −ln 10⁻⁷ = 16.12 (and 15.94
at the other end, where float32 has no 1 − 10⁻⁷). Where a row has exactly this loss the slope of the loss is 0: nothing is
learned from the very rows that are most wrong. It comes from outputs that are no probabilities, and from probabilities that were
computed before the loss sees them, and have become exactly 0 or 1.

Behind a last layer with softmax or sigmoid nothing is cut off: the loss is computed from what stands before these.`,
  example: `const x = Array.from({ length: 64 }, (_, i) => [100 * Math.sin(i)]);
const y = x.map(([a], i) => [i % 4 === 0 ? 1 : a > 0 ? 1 : 0]);
const model = new Sequential([
  new Dense(1, { kernelInitializer: "ones" }),
  new Lambda((z) => z.sigmoid()),
]);
model.compile({ loss: "binaryCrossentropy", warn: () => {} });
const doctor = new Doctor();
await model.fit(x, y, { epochs: 3, callbacks: [doctor] });
console.log(doctor.report.findings.some(({ code }) => code === "PL4113")); // true

const repaired = new Sequential([new Dense(1, { activation: "sigmoid" })]);`,
  rules: {
    training({ probes }) {
      const { share: limit, looks } = cutOff.thresholds;
      const seen = probes.slice(-looks.value).map(({ cutOff: share = 0 }) => share);
      const share = Math.min(...seen);
      if (seen.length < looks.value || share <= limit.value) return undefined;
      return [
        {
          severity: "information",
          title: `${percent(share)} of the rows have a loss of 15.94 or 16.12, where its logarithm is cut off`,
          number: share,
          threshold: limit.value,
          evidence: [
            `At the last ${seen.length} looks it was ${seen.map(percent).join(" and ")} of the rows; the mean loss is ${show(probes[probes.length - 1].loss)}`,
          ],
          why: "The slope of the loss is 0 there: nothing is learned from these rows, which are the ones that are most wrong",
          fix: 'End in new Dense(units, { activation: "softmax" }) (or "sigmoid"), or give the loss what stands before it: fromLogits: true',
        },
      ];
    },
  },
  sick: { train: () => ending("lambda") },
  healthy: { train: () => ending("layer") },
};

/** A sigmoid that the loss cannot see, or one that it can, with arguments of ±200. */
const ending = (where: "lambda" | "layer"): FitCase => {
  const { data, labels } = clouds(2, 64);
  const head =
    where === "layer"
      ? [new Dense(1, { activation: "sigmoid", kernelInitializer: "ones" })]
      : [new Dense(1, { kernelInitializer: "ones" }), new Lambda((z) => z.sigmoid())];
  return {
    data: data.map((row) => row.map((value) => 100 * value)),
    labels,
    model: new Sequential(head),
    compile: { loss: "binaryCrossentropy", optimizer: "adam", warn: () => undefined },
    fit: { epochs: 3, batchSize: 32 },
  };
};
