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
import type { Observation } from "../finding.ts";
import { slope } from "../made-up.ts";
import { pseudoShuffled } from "../statistics/sampling.ts";
import { tensorOf } from "../subjects/model.ts";
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
      unit: "of the loss, between labels as they are, shuffled, or in the shape of the predictions",
      source:
        "a loss of rows changes when labels are exchanged, and does not when a trailing 1 is added; rounding changes less",
    },
  },
  explains: ["C10", "C16", "C18", "T4", "P3", "P4"],
  about: `Tensors of different shapes are stretched to a common one before they are subtracted (broadcasting). Labels of shape [n]
and predictions of shape [n, 1] become [n, n]: every label is held against every prediction. The loss looks plausible and
falls a little, and the model learns to answer the mean. The same happens between [n, 1] and [n, k].

The losses of this library lay [n] and [n, 1] side by side by themselves and refuse what does not fit. In a loss of your own
it is measured on the first rows: labels and predictions have to be stretched to a number for every pair of rows where they
meet, and the loss has to stay the same when the labels of all rows are exchanged (it does not know which belongs to which),
or to change when the labels are brought into the shape of the predictions. A loss that
compares all pairs of rows on purpose stretches labels with labels and predictions with predictions first, and is left alone.`,
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

const labelsOf = ({ answer }: Answered): Tensor => tensorOf(answer!.labels!.table);

/** A loss with a contract says itself what does not fit; without its checks it would stretch. */
function ofLoss({ answer, loss, ...output }: Answered): Observation[] {
  const labels = labelsOf({ answer, loss, ...output });
  const { shape } = answer!.tensor;
  const say = (why: string, fix: string): Observation[] => [
    {
      severity: "error",
      title: `Labels of shape ${showShape(["n", ...labels.shape.slice(1)] as never)} do not fit predictions of shape ${showShape(["n", ...shape.slice(1)] as never)}`,
      number: widthOf(labels.shape),
      threshold: widthOf(shape),
      evidence: [
        `There ${widthOf(labels.shape) === 1 ? "is" : "are"} ${count(widthOf(labels.shape), "number")} in each row of labels, and ${widthOf(shape)} in each row of predictions`,
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

/** Whether a loss of the user's own holds answers against labels of other rows. */
export const comparesOtherRows = (output: Answered): boolean => ofCustom(output).length > 0;

/** A loss of the user's own: the labels shuffled, and in another shape, tell. */
function ofCustom(output: Answered): Observation[] {
  const { answer, loss } = output;
  const labels = labelsOf(output);
  const { tensor: predictions } = answer!;
  const [own, other] = [labels.shape, predictions.shape];
  const rows = own[0];
  const say = ({
    title,
    ...rest
  }: Pick<Observation, "title" | "number" | "evidence" | "fix">): Observation[] => [
    {
      severity: "error",
      title: `${ownLoss(loss!)} ${title}`,
      ...rest,
      threshold: 1,
      why: "Labels are compared with predictions of other rows or outputs: the best the model can do is answer the mean",
      confirmed: true,
    },
  ];
  if (widthOf(own) === widthOf(other)) {
    if (!meetsAllRows(loss!, labels, predictions)) return [];
    const given = valueOf(loss!, labels, predictions);
    const shuffled = valueOf(loss!, labels.gather(tensor(pseudoShuffled(rows))), predictions);
    const laid = valueOf(loss!, labels.reshape(other), predictions);
    const evidence = [
      ...(same(given, shuffled)
        ? [
            `The loss is ${show(given!)} with the labels as they are, and ${show(shuffled!)} with the labels of all rows exchanged: it does not know which label belongs to which row`,
          ]
        : []),
      ...(given !== undefined && laid !== undefined && !same(given, laid)
        ? [
            `The loss is ${show(given)} with the labels as they are, and ${show(laid)} with the labels in the shape of the predictions, ${showShape(other)}; row by row, the two would be equal`,
          ]
        : []),
    ];
    if (evidence.length === 0) return [];
    return say({
      title: `compares each label with all ${rows} predictions: labels of shape ${showShape(own)} and predictions of shape ${showShape(other)} end in a table of ${rows} × ${rows} numbers`,
      number: rows,
      evidence,
      fix: "Bring both into one shape before they meet: yTrue = yTrue.reshape(yPred.shape), as the first line of the loss, and no other reshape of one of them",
    });
  }
  if (widthOf(own) !== 1 || !subtractsStretched(loss!, labels, predictions)) return [];
  return say({
    title: `subtracts 1 label from all ${widthOf(other)} outputs of its row: labels have the shape ${showShape(own)}, predictions ${showShape(other)}`,
    number: widthOf(other),
    evidence: [`${widthOf(other)} outputs are pulled to one and the same label`],
    fix: "Compare each label with the one output that is meant for it, or give the last layer 1 unit",
  });
}

/** Whether two losses are equal but for rounding. */
const same = (a: number | undefined, b: number | undefined): boolean =>
  a !== undefined &&
  b !== undefined &&
  Math.abs(a - b) <= broadcast.thresholds.difference.value * Math.max(Math.abs(a), Math.abs(b), 1e-12);

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

/**
 * Whether labels and predictions meet in something that has a number for every pair of rows, where neither had one before:
 * both were stretched to meet. A loss that compares rows on purpose stretches each with itself first.
 */
const meetsAllRows = (loss: Loss<any>, labels: Tensor, predictions: Tensor): boolean =>
  someNode(loss, labels, predictions, (node, { labelled, predicted }) => {
    const pairs = labels.shape[0] ** 2;
    const small = (of: Node): boolean =>
      sizeOf((of.op.name === "broadcast" ? of.inputs[0] : of).shape) < pairs;
    const only = (mine: ReadonlySet<Node>, other: ReadonlySet<Node>): boolean =>
      node.inputs.some((of) => mine.has(of) && !other.has(of) && small(of));
    const stretched = node.inputs.some(({ op }) => op.name === "broadcast");
    return sizeOf(node.shape) >= pairs && stretched && only(labelled, predicted) && only(predicted, labelled);
  });

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
