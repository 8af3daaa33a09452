import { activationBehind } from "../../base/contract.ts";
import { Dense } from "../../layers/index.ts";
import { BinaryCrossentropy } from "../../losses/index.ts";
import { Sequential } from "../../train/index.ts";
import type { Diagnosis } from "../diagnosis.ts";
import type { ExamineOptions } from "../examine.ts";
import { lossOf, readAs } from "../experiments/loss-values.ts";
import type { Observation } from "../finding.ts";
import { clouds } from "../made-up.ts";
import { logitsAsProbabilities as scoredLogits } from "../predictions/logits-as-probabilities.ts";
import type { ModelSubject } from "../subjects/model.ts";
import { percent, show } from "../words.ts";
import { answeredOutputs, asked, fromPairings, headPlace, ofOutput, type Answered } from "./pairings.ts";

export const logitsAsProbabilities: Diagnosis = {
  id: "C1",
  code: "PL2101",
  severity: "error",
  title: "logits are read as probabilities",
  thresholds: {
    outside: {
      value: 0,
      unit: "share of first outputs outside [0, 1]",
      source: "a probability lies in [0, 1]; one output that does not is none (1e-5 is left for rounding)",
    },
  },
  explains: ["C16", "C18", "T1", "T4", "T13", "P2", "P3", "P5", "P7", "P9", "P11"],
  about: `A cross-entropy takes the logarithm of a probability. A last layer without an activation gives logits: raw scores, any
real number, that only a sigmoid or a softmax turns into probabilities. Read as probabilities they have to be cut off at 0
and 1 first. Then a row costs either 0 or 16.1, the number −ln(1e-7), no gradient gets through, and the loss stands still or
looks perfect.

It is read off the last layer and the loss. Behind a function of your own, of which nothing is known beforehand, the first
outputs are looked at: if some lie outside [0, 1], they are no probabilities.`,
  example: `const model = new Sequential([new Dense(1)]);
const loss = new BinaryCrossentropy({ fromLogits: false });
const data = [[0, 3], [3, 0], [1, 2], [2, 1]];
const report = await examine({ model, compile: { loss }, data, labels: [0, 1, 0, 1], experiments: false });
console.log(report.findings[0].code); // PL2101

// Left out, fromLogits follows from the last layer.
model.compile({ loss: "binaryCrossentropy" });`,
  rules: {
    predictions: scoredLogits,
    model: async (subject) => {
      const paired = await fromPairings(subject, "C1", (output) => ({
        severity: "error",
        ...observed(subject, output),
        fix:
          output.head === "linear"
            ? `loss: new ${output.loss?.record.name}({ fromLogits: true }), or ${asked(output.loss!)}: left out, fromLogits follows from the last layer`
            : `Make new Dense(${output.units}) the last layer, without an activation, and take ${asked(output.loss!)}`,
      }));
      return [...paired, ...(await measured(subject))];
    },
  },
  sick: { examine: () => withFromLogits(false) },
  healthy: { examine: () => withFromLogits(undefined) },
};

/** Where nothing is known of the head, the outputs tell. */
async function measured(subject: ModelSubject): Promise<Observation[]> {
  const isOpen = ({ head, loss }: Answered | ModelSubject["outputs"][number]): boolean =>
    head === "custom" &&
    loss !== undefined &&
    !loss.contract.custom &&
    loss.fromLogits !== true &&
    activationBehind(loss.contract) !== undefined;
  if (!subject.outputs.some(isOpen)) return [];
  return (await answeredOutputs(subject)).filter(isOpen).flatMap((output) => {
    if (!shareOutside(output)) return [];
    return [
      {
        severity: "error" as const,
        ...observed(subject, output),
        fix: `loss: new ${output.loss?.record.name}({ fromLogits: true }), or end the model with new Activation("${activationBehind(output.loss!.contract)}")`,
      },
    ];
  });
}

function observed(subject: ModelSubject, output: Answered): Omit<Observation, "severity" | "fix"> {
  const share = shareOutside(output);
  const reads = `${output.loss?.record.name} reads them as probabilities${ofOutput(subject, output)}`;
  return {
    title: share
      ? `${percent(share)} of the model's first outputs lie outside 0 … 1, and ${reads}`
      : `The model's outputs are not held between 0 and 1, and ${reads}`,
    number: share ?? 0,
    threshold: logitsAsProbabilities.thresholds.outside.value,
    evidence: seen(output),
    why: "Beyond 0 and 1 the loss is cut off: a row costs 0 or 16.1 and gives no gradient, so the model cannot improve on it",
    where: headPlace(subject),
    confirmed: share !== undefined && share > 0,
  };
}

function shareOutside({ answer }: Answered): number | undefined {
  if (answer === undefined) return undefined;
  let outside = 0;
  for (let i = 0; i < answer.values.length; i++)
    if (answer.values[i] < -1e-5 || answer.values[i] > 1 + 1e-5) outside += 1;
  return outside / answer.values.length;
}

/** The first outputs as a range, and the loss read both ways. */
function seen({ answer, loss }: Answered): string[] {
  if (answer === undefined || loss === undefined)
    return ["The last layer has no activation that would keep them there"];
  let [low, high] = [Infinity, -Infinity];
  for (let i = 0; i < answer.values.length; i++) {
    low = Math.min(low, answer.values[i]);
    high = Math.max(high, answer.values[i]);
  }
  const range = `The first outputs range from ${show(low)} to ${show(high)}: raw scores (logits), not probabilities`;
  if (answer.labels === undefined || !loss.contract.supportsLogits) return [range];
  const [cut, read] = [false, true].map((logits) =>
    lossOf(readAs(loss, logits), answer.labels!, answer.tensor),
  );
  if (cut === undefined || read === undefined) return [range];
  return [
    range,
    `Read as probabilities, the first rows have a mean loss of ${show(cut)}; read as logits, ${show(read)}`,
  ];
}

const withFromLogits = (fromLogits: boolean | undefined): ExamineOptions => ({
  ...clouds(2, 60),
  model: new Sequential([new Dense(1)]),
  compile: { loss: new BinaryCrossentropy({ fromLogits }) },
  experiments: false,
});
