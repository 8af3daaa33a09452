/** The learning rate schedules by name. A new one is a file of this room and a line in the list. */
import { lookupIn } from "../base/lookup.ts";
import type { SnakeCase } from "../base/names.ts";
import { ConstantSchedule } from "./constant-schedule.ts";
import { CosineDecay } from "./cosine-decay.ts";
import { CosineDecayRestarts } from "./cosine-decay-restarts.ts";
import { ExponentialDecay } from "./exponential-decay.ts";
import { InverseTimeDecay } from "./inverse-time-decay.ts";
import { OneCycle } from "./one-cycle.ts";
import { PiecewiseConstantDecay } from "./piecewise-constant-decay.ts";
import { PolynomialDecay } from "./polynomial-decay.ts";
import type { LearningRateSchedule } from "./schedule.ts";

export { LearningRateSchedule, type ScheduleOptions, type ScheduleRecord } from "./schedule.ts";
export {
  ConstantSchedule,
  CosineDecay,
  CosineDecayRestarts,
  ExponentialDecay,
  InverseTimeDecay,
  OneCycle,
  PiecewiseConstantDecay,
  PolynomialDecay,
};

/** Every schedule's class by its name. */
export const scheduleClasses = {
  ConstantSchedule,
  ExponentialDecay,
  PiecewiseConstantDecay,
  PolynomialDecay,
  InverseTimeDecay,
  CosineDecay,
  CosineDecayRestarts,
  OneCycle,
} as const;

type ClassName = keyof typeof scheduleClasses;
/** The names that complete: class names, camelCase, snake_case. */
export type ScheduleName = ClassName | Uncapitalize<ClassName> | SnakeCase<Uncapitalize<ClassName>>;

const named = lookupIn(
  { code: "PL4011", kind: "schedule", others: "a schedule made with new" },
  Object.values(scheduleClasses),
);

/**
 * Schedules by name: `schedules.get("cosineDecay", { initialLearningRate: 0.1, decaySteps: 1000 })`.
 * Errors: PL4011 for a name that is none, PL4004 for its parameters.
 */
export const schedules = {
  get(name: ScheduleName, options: Readonly<Record<string, unknown>>): LearningRateSchedule {
    return new (named(name) as new (given: object) => LearningRateSchedule)(options);
  },
};
