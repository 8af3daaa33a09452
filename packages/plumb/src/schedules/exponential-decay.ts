import { scalar } from "../tensor/index.ts";
import { decayRate, decaySteps, initialLearningRate, staircase } from "./parameters.ts";
import { LearningRateSchedule, type ScheduleOptions, type ScheduleRecord } from "./schedule.ts";

const parameters = { initialLearningRate, decaySteps, decayRate, staircase };

export const exponentialDecay: ScheduleRecord<typeof parameters> = {
  name: "ExponentialDecay",
  doc: "η₀ · rate^(step / steps); with staircase, the exponent rounded down",
  parameters,
  rate(step, { initialLearningRate, decaySteps, decayRate, staircase }) {
    const periods = step.div(decaySteps);
    const exponent = (staircase ? periods.floor() : periods).cast("float32");
    return scalar(decayRate).pow(exponent).mul(initialLearningRate);
  },
};

/**
 * The rate multiplied by `decayRate` every `decaySteps` steps, smoothly or, with `staircase`, all at once:
 * η₀ · decayRate^(step / decaySteps).
 *
 * @example
 * new ExponentialDecay({ initialLearningRate: 0.1, decaySteps: 1000, decayRate: 0.5 }).valueAt(2000); // 0.025
 */
export class ExponentialDecay extends LearningRateSchedule<typeof parameters> {
  static readonly record = exponentialDecay;
  constructor(options: ScheduleOptions<typeof parameters>) {
    super(exponentialDecay, options);
  }
}
