import { Dense, Lambda } from "../../layers/index.ts";
import type { Tensor } from "../../tensor/index.ts";
import { Sequential } from "../../train/index.ts";
import type { Diagnosis } from "../diagnosis.ts";
import type { FitCase } from "../fit-case.ts";
import { pseudo } from "../made-up.ts";
import type { Failure, Origin } from "../subjects/training.ts";
import { show, some } from "../words.ts";

export const notANumber: Diagnosis = {
  id: "T1",
  code: "PL4101",
  severity: "error",
  title: "the loss is not a number",
  thresholds: {
    steps: {
      value: 0,
      unit: "steps without a finite loss",
      source: "catalogue: any; nothing is learned from then on",
    },
  },
  about: `Computations that leave the range of numbers give Infinity or NaN ("not a number": what 0/0 and Infinity − Infinity are),
and whatever is computed from those is one too. One such loss makes every weight NaN, and the training is lost. Causes are
inputs or labels that are not numbers, the logarithm or the root of a number below 0, a division by 0, and weights that have
grown without bound, mostly because the learning rate is too high.

In a fit that a Doctor watches, a step with such a loss changes no weight and ends the training. It is then done again, value
by value, from the same weights with the same random numbers, and the first operation is named that made a number that is not
finite out of finite ones: its layer, the row of the batch and of the data, and what went in. Where the loss was still finite
and the gradients were not, the weights of before that step are gone; the doctor then does the step again from those of its
last look, and says so.`,
  example: `const model = new Sequential([new Dense(1), new Lambda((x) => x.log(), { name: "logarithm" })]);
model.compile({ loss: "mse" });
const doctor = new Doctor();
await model.fit([[1], [-2], [3], [4]], [[1], [2], [3], [4]], { callbacks: [doctor] }).catch(() => {});
console.log(String(doctor.report)); // PL4101: log in the layer "logarithm"

const repaired = new Sequential([new Dense(1), new Lambda((x) => x.abs().add(1e-3).log())]);`,
  rules: {
    training({ failure }) {
      if (failure === undefined) return undefined;
      const { step, epoch, origin, loss } = failure;
      const row = origin?.row === undefined ? {} : { rows: [origin.row] };
      return [
        {
          severity: "error",
          title: `The loss of step ${step} is ${loss}, no finite number${origin === undefined ? "" : `: ${placeOf(origin)}`}`,
          number: 1,
          threshold: notANumber.thresholds.steps.value,
          evidence: evidenceOf(failure),
          why: "Gradients of such a loss would make every weight a number that is none; the step was not made, and the weights are those of before it",
          fix: fixOf(origin),
          where: { step, epoch, ...row, ...(origin?.layer === undefined ? {} : { layers: [origin.layer] }) },
          confirmed: origin !== undefined,
        },
      ];
    },
  },
  sick: { train: () => logarithms(false) },
  healthy: { train: () => logarithms(true) },
};

function placeOf({ op, pass, layer, batchRow }: Origin): string {
  const inLayer = layer === undefined ? "" : ` in ${layer}`;
  if (op === "data") return `it is not finite in what the step was given`;
  if (op === "weights") return "weights were not finite before it";
  const of = pass === "backward" ? ", on the way back to the gradients," : "";
  return `it begins with ${op}${inLayer}${of}${batchRow === undefined ? "" : ` at row ${batchRow} of the batch`}`;
}

function evidenceOf({ origin, replayedFrom, rows }: Failure): readonly string[] {
  const evidence: string[] = [];
  if (origin === undefined)
    evidence.push(
      `Done again value by value the step gave only finite numbers: it lies at the edge of float32, on the rows ${some([...rows])}`,
    );
  else if (origin.operands.length > 0)
    evidence.push(`There, ${origin.op} of ${origin.operands.map(show).join(" and ")} is ${origin.value}`);
  else evidence.push(`The value there is ${origin.value}`);
  if (origin?.row !== undefined) evidence.push(`It is row ${origin.row} of the data`);
  if (replayedFrom !== undefined)
    evidence.push(
      `The loss of the step before was finite and its gradients were not: the step was done again from the weights that were there after ${replayedFrom} steps`,
    );
  return evidence;
}

function fixOf(origin: Origin | undefined): string {
  switch (origin?.op) {
    case "data":
      return "Leave out rows with NaN or Infinity, or fill them in, before training";
    case "log":
    case "sqrt":
    case "rsqrt":
    case "div":
      return `Keep what goes into ${origin.op} away from 0: x.maximum(1e-7); or lower the learning rate if it was finite at first`;
    default:
      return `Lower the learning rate to a third, or clip: new Adam({ globalClipnorm: 1 })`;
  }
}

/** The logarithm of inputs, of which one is below 0. */
const logarithms = (safe: boolean): FitCase => {
  const data = Array.from({ length: 40 }, (_, row) => [pseudo(row) + (row === 21 && !safe ? -2 : 0.1)]);
  return {
    data,
    labels: Float32Array.from(data, ([a]) => a),
    model: new Sequential([new Lambda((x) => (x as Tensor).log(), { name: "logarithm" }), new Dense(1)]),
    compile: { loss: "mse", optimizer: "sgd" },
    fit: { epochs: 2, batchSize: 8 },
  };
};
