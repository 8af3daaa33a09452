/**
 * Where Plumb differs from Keras on purpose. A case that passes is never looked up here: an entry excuses a difference,
 * and says why. Entries name what a case is about, not its id, so that they hold for other recordings of the same form.
 */
import type { GoldenCase, Room } from "./room.ts";

export interface Difference {
  readonly reason: string;
  readonly applies: (one: GoldenCase, room: Room, why: string) => boolean;
}

const configOf = ({ recorded }: GoldenCase): Readonly<Record<string, unknown>> =>
  (recorded.config ?? {}) as Record<string, unknown>;
const shapeOf = ({ recorded }: GoldenCase, part: string): readonly number[] | undefined =>
  (recorded[part] as { shape: readonly number[] } | undefined)?.shape;
const isRefusal = ({ recorded }: GoldenCase): boolean => "error" in recorded;

const baseClasses = ["Loss", "LossFunctionWrapper", "Metric", "MeanMetricWrapper"];

export const differences: readonly Difference[] = [
  {
    reason: "the value is particular to Keras's TensorFlow backend; its other backends give other numbers",
    applies: ({ tags }) => tags.includes("backend_specific"),
  },
  {
    reason: "the gradient differs between Keras's own backends; the value was held against Keras's",
    applies: ({ tags }, _, why) => tags.includes("grad_backend_specific") && why.startsWith("the gradient"),
  },
  {
    reason: "JavaScript has one type of number, so that 1 is not told from 1.0 as Python does",
    applies: (one) =>
      isRefusal(one) && ["learning_rate", "beta"].some((name) => Number.isInteger(configOf(one)[name])),
  },
  {
    reason:
      "a weight per row weighs the whole row, where Keras refuses unless the last axis is as long as there are rows",
    applies: (one) =>
      isRefusal(one) && shapeOf(one, "sample_weight")?.length === 1 && shapeOf(one, "y_true")!.length > 1,
  },
  {
    reason: "the name of a base class, which stands for no loss or metric that could be used",
    applies: ({ recorded }) => baseClasses.includes(recorded.resolves_to as string),
  },
  {
    reason:
      "a metric that needs a parameter is found by its name, but not made: the error says which parameter",
    applies: ({ recorded }, _, why) => "identifier" in recorded && why.includes("was made without"),
  },
  {
    reason:
      'fractional weights count as they are in intersections over union; Keras cuts them to whole numbers, which dtype: "int" does too',
    applies: ({ tags }) => tags.includes("weights_cast_to_int"),
  },
  {
    reason:
      "rows of the ignored class are absent; where there are no weights, Keras's metric counts them in the divisor",
    applies: (one, { name }) =>
      name === "metrics" &&
      one.recorded.class === "SparseCategoricalCrossentropy" &&
      configOf(one).ignore_class !== undefined &&
      (one.recorded.batches as { sample_weight?: unknown }[]).some(
        (batch) => batch.sample_weight === undefined,
      ),
  },
  {
    reason:
      "the root of the mean over all outputs, as Keras has it; scikit-learn averages the roots of the outputs",
    applies: (one) => one.recorded.entry === "rmse" && shapeOf(one, "y_true")!.at(-1)! > 1,
  },
  {
    reason: "log cosh of −∞ is ∞; Keras computes −∞ + ∞ and gets NaN",
    applies: ({ recorded, tags }, { name }) =>
      name === "losses" && recorded.class === "LogCosh" && tags.includes("nan"),
  },
  {
    reason: "cross-entropies of class indices work over any axis; Keras's, on TensorFlow, over the last only",
    applies: (one) => isRefusal(one) && "axis" in configOf(one),
  },
  {
    reason:
      "Keras's ScheduleFreeAdamW ignores beta_1 on TensorFlow, where it reads a variable it has just overwritten; the contract tests hold ours against its numbers at beta1: 1, which they are",
    applies: (one) => one.recorded.class === "ScheduleFreeAdamW" && configOf(one).beta_1 !== 1,
  },
  {
    reason:
      "sparsemax gives rows of probabilities; Keras's gives zeros as soon as two of them are positive, since it adds up running sums where the paper takes the last. Where one is positive both are held against each other",
    applies: ({ recorded }, { name }) => name === "activations" && recorded.name === "sparsemax",
  },
  {
    reason: "the mean of no steps is 0; Keras's is NaN, and so is every weight after the next step",
    applies: ({ recorded, tags }, { name }) =>
      name === "layers" && recorded.class === "GlobalAveragePooling1D" && tags.includes("nan"),
  },
];

/** The reason for which a case may differ, if there is one. */
export const deliberate = (one: GoldenCase, room: Room, why: string): string | undefined =>
  differences.find(({ applies }) => applies(one, room, why))?.reason;
