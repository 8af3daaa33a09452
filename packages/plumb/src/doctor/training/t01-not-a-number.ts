import { Dense, Lambda } from "../../layers/index.ts";
import type { Tensor } from "../../tensor/index.ts";
import { Sequential } from "../../train/index.ts";
import type { Diagnosis, Observations } from "../diagnosis.ts";
import type { FitCase } from "../fit-case.ts";
import { pseudo } from "../made-up.ts";
import type { Course } from "../subjects/run.ts";
import type { Failure, Origin, TrainingSubject } from "../subjects/training.ts";
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
  about: `A computation that leaves the range of numbers gives Infinity or NaN ("not a number": what 0/0 and Infinity − Infinity are),
and whatever is computed from it is NaN too. One such loss makes every weight NaN, and the training is lost. Causes are
inputs or labels that are NaN, the logarithm or the root of a number below 0, a division by 0, and weights that have
grown without bound, mostly because the learning rate is too high.

In a fit that a Doctor watches, a step with such a loss changes no weight and ends the training. It is then done again, value
by value, from the same weights with the same random numbers, until the first operation that made such a value out of finite
ones: the finding names it, its layer, the row of the batch and of the data, and what went in. Where the loss was still finite
and its slopes were not, the weights of before that step are gone; the doctor then does the step again from those of its
last look, and says so.

In a loop of your own the doctor sees the losses alone, and names the step; in the history of a training, the epoch.`,
  example: `const model = new Sequential([
  new Dense(1),
  new Lambda((x) => x.log(), { name: "logarithm" }),
]);
model.compile({ loss: "mse" });
const doctor = new Doctor();
await model
  .fit([[1], [-2], [3], [4]], [[1], [2], [3], [4]], { callbacks: [doctor] })
  .catch(() => {});
console.log(String(doctor.report)); // PL4101: log in the layer "logarithm"

const repaired = new Sequential([new Dense(1), new Lambda((x) => x.abs().add(1e-3).log())]);`,
  rules: {
    training({ failure, losses }) {
      if (failure === undefined) return seenFromOutside(losses);
      const { step, epoch, origin, loss } = failure;
      const row = origin?.row === undefined ? {} : { rows: [origin.row] };
      return [
        {
          severity: "error",
          title: `The loss of step ${step} is ${loss}${origin === undefined ? ", which is no finite number" : `: ${placeOf(origin)}`}`,
          number: 1,
          threshold: notANumber.thresholds.steps.value,
          evidence: evidenceOf(failure),
          why: "Such a step would turn every weight into NaN. It was not made: the weights are those of before it",
          fix: fixOf(origin),
          where: { step, epoch, ...row, ...(origin?.layer === undefined ? {} : { layers: [origin.layer] }) },
          confirmed: origin !== undefined,
        },
      ];
    },
    run: (run) => (run.training === undefined ? seenInCourse(run.course) : undefined),
  },
  sick: { train: () => logarithms(false) },
  healthy: { train: () => logarithms(true) },
};

/** A loop of one's own goes on after such a step; all that is known of it is its loss. */
function seenFromOutside({ from, values }: TrainingSubject["losses"]): Observations {
  const at = values.findIndex((value) => !Number.isFinite(value));
  if (at < 0) return undefined;
  const step = from + at;
  const usual = values.slice(Math.max(0, at - 5), at);
  return [
    {
      severity: "error",
      title: `The loss of step ${step} is ${values[at]}, which is no finite number`,
      number: values.filter((value) => !Number.isFinite(value)).length,
      threshold: notANumber.thresholds.steps.value,
      evidence: [
        usual.length === 0
          ? "It is the first loss that there is: inputs, labels or the loss itself give it"
          : `The losses before it: ${usual.map(show).join(", ")}`,
        "As a callback of fit, the doctor would name the operation, the layer and the row",
      ],
      why: "What is computed from NaN is NaN: after this step no weight means anything",
      fix:
        usual.length === 0
          ? "Look for NaN in the data: await examine({ model, data, labels })"
          : "Train with model.fit(data, labels, { callbacks: [new Doctor()] }) to see where it begins; most often a third of the learning rate is the cure",
      where: { step },
    },
  ];
}

