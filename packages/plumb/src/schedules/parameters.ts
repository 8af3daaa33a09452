/** Parameters that several schedules have in common. */
import { flag, real, type Parameter } from "../base/parameters.ts";
import { required, type Required } from "./schedule.ts";

export const initialLearningRate: Required<number> = required(
  real(0.1, "The rate at the first step", { min: 0 }),
);
export const decaySteps: Required<number> = required(
  real(1000, "The number of steps that the decay is measured in", { above: 0 }),
);
export const decayRate: Required<number> = required(real(0.9, "The strength of the decay", { min: 0 }));
export const staircase: Parameter<boolean> = flag(
  false,
  "Change the rate only at whole multiples of the number of steps",
);
export const alpha: Parameter<number> = real(0, "What is left in the end, as a share of the start", {
  min: 0,
});
