/** Models by name. What a fault turns at is a knob. */
import {
  Conv1D,
  Conv2D,
  Dense,
  Embedding,
  Flatten,
  GlobalAveragePooling1D,
  GlobalAveragePooling2D,
  GlobalMaxPooling1D,
  GRU,
  LSTM,
  MaxPooling2D,
  Reshape,
  SimpleRNN,
  type ActivationName,
  type InitializerLike,
  type Layer,
  type Regularizer,
} from "../../src/index.ts";

export interface Knobs {
  /** Between layers; "linear" is none. Recurrent layers keep their own. */
  readonly activation: ActivationName;
  /** What the first kernels are; of the inside of recurrent layers, too. */
  readonly kernel?: () => InitializerLike;
  readonly bias?: () => InitializerLike;
  readonly penalty?: () => Regularizer;
  /** How many times as wide as usual. */
  readonly width: number;
  /** How many hidden layers a deep model has. */
  readonly depth: number;
  readonly head: { readonly units: number; readonly activation: ActivationName };
}

/** Hidden layers and the head. */
export type Build = (knobs: Knobs, inputShape: readonly number[]) => Layer[];

const common = ({ kernel, bias, penalty }: Knobs) => ({
  ...(kernel && { kernelInitializer: kernel() }),
  ...(bias && { biasInitializer: bias() }),
  ...(penalty && { kernelRegularizer: penalty() }),
});

const dense = (knobs: Knobs, units: number): Layer =>
  new Dense(Math.max(1, Math.round(units * knobs.width)), {
    activation: knobs.activation,
    ...common(knobs),
  });

/** First biases of hidden units are no matter of the head. */
const headOf = (knobs: Knobs): Layer =>
  new Dense(knobs.head.units, {
    activation: knobs.head.activation,
    ...common({ ...knobs, bias: undefined }),
  });

const flat = (shape: readonly number[]): Layer[] => (shape.length > 1 ? [new Flatten()] : []);

const recurrent =
  (Kind: typeof GRU | typeof LSTM | typeof SimpleRNN): Build =>
  (knobs, [steps, ...features]) => [
    ...(features.length > 1 ? [new Reshape([steps, features.reduce((a, b) => a * b, 1)])] : []),
    new Kind(Math.max(1, Math.round(16 * knobs.width)), {
      ...common(knobs),
      ...(knobs.kernel && { recurrentInitializer: knobs.kernel() }),
    }),
    headOf(knobs),
  ];

export const models = {
  linear: (knobs, shape) => [...flat(shape), headOf(knobs)],
  mlp: (knobs, shape) => [...flat(shape), dense(knobs, 32), dense(knobs, 16), headOf(knobs)],
  deep: (knobs, shape) => [
    ...flat(shape),
    ...Array.from({ length: knobs.depth }, () => dense(knobs, 24)),
    headOf(knobs),
  ],
  cnn: (knobs) => {
    const convolution = (filters: number): Layer =>
      new Conv2D(Math.max(1, Math.round(filters * knobs.width)), 3, {
        activation: knobs.activation,
        ...common(knobs),
      });
    return [
      convolution(8),
      new MaxPooling2D(2),
      convolution(16),
      new GlobalAveragePooling2D(),
      headOf(knobs),
    ];
  },
  conv1d: (knobs) => {
    const convolution = (filters: number): Layer =>
      new Conv1D(Math.max(1, Math.round(filters * knobs.width)), 5, {
        activation: knobs.activation,
        ...common(knobs),
      });
    return [convolution(12), convolution(16), new GlobalAveragePooling1D(), headOf(knobs)];
  },
  bag: (knobs) => [new Embedding(128, 12), new GlobalAveragePooling1D(), headOf(knobs)],
  words: (knobs) => [
    new Embedding(128, 12),
    new Conv1D(Math.max(1, Math.round(16 * knobs.width)), 3, {
      activation: knobs.activation,
      ...common(knobs),
    }),
    new GlobalMaxPooling1D(),
    headOf(knobs),
  ],
  rnn: recurrent(SimpleRNN),
  gru: recurrent(GRU),
  lstm: recurrent(LSTM),
} satisfies Record<string, Build>;

export type ModelName = keyof typeof models;
