import { flag, real } from "../base/parameters.ts";
import { maximum, minimum } from "../tensor/index.ts";
import { decaySteps, initialLearningRate } from "./parameters.ts";
import { LearningRateSchedule, type ScheduleOptions, type ScheduleRecord } from "./schedule.ts";

const parameters = {
  initialLearningRate,
  decaySteps,
  endLearningRate: real(0.0001, "The rate at the end of the decay", { min: 0 }),
  power: real(1, "The degree: 1 is a straight line", { min: 0 }),
  cycle: flag(false, "Begin again at the end, from ever lower rates, each cycle reaching from 0 to its end"),
};

export const polynomialDecay: ScheduleRecord<typeof parameters> = {
  name: "PolynomialDecay",
  doc: "(η₀ − η₁) (1 − step / steps)^power + η₁, then η₁; with cycle, steps grows to the next multiple of it",
  parameters,
  rate(step, { initialLearningRate, decaySteps, endLearningRate, power, cycle }) {
    const fraction = cycle
      ? step.div(maximum(step.div(decaySteps).ceil(), 1).mul(decaySteps))
      : minimum(step, decaySteps).div(decaySteps);
    const left = fraction.neg().add(1).cast("float32").pow(power).cast("float64");
    return left.mul(initialLearningRate - endLearningRate).add(endLearningRate);
  },
};

/**
 * From one rate to another along a polynomial, then constant:
 * (η₀ − endLearningRate) (1 − step / decaySteps)^power + endLearningRate.
 *
 * With `cycle`, `decaySteps` is replaced by the next multiple of it that is not below `step`, so that the rate jumps up
 * again at each multiple, to a lower height each time.
 *
 * @example
 * new PolynomialDecay({ initialLearningRate: 0.1, decaySteps: 10, endLearningRate: 0 }).valueAt(5); // 0.05
 */
export class PolynomialDecay extends LearningRateSchedule<typeof parameters> {
  static readonly record = polynomialDecay;
  constructor(options: ScheduleOptions<typeof parameters>) {
    super(polynomialDecay, options);
  }
}
