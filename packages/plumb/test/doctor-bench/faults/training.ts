/** Settings of the optimizer, first weights, loops of one's own. */
import {
  Adam,
  Constant,
  GradientTape,
  RandomNormal,
  SGD,
  Variable,
  ones,
  zeros,
  type LossLike,
  losses,
  LambdaCallback,
} from "../../../src/index.ts";
import { countOf, tensorsOf } from "../rows.ts";
import { hasHidden, isRecurrent, withKnobs, type Fault } from "./fault.ts";

export const trainingFaults: readonly Fault[] = [
  {
    name: "tiny learning rate",
    doc: "a ten-thousandth of the honest one",
    right: ["C20", "T6", "T4"],
    applies: () => true,
    inject: (setup) => ({ ...setup, rate: 1e-4 * setup.rate }),
  },
  {
    name: "huge learning rate",
    doc: "Adam with a learning rate of 2",
    right: ["C20", "T6", "T3", "T5"],
    applies: ({ model }) => model !== "linear",
    inject: (setup) => ({ ...setup, rate: 2 }),
  },
  {
    name: "plain steps too long",
    doc: "SGD with a learning rate of 20",
    right: ["C20", "T6", "T3", "T5", "T1"],
    applies: () => true,
    inject: (setup) => ({ ...setup, rate: 20, optimizer: (learningRate) => new SGD({ learningRate }) }),
  },
  {
    name: "bad Adam epsilon",
    doc: "epsilon 100: steps are a thousandth of what they should be, or less",
    right: ["C20", "T6", "T4"],
    applies: () => true,
    inject: (setup) => ({
      ...setup,
      optimizer: (learningRate) => new Adam({ learningRate, epsilon: 100 }),
    }),
  },
  {
    name: "steps too short for SGD",
    doc: "SGD with a learning rate of 0.00001",
    right: ["C20", "T6", "T4"],
    applies: () => true,
    inject: (setup) => ({ ...setup, optimizer: () => new SGD({ learningRate: 1e-5 }) }),
  },
  {
    name: "clipped too tightly",
    doc: "gradients are cut to a norm of 0.001, and the steps stay as they were meant for whole ones",
    right: ["T9"],
    applies: () => true,
    inject: (setup) => ({
      ...setup,
      optimizer: () => new SGD({ learningRate: 0.05, momentum: 0.9, globalClipnorm: 1e-3 }),
    }),
  },
  {
    name: "first weights all 0",
    doc: "every kernel begins with zeros",
    right: ["C15", "C16", "C18", "T12"],
    applies: hasHidden,
    inject: (setup) => withKnobs(setup, { kernel: () => "zeros" }),
  },
  {
    name: "first weights all alike",
    doc: "every kernel begins with 0.1 everywhere",
    right: ["C16", "C18"],
    applies: hasHidden,
    inject: (setup) => withKnobs(setup, { kernel: () => new Constant({ value: 0.1 }) }),
  },
  {
    name: "first weights huge",
    doc: "kernels drawn with a deviation of 5",
    right: ["C16", "T8", "T11"],
    applies: ({ model }) => model !== "linear" && model !== "bag",
    inject: (setup) => withKnobs(setup, { kernel: () => new RandomNormal({ stddev: 5 }) }),
  },
  {
    name: "dead ReLU",
    doc: "the hidden biases begin at −20",
    right: ["T10", "C15", "C17", "C18"],
    applies: (setup) => hasHidden(setup) || setup.model === "cnn",
    inject: (setup) => withKnobs(setup, { bias: () => new Constant({ value: -20 }) }),
  },
  {
    name: "saturated sigmoids",
    doc: "hidden sigmoids whose first weights have a deviation of 10",
    right: ["T11", "C16"],
    applies: hasHidden,
    inject: (setup) =>
      withKnobs(setup, {
        activation: setup.seed % 2 === 0 ? "sigmoid" : "tanh",
        kernel: () => new RandomNormal({ stddev: 10 }),
      }),
  },
  {
    name: "vanishing gradients",
    doc: "ten hidden layers of sigmoids",
    right: ["T7"],
    applies: ({ model }) => model === "deep",
    inject: (setup) => withKnobs(setup, { activation: "sigmoid", depth: 10 }),
  },
  {
    name: "exploding recurrence",
    doc: "the recurrent weights of a linear recurrence begin with a deviation of 2",
    right: ["T8", "T1", "C16"],
    applies: ({ model }) => model === "rnn",
    inject: (setup) =>
      withKnobs(setup, { kernel: () => new RandomNormal({ stddev: 2 }), activation: "linear" }),
  },
  {
    name: "gradients not applied",
    doc: "a loop of one's own that forgets optimizer.apply",
    right: ["T12"],
    applies: () => true,
    inject: (setup) => ({
      ...setup,
      train:
        ({ parts, epochs, batchSize, loss }) =>
        async (model, doctor) => {
          const [data, labels] = tensorsOf(parts.training);
          doctor.watch(model, { data, labels, loss, batchSize, epochs });
          const judge = losses.get(loss as LossLike);
          for (let step = 0; step < 60; step++) {
            const tape = new GradientTape(() => judge.call(labels, model.call(data)));
            tape.gradient(tape.value, model.trainableVariables);
            doctor.step(tape.value);
          }
          await doctor.finish();
        },
    }),
  },
  {
    name: "frozen layers",
    doc: "hidden layers keep their first weights: trainable = false",
    right: ["T12"],
    applies: (setup) => hasHidden(setup) || isRecurrent(setup) || setup.model === "cnn",
    inject: (setup) => ({
      ...setup,
      edit: (layers) => {
        for (const layer of layers.slice(0, -1)) layer.trainable = false;
        return layers;
      },
    }),
  },
  {
    name: "tensors kept",
    doc: "a callback makes a variable at each step and keeps it",
    right: ["T16"],
    applies: ({ epochs, parts, batchSize }) => (epochs * countOf(parts.training)) / batchSize > 120,
    inject: (setup) => ({
      ...setup,
      callbacks: () => {
        const kept: Variable[] = [];
        return [
          new LambdaCallback({
            onTrainBatchEnd: () => {
              const copy = new Variable(zeros([2048]));
              copy.assign(ones([2048]));
              kept.push(copy);
            },
            onTrainEnd: () => kept.forEach((copy) => copy.dispose()),
          }),
        ];
      },
    }),
  },
  {
    name: "slow callback",
    doc: "a callback waits 100 milliseconds at the end of each epoch",
    right: ["T15"],
    applies: ({ set }) => set.kind === "table",
    inject: (setup) => ({
      ...setup,
      callbacks: () => [
        new LambdaCallback({
          onEpochEnd: () => new Promise((done) => setTimeout(done, 100)),
        }),
      ],
    }),
  },
];
