/** Honest ways to train: what the doctor blames in these is a false alarm. Each was settled by its curves (`--curves`). */
import {
  Adam,
  Add,
  AdamW,
  BatchNormalization,
  CosineDecay,
  Dense,
  Dropout,
  EarlyStopping,
  input,
  L2,
  LayerNormalization,
  Model,
  ReduceLROnPlateau,
  RMSprop,
  SGD,
  BinaryCrossentropy,
  SparseCategoricalCrossentropy,
  type Layer,
  type Tensor,
} from "../../src/index.ts";
import { countOf, cut, eachPart, joined, oneHot, tensorsOf } from "./rows.ts";
import type { Setup } from "./setup.ts";

/** A way to train, which leaves everything right. */
export interface Variant {
  readonly name: string;
  readonly doc: string;
  applies(setup: Setup): boolean;
  change(setup: Setup): Setup;
}

const stopping = (patience: number) => new EarlyStopping({ patience, restoreBestWeights: true });

const isRecurrent = ({ model }: Setup): boolean => ["rnn", "gru", "lstm"].includes(model);

/** Puts something behind each hidden dense layer. */
const behindHidden =
  (make: () => readonly Layer[]): NonNullable<Setup["edit"]> =>
  (layers) =>
    layers.flatMap((layer, i) =>
      layer instanceof Dense && i < layers.length - 1 ? [layer, ...make()] : [layer],
    );

const hasHidden = ({ model }: Setup): boolean => model === "mlp" || model === "deep";

