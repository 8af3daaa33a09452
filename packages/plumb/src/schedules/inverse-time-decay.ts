import { scalar } from "../tensor/index.ts";
import { decayRate, decaySteps, initialLearningRate, staircase } from "./parameters.ts";
import { LearningRateSchedule, type ScheduleOptions, type ScheduleRecord } from "./schedule.ts";

const parameters = { initialLearningRate, decaySteps, decayRate, staircase };

export const inverseTimeDecay: ScheduleRecord<typeof parameters> = {
  name: "InverseTimeDecay",
  doc: "η₀ / (1 + rate · step / steps); with staircase, the quotient rounded down",
  parameters,
  rate(step, { initialLearningRate, decaySteps, decayRate, staircase }) {
    const periods = step.div(decaySteps);
    const divisor = (staircase ? periods.floor() : periods).mul(decayRate).add(1);
    return scalar(initialLearningRate, "float64").div(divisor);
  },
};

/**
 * A rate that falls like 1 / t: η₀ / (1 + decayRate · step / decaySteps), smoothly or, with `staircase`, in steps.
 *
 * @example
 * new InverseTimeDecay({ initialLearningRate: 0.1, decaySteps: 100, decayRate: 1 }).valueAt(300); // 0.025
 */
export class InverseTimeDecay extends LearningRateSchedule<typeof parameters> {
  static readonly record = inverseTimeDecay;
  constructor(options: ScheduleOptions<typeof parameters>) {
    super(inverseTimeDecay, options);
  }
}
