/** Schedules: the rate at given steps. */
import { scheduleOf } from "../../support/keras.ts";
import type { Room } from "../room.ts";

interface ScheduleCase {
  readonly id: string;
  readonly class: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly steps: readonly number[];
  readonly values: readonly (number | string)[];
  readonly tags?: readonly string[];
}

export const schedules: Room = {
  name: "schedules",
  file: "optimizers.json",
  tolerance: { rtol: 2e-5, atol: 2e-6 },
  cases: ({ schedules: cases }: { schedules: ScheduleCase[] }) =>
    (cases ?? []).map((one) => ({
      id: one.id,
      tags: one.tags ?? [],
      recorded: { ...one },
      run(judge) {
        const schedule = scheduleOf({ class_name: one.class, config: one.config });
        const rates = one.steps.map((step) => schedule.call(step).itemSync());
        judge.close(rates, one.values, "the rate");
      },
    })),
};