export const variants: readonly Variant[] = [
  {
    name: "plain",
    doc: "Adam, a fixed number of epochs, rows of its own to validate on",
    applies: () => true,
    change: (setup) => setup,
  },
  {
    name: "stopped early",
    doc: "three times as many epochs, ended by EarlyStopping with the best weights restored",
    applies: () => true,
    change: (setup) => ({ ...setup, epochs: 3 * setup.epochs, callbacks: () => [stopping(6)] }),
  },
  {
    name: "momentum",
    doc: "SGD with momentum and a rate that falls when nothing gets better",
    applies: (setup) => !isRecurrent(setup) && setup.set.kind !== "tokens",
    change: (setup) => ({
      ...setup,
      epochs: 4 * setup.epochs,
      optimizer: () => new SGD({ learningRate: setup.model === "linear" ? 0.004 : 0.01, momentum: 0.9 }),
      callbacks: () => [new ReduceLROnPlateau({ patience: 4 })],
    }),
  },
  {
    name: "split",
    doc: "fit cuts the validation rows itself, RMSprop, batches of 64",
    applies: () => true,
    change: (setup) => ({
      ...setup,
      parts: { ...setup.parts, training: joined(setup.parts.training, setup.parts.validation) },
      validationSplit: 0.25,
      batchSize: 64,
      epochs: 3 * setup.epochs,
      optimizer: (rate) => new RMSprop({ learningRate: 0.3 * rate }),
    }),
  },
  {
    name: "logits",
    doc: "a linear head, and the loss takes logits",
    applies: ({ set }) => ["binary", "classes", "marks"].includes(set.task),
    change: (setup) => ({
      ...setup,
      knobs: { ...setup.knobs, head: { ...setup.knobs.head, activation: "linear" } },
      loss:
        setup.set.task === "classes"
          ? new SparseCategoricalCrossentropy({ fromLogits: true })
          : new BinaryCrossentropy({ fromLogits: true }),
      metrics: () => [],
    }),
  },
  {
    name: "one-hot",
    doc: "labels as one-hot rows",
    applies: ({ set }) => set.task === "classes",
    change: (setup) => ({
      ...setup,
      parts: eachPart(setup.parts, (rows) => oneHot(rows, setup.set.classes)),
      loss: "categoricalCrossentropy",
    }),
  },
  {
    name: "robust",
    doc: "amounts under Huber's loss",
    applies: ({ set }) => set.task === "amount",
    change: (setup) => ({ ...setup, loss: "huber" }),
  },
  {
    name: "normalized",
    doc: "batch normalization and a little dropout behind each hidden layer",
    applies: hasHidden,
    change: (setup) => ({
      ...setup,
      epochs: 2 * setup.epochs,
      edit: behindHidden(() => [new BatchNormalization({ momentum: 0.9 }), new Dropout(0.1)]),
    }),
  },
  {
    name: "penalty",
    doc: "tanh, AdamW and a small penalty on the weights",
    applies: (setup) => !isRecurrent(setup),
    change: (setup) => ({
      ...setup,
      epochs: 2 * setup.epochs,
      knobs: { ...setup.knobs, activation: "tanh", penalty: () => new L2({ l2: 1e-4 }) },
      optimizer: (learningRate) => new AdamW({ learningRate }),
    }),
  },
  {
    name: "few rows",
    doc: "a third of the training rows, stopped early",
    applies: () => true,
    change: (setup) => ({
      ...setup,
      parts: { ...setup.parts, training: cut(setup.parts.training, 1 / 3)[0] },
      batchSize: 16,
      epochs: 4 * setup.epochs,
      callbacks: () => [stopping(8)],
    }),
  },
  {
    name: "residual",
    doc: "a functional model in which hidden layers of a width are added to what went in; gelu, layer normalization",
    applies: ({ model }) => model === "deep",
    change: (setup) => ({
      ...setup,
      epochs: (setup.set.classes > 0 ? 1 : 2) * setup.epochs,
      knobs: { ...setup.knobs, activation: "gelu" },
      stack: (layers) => {
        const x = input({ shape: [...setup.parts.training.inputShape] });
        const [first, ...others] = layers.slice(0, -1);
        let hidden = first.call(x) as Tensor;
        for (const layer of others) {
          const normal = new LayerNormalization().call(hidden) as Tensor;
          hidden = new Add().call([hidden, layer.call(normal) as Tensor]) as Tensor;
        }
        return new Model({ inputs: x, outputs: (layers.at(-1) as Layer).call(hidden) as Tensor });
      },
    }),
  },
  {
    name: "schedule",
    doc: "a rate that falls along a cosine, and gradients clipped at a norm of 1",
    applies: () => true,
    change: (setup) => {
      const decaySteps = setup.epochs * Math.ceil(countOf(setup.parts.training) / setup.batchSize);
      return {
        ...setup,
        optimizer: (rate) =>
          new Adam({
            learningRate: new CosineDecay({ initialLearningRate: 2 * rate, decaySteps }),
            globalClipnorm: 1,
          }),
      };
    },
  },
  {
    name: "small batches",
    doc: "four rows per step, a smaller rate",
    applies: (setup) => !isRecurrent(setup),
    change: (setup) => ({ ...setup, batchSize: 4, rate: 0.25 * setup.rate }),
  },
  {
    name: "whole",
    doc: "all rows in each step, nothing held out, rows as lists",
    applies: (setup) => setup.set.kind === "table",
    change: (setup) => ({
      ...setup,
      batchSize: countOf(setup.parts.training),
      epochs: 10 * setup.epochs,
      held: false,
      asLists: true,
    }),
  },
  {
    name: "wide",
    doc: "four times as wide, a quarter of the hidden values dropped",
    applies: hasHidden,
    change: (setup) => ({
      ...setup,
      knobs: { ...setup.knobs, width: 4 },
      epochs: (setup.set.classes > 0 ? 1 : 2) * setup.epochs,
      rate: 0.5 * setup.rate,
      edit: behindHidden(() => [new Dropout(0.25)]),
    }),
  },
  {
    name: "class weights",
    doc: "the rarer of two classes counts half as much again",
    applies: ({ set }) => set.task === "binary",
    change: (setup) => {
      const ones = setup.parts.training.labels.filter((label) => label === 1).length;
      const rare = Number(2 * ones < countOf(setup.parts.training));
      return { ...setup, classWeight: { [rare]: 1.5 } };
    },
  },
  {
    name: "second fit",
    doc: "trained before, then trained on with a fifth of the rate, with a doctor",
    applies: () => true,
    change: (setup) => ({
      ...setup,
      train:
        ({ parts, epochs, batchSize, rate, seed }) =>
        async (model, doctor) => {
          const [x, y] = tensorsOf(parts.training);
          const validationData = tensorsOf(parts.validation);
          await model.fit(x, y, { epochs, batchSize, seed, validationData });
          model.compiled.optimizer.learningRate = 0.2 * rate;
          await model.fit(x, y, { epochs: 5, batchSize, seed, validationData, callbacks: [doctor] });
        },
    }),
  },
  {
    name: "tuned head",
    doc: "trained before, then the hidden layers are frozen and the last one is trained on",
    applies: (setup) => setup.model !== "linear",
    change: (setup) => ({
      ...setup,
      train:
        ({ parts, epochs, batchSize, rate, seed, optimizer, loss }) =>
        async (model, doctor) => {
          const [x, y] = tensorsOf(parts.training);
          const validationData = tensorsOf(parts.validation);
          await model.fit(x, y, { epochs, batchSize, seed, validationData });
          for (const layer of model.layers.slice(0, -1)) layer.trainable = false;
          model.compile({ loss, optimizer: optimizer(0.5 * rate) });
          await model.fit(x, y, { epochs: 5, batchSize, seed, validationData, callbacks: [doctor] });
        },
    }),
  },
];
