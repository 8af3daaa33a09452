import { labelForms } from "../../base/contract.ts";
import { PlumbError } from "../../base/errors.ts";
import { showShape, sizeOf } from "../../base/shape.ts";
import type { Node } from "../../graph/node.ts";
import { inputsOf, topological } from "../../graph/order.ts";
import { Dense } from "../../layers/index.ts";
import type { Loss } from "../../losses/index.ts";
import { tensor, trace, type Tensor } from "../../tensor/index.ts";
import { Sequential } from "../../train/index.ts";
import type { Diagnosis } from "../diagnosis.ts";
import type { ExamineOptions } from "../examine.ts";
import { lossOf } from "../experiments/loss-values.ts";
import type { Observation } from "../finding.ts";
import { slope } from "../made-up.ts";
import { count, show } from "../words.ts";
import { answeredOutputs, ownLoss, type Answered } from "./pairings.ts";

export const broadcast: Diagnosis = {
  id: "C8",
  code: "PL2108",
  severity: "error",
  title: "labels and predictions would broadcast",
  thresholds: {
    difference: {
      value: 1e-4,
      unit: "of the loss, between labels as they are and labels in the shape of the predictions",
      source: "a loss of rows is the same whether a trailing 1 stands there or not; rounding changes less",
    },
  },
  explains: ["C10", "C16", "C18", "T4", "P3", "P4"],
  about: `Tensors of different shapes are stretched to a common one before they are subtracted (broadcasting). Labels of shape [n]
and predictions of shape [n, 1] become [n, n]: every label is held against every prediction. The loss looks plausible and
falls a little, and the model learns to answer the mean. The same happens between [n, 1] and [n, k].

The losses of this library lay [n] and [n, 1] side by side by themselves and refuse what does not fit. In a loss of your own
it is measured on the first rows: with the labels as they are, and in the shape of the predictions. Where the two losses
differ, and a number was made for every pair of rows, something was stretched.`,
  example: `const model = new Sequential([new Dense(1)]);
const loss = (yTrue, yPred) => yTrue.sub(yPred).square().mean();
const data = [[0, 1], [1, 0], [1, 1]];
const report = await examine({ model, compile: { loss }, data, labels: [0.5, 1.5, 2], experiments: false });
console.log(report.findings[0].code); // PL2108

const repaired = (yTrue, yPred) => yTrue.reshape(yPred.shape).sub(yPred).square().mean();
model.compile({ loss: repaired });`,
  rules: {
    model: async (subject) =>
      (await answeredOutputs(subject)).flatMap((output) => {
        const { answer, loss, pairing } = output;
        const told = pairing?.findings.some(({ rule }) => rule === "C3" || rule === "C4") === true;
        if (answer?.labels === undefined || loss === undefined || told) return [];
        return loss.contract.custom ? ofCustom(output) : ofLoss(output);
      }),
  },
  sick: { examine: () => withLoss((yTrue, yPred) => yTrue.sub(yPred).square().mean()) },
  healthy: {
    examine: () => withLoss((yTrue, yPred) => yTrue.reshape(yPred.shape).sub(yPred).square().mean()),
  },
};

const labelsOf = ({ answer }: Answered): Tensor => {
  const { values, shape, dtype } = answer!.labels!.table;
  return tensor(values, shape, dtype);
};

/** A loss with a contract says itself what does not fit; without its checks it would stretch. */
function ofLoss({ answer, loss, ...output }: Answered): Observation[] {
  const labels = labelsOf({ answer, loss, ...output });
  const { shape } = answer!.tensor;
  const say = (why: string, fix: string): Observation[] => [
    {
      severity: "error",
      title: `Labels of shape ${showShape(["n", ...labels.shape.slice(1)] as never)} meet predictions of shape ${showShape(["n", ...shape.slice(1)] as never)}, which do not fit`,
      number: widthOf(labels.shape),
      threshold: widthOf(shape),
      evidence: [
        `${count(widthOf(labels.shape), "number")} for each row of labels, ${widthOf(shape)} for each row of predictions`,
        `${loss!.record.name} takes ${labelForms[loss!.contract.labels].says}`,
      ],
      why,
      fix,
    },
  ];
  try {
    loss!.call(labels, answer!.tensor);
  } catch (error) {
    if (!(error instanceof PlumbError)) throw error;
    if (error.code === "PL2002") return say(error.parts.why, error.parts.fix);
    return [];
  }
  const names = labelForms[loss!.contract.labels].whole === true;
  if (names || loss!.validate || loss!.record.outputsPerLabel !== undefined) return [];
  if (widthOf(labels.shape) === widthOf(shape)) return [];
  return say(
    "One is stretched to the other: each number is held against several that it does not belong to",
    `Give the last layer ${widthOf(labels.shape)} units, or labels of ${widthOf(shape)} columns; leave validate: false out`,
  );
}

