/** The wrong loss, or the right one in the wrong way. */
import {
  BinaryAccuracy,
  BinaryCrossentropy,
  binaryCrossentropy,
  equal,
  Lambda,
  meanSquaredError,
  poisson,
  Softmax,
  SparseCategoricalCrossentropy,
  sparseCategoricalCrossentropy,
  square,
  type Tensor,
} from "../../../src/index.ts";
import { eachPart, oneHot, withLabelRows, withLabels } from "../rows.ts";
import { hasClasses, isAmount, isBinary, isClasses, isTable, withHead, type Fault } from "./fault.ts";

const crossentropy = (
  task: string,
  fromLogits: boolean,
): BinaryCrossentropy | SparseCategoricalCrossentropy =>
  task === "binary"
    ? new BinaryCrossentropy({ fromLogits })
    : new SparseCategoricalCrossentropy({ fromLogits });

/** The loss of a task as a function, a value for each row. */
const lossOf = (task: string): ((yTrue: Tensor, yPred: Tensor) => Tensor) =>
  ({
    binary: (yTrue: Tensor, yPred: Tensor) => binaryCrossentropy(yTrue.reshape(yPred.shape), yPred),
    classes: (yTrue: Tensor, yPred: Tensor) => sparseCategoricalCrossentropy(yTrue, yPred),
    amount: (yTrue: Tensor, yPred: Tensor) => meanSquaredError(yTrue.reshape(yPred.shape), yPred),
    marks: (yTrue: Tensor, yPred: Tensor) => binaryCrossentropy(yTrue, yPred),
    count: (yTrue: Tensor, yPred: Tensor) => poisson(yTrue.reshape(yPred.shape), yPred),
    copy: (yTrue: Tensor, yPred: Tensor) => meanSquaredError(yTrue, yPred),
  })[task] as (yTrue: Tensor, yPred: Tensor) => Tensor;