/** Of a training that no doctor watched the losses of its epochs are known. */
function seenInCourse({ history: { loss = [], val_loss: held = [] }, epoch }: Course): Observations {
  const firstIn = (curve: readonly number[]): number => curve.findIndex((value) => !Number.isFinite(value));
  const inTraining = firstIn(loss) >= 0;
  const curve = inTraining ? loss : held;
  const at = firstIn(curve);
  if (at < 0) return undefined;
  const number = epoch[at] ?? at;
  const usual = curve.slice(Math.max(0, at - 5), at);
  return [
    {
      severity: "error",
      title: `The ${inTraining ? "" : "validation "}loss of epoch ${number} is ${curve[at]}, which is no finite number`,
      number: curve.filter((value) => !Number.isFinite(value)).length,
      threshold: notANumber.thresholds.steps.value,
      evidence: [
        usual.length === 0
          ? "It is the first loss that there is: inputs, labels or the loss itself give it"
          : `The losses of the epochs before it: ${usual.map(show).join(", ")}`,
      ],
      why: inTraining
        ? "What is computed from NaN is NaN: after this epoch no weight means anything"
        : "The training losses are numbers: a validation row is none, or leads to one that is none",
      fix: inTraining
        ? "Train again with model.fit(data, labels, { callbacks: [new Doctor()] }): it names the operation, the layer and the row where it begins. Most often a third of the learning rate is the cure"
        : "Look for NaN in the validation rows: await examine({ model, data, labels, validationData })",
      where: { epoch: number },
    },
  ];
}

function placeOf({ op, pass, layer, batchRow }: Origin): string {
  if (op === "data") return "there is such a value in the data that the step was given";
  if (op === "weights") return "weights were NaN or infinite before it";
  const inLayer = layer === undefined ? "" : ` in the layer ${layer}`;
  const way = pass === "backward" ? "the slope of " : "";
  return `it begins with ${way}${op}${inLayer}${batchRow === undefined ? "" : `, at row ${batchRow} of the batch`}`;
}

function evidenceOf({ origin, replayedFrom, rows }: Failure): readonly string[] {
  const evidence: string[] = [];
  if (origin === undefined)
    evidence.push(
      `Done again value by value, the step gave only finite numbers: its loss lies at the edge of what float32 can hold. Its rows: ${some([...rows])}`,
    );
  else if (origin.operands.length > 0)
    evidence.push(
      origin.many === true
        ? `There, ${origin.op} works on numbers as far from 0 as ${origin.operands.map(show).join(" and ")}, and comes to ${origin.value}: float32 ends at 3.4e38`
        : `There, ${origin.op} of ${origin.operands.map(show).join(" and ")} is ${origin.value}`,
    );
  else evidence.push(`The value there is ${origin.value}`);
  if (origin?.row !== undefined) evidence.push(`It is row ${origin.row} of the data`);
  if (replayedFrom !== undefined)
    evidence.push(
      `The step before had a finite loss but slopes that were not finite. It was done again from the weights after ${replayedFrom} steps`,
    );
  return evidence;
}

const smaller =
  "Take a third of the learning rate, scale the inputs, or clip the gradients: new Adam({ globalClipnorm: 1 })";

/** What keeps an operation away from where it has no value, or no slope. */
const safer: Readonly<Record<string, string>> = {
  log: "Keep what goes into log above 0: x.maximum(1e-7).log()",
  sqrt: "Keep what goes into sqrt above 0: x.maximum(1e-7).sqrt()",
  rsqrt: "Keep what goes into rsqrt above 0: x.maximum(1e-7).rsqrt()",
  pow: "Keep the base above 0: x.maximum(1e-7).pow(p)",
  div: "Keep what you divide by away from 0: a.div(b.maximum(1e-7)), for a b that is never below 0",
  exp: "Keep what goes into exp below 88, where float32 ends: x.minimum(80).exp()",
};

function fixOf(origin: Origin | undefined): string {
  if (origin?.op === "data")
    return "Leave out the rows with NaN or Infinity, or fill the gaps, before training";
  return safer[origin?.op ?? ""] ?? smaller;
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