const widthOf = (shape: readonly number[]): number => shape.slice(1).reduce((a, b) => a * b, 1);

/** A loss of the user's own: the same labels in another shape tell. */
function ofCustom(output: Answered): Observation[] {
  const { answer, loss } = output;
  const labels = answer!.labels!;
  const { tensor: predictions } = answer!;
  const [own, other] = [labels.table.shape, predictions.shape];
  const rows = own[0];
  const say = (evidence: readonly string[], whole: readonly number[], number: number): Observation[] => [
    {
      severity: "error",
      title: `${ownLoss(loss!)} stretches labels ${showShape(own)} and predictions ${showShape(other)} to ${whole.join(" × ")} numbers`,
      number,
      threshold: broadcast.thresholds.difference.value,
      evidence,
      why: "Labels are held against predictions of other rows or outputs: the model is pulled to the mean of all",
      fix: "yTrue = yTrue.reshape(yPred.shape), at the beginning of the loss",
      confirmed: true,
    },
  ];
  if (widthOf(own) === widthOf(other)) {
    if (own.length === other.length) return [];
    const given = lossOf(loss!, labels, predictions);
    const laid = valueOf(loss!, labelsOf(output).reshape(other), predictions);
    if (given === undefined || laid === undefined || !meetsAllRows(loss!, labelsOf(output), predictions))
      return [];
    const apart = Math.abs(given - laid) / Math.max(Math.abs(given), Math.abs(laid), 1e-12);
    if (apart <= broadcast.thresholds.difference.value) return [];
    return say(
      [
        `For ${rows} rows it says ${show(given)} with the labels as they are, and ${show(laid)} with the labels in the shape of the predictions`,
        `A loss of rows would say the same both times`,
      ],
      [rows, rows],
      apart,
    );
  }
  if (widthOf(own) !== 1 || !subtractsStretched(loss!, labelsOf(output), predictions)) return [];
  return say(
    [`It subtracts 1 label of each row from all ${widthOf(other)} outputs of that row`],
    [rows, widthOf(other)],
    widthOf(other),
  );
}

function valueOf(loss: Loss<any>, labels: Tensor, predictions: Tensor): number | undefined {
  try {
    return loss.call(labels, predictions).mean().itemSync();
  } catch (error) {
    if (error instanceof PlumbError) return undefined;
    throw error;
  }
}

/** Whether labels, stretched and otherwise as they are, are subtracted from something that was made from predictions. */
function subtractsStretched(loss: Loss<any>, labels: Tensor, predictions: Tensor): boolean {
  const handedOn = new Set(["broadcast", "reshape", "cast"]);
  return someNode(loss, labels, predictions, ({ op, inputs: [a, b] }, { y, predicted }) => {
    const isLabels = (node: Node): boolean =>
      node === y || (handedOn.has(node.op.name) && isLabels(node.inputs[0]));
    return (
      op.name === "sub" &&
      ((a.op.name === "broadcast" && isLabels(a) && predicted.has(b)) ||
        (b.op.name === "broadcast" && isLabels(b) && predicted.has(a)))
    );
  });
}

/** Whether something is made from labels and predictions that has a number for every pair of rows. */
const meetsAllRows = (loss: Loss<any>, labels: Tensor, predictions: Tensor): boolean =>
  someNode(
    loss,
    labels,
    predictions,
    (node, { labelled, predicted }) =>
      labelled.has(node) && predicted.has(node) && sizeOf(node.shape) >= labels.shape[0] ** 2,
  );

/** What the nodes of a loss are made from. */
interface Descent {
  readonly y: Node;
  readonly labelled: ReadonlySet<Node>;
  readonly predicted: ReadonlySet<Node>;
}

/** Whether something holds of a node in the graph of a loss. */
function someNode(
  loss: Loss<any>,
  labels: Tensor,
  predictions: Tensor,
  holds: (node: Node, descent: Descent) => boolean,
): boolean {
  let found = false;
  try {
    trace(
      (y, p) => {
        const value = loss.call(y, p);
        const order = topological([value.node], inputsOf);
        const madeFrom = (source: Node): ReadonlySet<Node> => {
          const made = new Set([source]);
          for (const node of order) if (node.inputs.some((input) => made.has(input))) made.add(node);
          return made;
        };
        const descent = { y: y.node, labelled: madeFrom(y.node), predicted: madeFrom(p.node) };
        found = order.some((node) => holds(node, descent));
        return value;
      },
      [labels, predictions].map(({ shape, dtype }) => ({ shape, dtype })),
    ).dispose();
  } catch (error) {
    if (!(error instanceof PlumbError)) throw error;
  }
  return found;
}

const withLoss = (loss: (yTrue: Tensor, yPred: Tensor) => Tensor): ExamineOptions => ({
  ...slope(40),
  model: new Sequential([new Dense(1)]),
  compile: { loss },
  experiments: false,
});