export const lossFaults: readonly Fault[] = [
  {
    name: "squared error for classes",
    doc: "probabilities are trained with the mean squared error",
    right: ["C7"],
    applies: hasClasses,
    inject: (setup) => ({
      ...setup,
      loss: "meanSquaredError",
      parts:
        setup.set.task === "binary"
          ? setup.parts
          : eachPart(setup.parts, (rows) => oneHot(rows, setup.set.classes)),
    }),
  },
  {
    name: "class numbers as amounts",
    doc: "one linear output learns the number of the class by squared error",
    right: ["C7"],
    applies: isClasses,
    inject: (setup) => ({
      ...withHead(setup, { units: 1, activation: "linear" }),
      loss: "meanSquaredError",
      metrics: () => [],
    }),
  },
  {
    name: "cross-entropy for amounts",
    doc: "a linear output learns amounts by binary cross-entropy",
    right: ["C7"],
    applies: isAmount,
    inject: (setup) => ({ ...setup, loss: "binaryCrossentropy", metrics: () => [] }),
  },
  {
    name: "class numbers for the one-hot loss",
    doc: "CategoricalCrossentropy gets class numbers",
    right: ["C4", "PL2002", "PL2013"],
    applies: isClasses,
    inject: (setup) => ({ ...setup, loss: "categoricalCrossentropy" }),
  },
  {
    name: "one-hot rows for the sparse loss",
    doc: "SparseCategoricalCrossentropy gets one-hot rows",
    right: ["C4", "PL2002", "PL2013"],
    applies: isClasses,
    inject: (setup) => ({
      ...setup,
      metrics: () => [],
      parts: eachPart(setup.parts, (rows) => oneHot(rows, setup.set.classes)),
    }),
  },
  {
    name: "binary loss for many classes",
    doc: "a softmax over exclusive classes is trained with BinaryCrossentropy on one-hot rows",
    right: ["C5"],
    applies: isClasses,
    inject: (setup) => ({
      ...setup,
      loss: "binaryCrossentropy",
      parts: eachPart(setup.parts, (rows) => oneHot(rows, setup.set.classes)),
    }),
  },
  {
    name: "sigmoids for exclusive classes",
    doc: "each class has a sigmoid of its own, and the loss takes shares that sum to 1",
    right: ["C5", "PL2006"],
    applies: isClasses,
    inject: (setup) => withHead(setup, { activation: "sigmoid" }),
  },
  {
    name: "softmax for several marks",
    doc: "rows carry several marks, and a softmax shares out one whole among them",
    right: ["C6", "PL2005"],
    applies: ({ set }) => set.task === "marks",
    inject: (setup) => ({ ...withHead(setup, { activation: "softmax" }), metrics: () => [] }),
  },
  {
    name: "counts below 0",
    doc: "a linear output, which may be negative, under the Poisson loss",
    right: ["C10", "C7", "C1", "PL2006"],
    applies: ({ set }) => set.task === "count",
    inject: (setup) => withHead(setup, { activation: "linear" }),
  },
  {
    name: "several labels under a softmax",
    doc: "rows carry their class and a second mark, and a softmax shares out one whole among them",
    right: ["C6", "PL2005"],
    applies: (setup) => isClasses(setup) && isTable(setup),
    inject: (setup) => ({
      ...withHead(setup, { units: setup.set.classes + 1 }),
      loss: "categoricalCrossentropy",
      metrics: () => [],
      parts: eachPart(setup.parts, (rows) => {
        const { inputs, inputShape } = rows;
        return withLabelRows(rows, (label, row) => [
          ...Array.from({ length: setup.set.classes }, (_, k) => Number(k === label)),
          Number(inputs[row * inputShape[0]] > 0),
        ]);
      }),
    }),
  },
  {
    name: "flipped sign",
    doc: "the loss is a function that gives the usual one with a minus",
    right: ["C16", "C18"],
    applies: () => true,
    inject: (setup) => {
      const of = lossOf(setup.set.task);
      return { ...setup, loss: (yTrue: Tensor, yPred: Tensor) => of(yTrue, yPred).neg() };
    },
  },
  {
    name: "missing softmax",
    doc: "the last layer is linear, and the loss is told to take probabilities",
    right: ["C1", "PL2006"],
    applies: hasClasses,
    inject: (setup) => ({
      ...withHead(setup, { activation: "linear" }),
      loss: crossentropy(setup.set.task, false),
    }),
  },
  {
    name: "missing softmax behind a function",
    doc: "the last layer is a function that gives any number, and the loss takes probabilities",
    right: ["C1", "PL2001"],
    applies: hasClasses,
    inject: (setup) => ({
      ...withHead(setup, { activation: "linear" }),
      edit: (layers) => [...layers, new Lambda((x: Tensor) => x.mul(2))],
    }),
  },
  {
    name: "double softmax",
    doc: "the last layer gives probabilities, and the loss takes logits",
    right: ["C2"],
    applies: hasClasses,
    inject: (setup) => ({ ...setup, loss: crossentropy(setup.set.task, true), metrics: () => [] }),
  },
  {
    name: "softmax behind a softmax",
    doc: "a Softmax layer follows a dense layer with a softmax",
    right: ["C2"],
    applies: isClasses,
    inject: (setup) => ({ ...setup, edit: (layers) => [...layers, new Softmax()] }),
  },
  {
    name: "softmax over one output",
    doc: "two classes, one unit, a softmax",
    right: ["C3", "PL2015"],
    applies: isBinary,
    inject: (setup) => withHead(setup, { activation: "softmax" }),
  },
  {
    name: "loss by hand that broadcasts",
    doc: "a loss of one's own subtracts predictions [n, 1] from labels [n]",
    right: ["C8"],
    applies: isAmount,
    inject: (setup) => ({
      ...setup,
      loss: (yTrue: Tensor, yPred: Tensor) => square(yTrue.sub(yPred)).mean(-1),
    }),
  },
  {
    name: "loss by hand without gradient",
    doc: "a loss of one's own counts wrong answers",
    right: ["C15"],
    applies: hasClasses,
    inject: (setup) => ({
      ...setup,
      loss: (yTrue: Tensor, yPred: Tensor) => {
        const said = setup.set.task === "binary" ? yPred.greater(0.5).reshape(yTrue.shape) : yPred.argmax(-1);
        return equal(said.cast("int32"), yTrue.cast("int32")).logicalNot().cast("float32");
      },
    }),
  },
  {
    name: "loss by hand that is a sum",
    doc: "a loss of one's own adds up the rows of the batch",
    right: ["C15", "C16"],
    applies: () => true,
    inject: (setup) => {
      const of = lossOf(setup.set.task);
      return { ...setup, loss: (yTrue: Tensor, yPred: Tensor) => of(yTrue, yPred).sum() };
    },
  },
  {
    name: "labels of -1 and 1",
    doc: "a sigmoid and binary cross-entropy, and labels of −1 and 1",
    right: ["C9", "PL2004"],
    applies: isBinary,
    inject: (setup) => ({
      ...setup,
      parts: eachPart(setup.parts, (rows) => withLabels(rows, (label) => 2 * label - 1)),
    }),
  },
  {
    name: "labels of 1 and 2",
    doc: "two classes numbered 1 and 2, under a sigmoid or a hinge",
    right: ["C9", "PL2004"],
    applies: isBinary,
    inject: (setup) => ({
      ...(setup.seed % 2 === 0 ? withHead(setup, { activation: "linear" }) : setup),
      loss: setup.seed % 2 === 0 ? "hinge" : "binaryCrossentropy",
      metrics: () => [],
      parts: eachPart(setup.parts, (rows) => withLabels(rows, (label) => label + 1)),
    }),
  },
  {
    name: "metric threshold on logits",
    doc: "logits are trained as logits, and the accuracy decides at 0.5",
    right: ["C12"],
    applies: isBinary,
    inject: (setup) => ({
      ...withHead(setup, { activation: "linear" }),
      loss: new BinaryCrossentropy({ fromLogits: true }),
      metrics: () => [new BinaryAccuracy({ threshold: 0.5 })],
    }),
  },
  {
    name: "head out of reach",
    doc: "amounts on both sides of 0, and a last layer that gives none below",
    right: ["C10"],
    applies: isAmount,
    inject: (setup) => withHead(setup, { activation: setup.seed % 2 === 0 ? "relu" : "sigmoid" }),
  },
];
