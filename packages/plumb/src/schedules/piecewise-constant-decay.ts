import type { Parameter } from "../base/parameters.ts";
import { full, where } from "../tensor/index.ts";
import {
  LearningRateSchedule,
  required,
  type Required,
  type ScheduleOptions,
  type ScheduleRecord,
} from "./schedule.ts";

const numbers = (initial: readonly number[], doc: string): Parameter<readonly number[]> => ({
  default: initial,
  doc,
  accepts: (value) =>
    Array.isArray(value) && value.every((item) => typeof item === "number" && item >= 0 && item < Infinity),
  words: "a list of numbers of at least 0",
});

const parameters = {
  boundaries: required(numbers([1000], "The last steps of all pieces but the last, in ascending order")),
  values: required(numbers([0.1, 0.01], "The rates of the pieces, one more than boundaries")),
} satisfies Record<string, Required<readonly number[]>>;

export const piecewiseConstantDecay: ScheduleRecord<typeof parameters> = {
  name: "PiecewiseConstantDecay",
  doc: "values[i] where i boundaries lie below the step",
  parameters,
  refuses({ boundaries, values }) {
    if (values.length !== boundaries.length + 1)
      return `${boundaries.length} boundaries make ${boundaries.length + 1} pieces, and there are ${values.length} values`;
    return boundaries.some((boundary, i) => i > 0 && boundary <= boundaries[i - 1])
      ? "Boundaries ascend"
      : undefined;
  },
  rate: (step, { boundaries, values }) =>
    boundaries.reduce(
      (rate, boundary, i) => where(step.greater(boundary), values[i + 1], rate),
      full(step.shape, values[0], "float64"),
    ),
};

/**
 * A constant rate for each stretch of steps: `values[0]` up to and including step `boundaries[0]`, `values[1]` up to and
 * including `boundaries[1]`, and so on. Errors: PL4004 also where the lengths do not fit or the boundaries do not ascend.
 *
 * @example
 * new PiecewiseConstantDecay({ boundaries: [100, 200], values: [0.1, 0.01, 0.001] }).valueAt(150); // 0.01
 */
export class PiecewiseConstantDecay extends LearningRateSchedule<typeof parameters> {
  static readonly record = piecewiseConstantDecay;
  constructor(options: ScheduleOptions<typeof parameters>) {
    super(piecewiseConstantDecay, options);
  }
}
