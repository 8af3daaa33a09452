import { activationBehind } from "../../base/contract.ts";
import { Dense } from "../../layers/index.ts";
import { SparseCategoricalCrossentropy, type Loss } from "../../losses/index.ts";
import type { Tensor } from "../../tensor/index.ts";
import { Sequential } from "../../train/index.ts";
import type { Diagnosis } from "../diagnosis.ts";
import type { ExamineOptions } from "../examine.ts";
import { answersTo, firstLook } from "../experiments/first-look.ts";
import { linksOf } from "../experiments/layer-links.ts";
import { lossOf, readAs } from "../experiments/loss-values.ts";
import { withOtherWeights } from "../experiments/other-weights.ts";
import type { Observation } from "../finding.ts";
import { clouds } from "../made-up.ts";
import { plateau, probabilitiesAsLogits } from "../predictions/probabilities-as-logits.ts";
import { tensorOf, type ModelSubject } from "../subjects/model.ts";
import { answeredOutputs, asked, fromPairings, headPlace, ofOutput, type Answered } from "./pairings.ts";

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
  explains: ["C14", "C16", "C18", "T4", "P2", "P3", "P5", "P7", "P9", "P11"],
  about: `A model that ends in a softmax (or a sigmoid) gives probabilities. A loss with \`fromLogits: true\` takes its input for
logits, raw scores that may be any number, and puts the same function on top once more. Numbers between 0 and 1 come out nearly even, so the
loss stops at a floor far above 0 although the accuracy looks well: ln(1 + (K − 1) / e) nats, 0.551 for 3 classes and 1.461
for 10.

It is read off the last layer and the loss; nothing has to be trained to see it. Two such layers on top of each other do the
same. Behind a function of your own the outputs are looked at, with the first weights and with large random ones: rows that
sum to 1, or stay between 0 and 1, whatever the weights are, are no logits.`,
  example: `const model = new Sequential([new Dense(3, { activation: "softmax" })]);
const loss = new SparseCategoricalCrossentropy({ fromLogits: true });
const data = [[0, 1], [1, 0], [1, 1]];
const report = await examine({ model, compile: { loss }, data, labels: [0, 1, 2], experiments: false });
console.log(report.findings[0].code); // PL2102

// Left out, fromLogits follows from the last layer.
model.compile({ loss: "sparseCategoricalCrossentropy" });`,
  rules: {
    predictions: probabilitiesAsLogits,
    run: plateau,
    model: async (subject) => [
      ...(await fromPairings(subject, "C2", (output) => ({
        ...squeezedTwice(subject, output, `${output.head} outputs`),
        fix:
          output.head === activationBehind(output.loss!.contract)
            ? `${asked(output.loss!)}, without fromLogits: it follows from the last layer`
            : `Make new Dense(${output.units}) the last layer, without an activation`,
      }))),
      ...(await stacked(subject)),
      ...(await measured(subject)),
    ],
  },
  sick: { examine: () => withFromLogits(true) },
  healthy: { examine: () => withFromLogits(undefined) },
};

/** What is said wherever a function is put on top of what is squeezed already. `what`: what it is put on. */
function squeezedTwice(
  subject: ModelSubject,
  output: Answered,
  what: string,
): Omit<Observation, "severity" | "fix"> {
  const { units = 1, loss } = output;
  const behind = activationBehind(loss!.contract);
  const floor = floorOf(output);
  const guess = behind === "softmax" ? Math.log(Math.max(2, units)) : Math.LN2;
  return {
    number: floor,
    threshold: doubleActivation.thresholds.floor.value,
    title: `The loss cannot fall below ${floor.toFixed(3)}, however good the model gets: ${loss?.record.name} puts another ${behind} on ${what}${ofOutput(subject, output)}`,
    evidence: [
      `A model that is right and certain in every row would still be charged ${floor.toFixed(3)}${behind === "softmax" && isPlain(loss!) ? ` (ln(1 + ${units - 1} / e))` : ""}`,
      ...(isPlain(loss!)
        ? [
            behind === "softmax"
              ? `For comparison: guessing evenly among ${units} classes costs ${guess.toFixed(3)}`
              : `For comparison: answering 0.5 to everything costs ${guess.toFixed(3)}`,
          ]
        : []),
    ],
    why: "Squeezed twice, the probabilities stay close to even: the accuracy may look fine, but the loss gets stuck and confidence means nothing",
    where: headPlace(subject),
  };
}

