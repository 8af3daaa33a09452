/** The learning rate of an optimizer: a number that may be set, or a schedule that follows the steps. */
import { PlumbError } from "../base/errors.ts";
import { real, resolve } from "../base/parameters.ts";
import { LearningRateSchedule } from "../schedules/index.ts";
import { tensor, type Tensor, type Variable } from "../tensor/index.ts";
import { state } from "./state.ts";

/** What `learningRate` takes: a number, a schedule, or a function of the number of steps (a scalar tensor). */
export type LearningRateLike = number | LearningRateSchedule | ((step: Tensor) => Tensor);

export interface LearningRate {
  /** What a checkpoint keeps of it. */
  readonly variables: readonly Variable[];
  /** The rate at a step, as a float32 scalar of the program. */
  at(step: Tensor): Tensor;
  /** The rate at a step, as a number. */
  valueAt(step: Tensor): number;
  set(rate: number): void;
  /** To be called when `variables` were assigned by others. */
  restored(): void;
}

export function learningRateFrom(owner: string, like: LearningRateLike): LearningRate {
  if (like instanceof LearningRateSchedule) return scheduled(owner, (step) => like.call(step));
  if (typeof like === "function") return scheduled(owner, (step) => like(step).cast("float32"));
  return constant(owner, like);
}

function constant(owner: string, first: number): LearningRate {
  const checked = (rate: number): number =>
    resolve(
      "PL4004",
      owner,
      { learningRate: real(0, "Step size", { min: 0 }) },
      { learningRate: rate as unknown },
    ).learningRate;
  let rate = checked(first);
  // In float64, so that the rate that was set is the rate that is read.
  const variable = state(Float64Array.of(rate), [], "learning_rate");
  return {
    variables: [variable],
    at: () => variable.cast("float32"),
    valueAt: () => rate,
    set(next) {
      // Left out, an option has a default; a rate that is set has none.
      rate = checked(next ?? NaN);
      variable.assign(tensor(Float64Array.of(rate), []));
    },
    restored: () => void (rate = variable.itemSync()),
  };
}

function scheduled(owner: string, at: (step: Tensor) => Tensor): LearningRate {
  return {
    variables: [],
    at,
    valueAt: (step) => at(step).itemSync(),
    set(rate) {
      throw new PlumbError("PL4004", {
        asked: `The learning rate of ${owner} was set to ${rate}`,
        why: "It follows a schedule, which would go on at the next step",
        fix: "Make the optimizer with a number, then set that; or give it another schedule when it is made",
      });
    },
    restored() {},
  };
}
