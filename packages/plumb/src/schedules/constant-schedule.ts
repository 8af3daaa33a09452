import { real } from "../base/parameters.ts";
import { full } from "../tensor/index.ts";
import { LearningRateSchedule, required, type ScheduleOptions, type ScheduleRecord } from "./schedule.ts";

const parameters = { learningRate: required(real(0.01, "The rate", { min: 0 })) };

export const constantSchedule: ScheduleRecord<typeof parameters> = {
  name: "ConstantSchedule",
  doc: "η₀ at every step",
  parameters,
  rate: ({ shape }, { learningRate }) => full(shape, learningRate, "float64"),
};

/**
 * The same rate at every step: what a number does, where a schedule is wanted.
 *
 * @example
 * new ConstantSchedule({ learningRate: 0.01 }).valueAt(7); // 0.01
 */
export class ConstantSchedule extends LearningRateSchedule<typeof parameters> {
  static readonly record = constantSchedule;
  constructor(options: ScheduleOptions<typeof parameters>) {
    super(constantSchedule, options);
  }
}