const isPlain = ({ record }: Loss<any>): boolean =>
  /^(Binary|Categorical|SparseCategorical)Crossentropy$/.test(record.name);

/** The loss of perfect probabilities that are read as logits: of the first labels; where there are none, of a row of one class. */
function floorOf({ units = 1, loss, answer }: Answered): number {
  const { labels } = answer ?? {};
  const perfect = labels && loss?.record.perfect?.(tensorOf(labels.table), Math.max(2, units));
  const measured = perfect && lossOf(readAs(loss!, true), labels, perfect);
  return measured ?? Math.log1p((Math.max(2, units) - 1) / Math.E);
}

const squeezes = (name: string | undefined): boolean => name === "softmax" || name === "sigmoid";

/** A softmax or sigmoid as a layer of its own at the end, on top of what ends in one already. */
async function stacked(subject: ModelSubject): Promise<Observation[]> {
  const { model, layers, outputs } = subject;
  const last = layers.at(-1)?.layer;
  const link = linksOf(model).find(({ after }) => after === last);
  if (link === undefined || outputs.length !== 1 || last === undefined || last.weights.length > 0) return [];
  const [inner, outer] = [link.before.activation?.name, last.activation?.name];
  if (!squeezes(inner) || !squeezes(outer)) return [];
  const [{ loss }] = outputs;
  if (loss === undefined || activationBehind(loss.contract) !== outer) return [];
  const [output] = await answeredOutputs(subject);
  const { title: _, ...rest } = squeezedTwice(subject, output, "");
  return [
    {
      severity: "error",
      ...rest,
      title: `The loss cannot fall below ${rest.number.toFixed(3)}, however good the model gets: ${last.name} puts a ${outer} on the ${inner} of ${link.before.name}`,
      fix: `Leave one of the two out: no activation in ${link.before.name}, or no ${last.name}`,
      where: { layers: [link.before.name, last.name] },
    },
  ];
}

/** Where nothing is known of the head, outputs that are probabilities whatever the weights are tell. */
async function measured(subject: ModelSubject): Promise<Observation[]> {
  const isOpen = ({ head, loss }: ModelSubject["outputs"][number]): boolean =>
    head === "custom" &&
    loss?.fromLogits === true &&
    loss.contract.logitsOnly !== true &&
    activationBehind(loss.contract) !== undefined;
  if (!subject.outputs.some(isOpen)) return [];
  const look = await firstLook(subject);
  if (look === undefined) return [];
  const others: (readonly Tensor[])[] = [];
  for (let seed = 0; seed < 2; seed++)
    others.push(await withOtherWeights(subject, seed, () => answersTo(subject, look.x), spread));
  return (await answeredOutputs(subject)).flatMap((output, i) => {
    if (!isOpen(output) || output.answer === undefined) return [];
    const softmax = activationBehind(output.loss!.contract) === "softmax";
    const hold = softmax ? sumToOne : withinUnit;
    if (![output.answer.tensor, ...others.map((of) => of[i])].every(hold)) return [];
    return [
      {
        severity: "error" as const,
        ...squeezedTwice(
          subject,
          output,
          softmax ? "outputs that sum to 1 already" : "outputs that lie between 0 and 1 already",
        ),
        fix: `${asked(output.loss!)} with fromLogits: false: new ${output.loss!.record.name}({ fromLogits: false })`,
        confirmed: true,
      },
    ];
  });
}

/** So many times as large as a fresh layer's are the other weights: logits come out far beyond 0 … 1 then. */
const spread = 10;

const withinUnit = (answers: Tensor): boolean =>
  (answers.dataSync() as Float32Array).every((of) => of >= 0 && of <= 1);

function sumToOne(answers: Tensor): boolean {
  const values = answers.dataSync();
  const units = answers.shape.at(-1) ?? 1;
  if (units < 2 || values.length < 4 * units || !withinUnit(answers)) return false;
  for (let start = 0; start < values.length; start += units) {
    let sum = 0;
    for (let i = start; i < start + units; i++) sum += values[i];
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
