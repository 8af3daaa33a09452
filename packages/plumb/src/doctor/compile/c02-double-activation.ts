import { activationBehind } from "../../base/contract.ts";
import { Dense } from "../../layers/index.ts";
import { SparseCategoricalCrossentropy } from "../../losses/index.ts";
import { Sequential } from "../../train/index.ts";
import type { Diagnosis } from "../diagnosis.ts";
import type { ExamineOptions } from "../examine.ts";
import { linksOf } from "../experiments/layer-links.ts";
import type { Observation } from "../finding.ts";
import { clouds } from "../made-up.ts";
import { probabilitiesAsLogits } from "../predictions/probabilities-as-logits.ts";
import type { ModelSubject } from "../subjects/model.ts";
import { answeredOutputs, fromPairings, headPlace, type Answered } from "./pairings.ts";

export const doubleActivation: Diagnosis = {
  id: "C2",
  code: "PL2102",
  severity: "error",
  title: "probabilities are read as logits",
  thresholds: {
    floor: {
      value: 0,
      unit: "nats",
      source:
        "a softmax of probabilities of K classes is at most e / (e + K − 1): the loss cannot fall below ln(1 + (K − 1) / e)",
    },
  },
  explains: ["C14", "C16", "C18", "T4", "P2", "P3", "P5", "P7", "P11"],
  about: `A model that ends in a softmax (or a sigmoid) gives probabilities. A loss with \`fromLogits: true\` takes its input for
logits, any real numbers, and puts the same function on top once more. Numbers between 0 and 1 come out nearly even, so the
loss stops at a floor far above 0 although the accuracy looks well: ln(1 + (K − 1) / e) nats, 0.551 for 3 classes and 1.461
for 10.

It is read off the last layer and the loss; nothing has to be trained to see it. Two such layers on top of each other do the
same. Behind a function of your own the first outputs are looked at: rows that all sum to 1 are no logits.`,
  example: `const model = new Sequential([new Dense(3, { activation: "softmax" })]);
const loss = new SparseCategoricalCrossentropy({ fromLogits: true });
const data = [[0, 1], [1, 0], [1, 1]];
const report = await examine({ model, compile: { loss }, data, labels: [0, 1, 2], experiments: false });
console.log(report.findings[0].code); // PL2102

// Left out, fromLogits follows from the last layer.
model.compile({ loss: "sparseCategoricalCrossentropy" });`,
  rules: {
    predictions: probabilitiesAsLogits,
    model: async (subject) => [
      ...(await fromPairings(subject, "C2", ({ units, loss, head }, { asked }) => ({
        ...floorOf(units),
        title: `The loss cannot fall below ${floorOf(units).number.toFixed(3)} nats: ${asked}`,
        evidence: [
          `The last layer ends in ${head}, and ${loss?.record.name} reads its outputs as logits`,
          guessing(units),
        ],
        where: headPlace(subject),
      }))),
      ...stacked(subject),
      ...(await measured(subject)),
    ],
  },
  sick: { examine: () => withFromLogits(true) },
  healthy: { examine: () => withFromLogits(undefined) },
};

/** The lowest loss that twice squeezed outputs can reach, for a row whose class is at 1 and the others at 0. */
const floorOf = (units = 2): { readonly number: number; readonly threshold: number } => ({
  number: Math.log1p((Math.max(2, units) - 1) / Math.E),
  threshold: doubleActivation.thresholds.floor.value,
});

const guessing = (units = 2): string =>
  `Guessing evenly among ${Math.max(2, units)} classes costs ${Math.log(Math.max(2, units)).toFixed(3)} nats`;

const squeezes = (name: string | undefined): boolean => name === "softmax" || name === "sigmoid";

/** A softmax or sigmoid as a layer of its own at the end, on top of what ends in one already. */
function stacked({ model, layers, outputs }: ModelSubject): Observation[] {
  const last = layers.at(-1)?.layer;
  const link = linksOf(model).find(({ after }) => after === last);
  const [output] = outputs;
  if (link === undefined || outputs.length !== 1 || last === undefined || last.weights.length > 0) return [];
  const [inner, outer] = [link.before.activation?.name, last.activation?.name];
  if (!squeezes(inner) || !squeezes(outer)) return [];
  if (output.loss === undefined || activationBehind(output.loss.contract) === undefined) return [];
  return [
    {
      severity: "error",
      ...floorOf(output.units),
      title: `The loss cannot fall below ${floorOf(output.units).number.toFixed(3)} nats: ${last.name} puts a ${outer} on top of the ${inner} of ${link.before.name}`,
      evidence: [`${link.before.name} gives numbers between 0 and 1 already`, guessing(output.units)],
      why: "Twice squeezed, the outputs stay near even, however sure the model is",
      fix: `Leave one of the two out: no activation in ${link.before.name}, or no ${last.name}`,
      where: { layers: [link.before.name, last.name] },
    },
  ];
}

/** Where nothing is known of the head, outputs that are shares in every row tell. */
async function measured(subject: ModelSubject): Promise<Observation[]> {
  const isOpen = ({ head, loss }: ModelSubject["outputs"][number]): boolean =>
    head === "custom" &&
    loss?.fromLogits === true &&
    loss.contract.logitsOnly !== true &&
    activationBehind(loss.contract) === "softmax";
  if (!subject.outputs.some(isOpen)) return [];
  return (await answeredOutputs(subject)).filter(isOpen).flatMap((output) => {
    if (!sumToOne(output)) return [];
    const { units, loss } = output;
    return [
      {
        severity: "error" as const,
        ...floorOf(units),
        title: `The loss cannot fall below ${floorOf(units).number.toFixed(3)} nats: the first outputs are shares that sum to 1, and ${loss?.record.name} reads them as logits`,
        evidence: ["No output lies outside 0 … 1, and every row sums to 1", guessing(units)],
        why: "The loss puts a softmax on top of what came out of one: twice squeezed, the outputs stay near even",
        fix: `Leave fromLogits: true out: new ${loss?.record.name}()`,
        where: headPlace(subject),
        confirmed: true,
      },
    ];
  });
}

function sumToOne({ answer, units = 1 }: Answered): boolean {
  if (answer === undefined || units < 2 || answer.values.length < 4 * units) return false;
  for (let start = 0; start < answer.values.length; start += units) {
    let sum = 0;
    for (let i = start; i < start + units; i++) {
      if (answer.values[i] < 0) return false;
      sum += answer.values[i];
    }
    if (Math.abs(sum - 1) > 1e-4) return false;
  }
  return true;
}

const withFromLogits = (fromLogits: boolean | undefined): ExamineOptions => ({
  ...clouds(3, 60),
  model: new Sequential([new Dense(3, { activation: "softmax" })]),
  compile: { loss: new SparseCategoricalCrossentropy({ fromLogits }) },
  experiments: false,
});
