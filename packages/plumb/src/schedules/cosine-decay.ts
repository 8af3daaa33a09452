import { optional, real } from "../base/parameters.ts";
import { minimum, where } from "../tensor/index.ts";
import { halfCosine } from "./cosine.ts";
import { alpha, decaySteps, initialLearningRate } from "./parameters.ts";
import { LearningRateSchedule, type ScheduleOptions, type ScheduleRecord } from "./schedule.ts";

const parameters = {
  initialLearningRate,
  decaySteps,
  alpha,
  warmupTarget: optional(
    real(0, "The rate that the warm-up ends at; left out, there is no warm-up", { min: 0 }),
  ),
  warmupSteps: real(0, "The number of steps of the warm-up, which come before decaySteps", { min: 0 }),
};

export const cosineDecay: ScheduleRecord<typeof parameters> = {
  name: "CosineDecay",
  doc: "η₀ ((1 − α) ½ (1 + cos π step / steps) + α), then α η₀; after a straight line up, where there is a warm-up",
  source:
    "Loshchilov and Hutter, SGDR: Stochastic Gradient Descent with Warm Restarts, 2016, without restarts",
  parameters,
  rate(step, { initialLearningRate, decaySteps, alpha, warmupTarget, warmupSteps }) {
    const decayed = (from: number, since: typeof step): typeof step =>
      halfCosine(minimum(since, decaySteps).div(decaySteps))
        .cast("float64")
        .mul(1 - alpha)
        .add(alpha)
        .mul(from);
    if (warmupTarget === undefined) return decayed(initialLearningRate, step);
    if (warmupSteps === 0) return decayed(warmupTarget, step);
    const rising = step
      .div(warmupSteps)
      .mul(warmupTarget - initialLearningRate)
      .add(initialLearningRate);
    return where(step.less(warmupSteps), rising, decayed(warmupTarget, step.sub(warmupSteps)));
  },
};

/**
 * A rate that falls along half a cosine to `alpha` times its start, and stays there:
 * η₀ ((1 − alpha) ½ (1 + cos(π step / decaySteps)) + alpha).
 *
 * With `warmupTarget`, it first rises in a straight line from `initialLearningRate` to that target, for `warmupSteps` steps,
 * and the decay begins there. Without, `warmupSteps` does nothing. Loshchilov and Hutter, 2016.
 *
 * @example
 * new CosineDecay({ initialLearningRate: 0, warmupTarget: 0.1, warmupSteps: 100, decaySteps: 900 });
 */
export class CosineDecay extends LearningRateSchedule<typeof parameters> {
  static readonly record = cosineDecay;
  constructor(options: ScheduleOptions<typeof parameters>) {
    super(cosineDecay, options);
  }
}
