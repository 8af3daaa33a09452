/** A value of the logs that a callback watches, and when it is better than another. */
import { PlumbError } from "../../base/errors.ts";
import { didYouMean } from "../../base/names.ts";
import { oneOf, text } from "../../base/parameters.ts";
import type { AnyModel } from "../model.ts";
import type { TrainPlan } from "./callback.ts";

/** The value that a callback watches. */
export const monitor = text("val_loss", "The value to watch, as the history names it");

/** Whether lower or higher is better. */
export const mode = oneOf(
  ["auto", "min", "max"],
  "auto",
  "Whether lower or higher is better; auto asks the metric",
);

/** Errors: PL4004 when no log will have the name (Keras only warns, then does nothing all along). */
export function checkMonitor(owner: string, monitor: string, { logNames }: TrainPlan): void {
  if (logNames.includes(monitor)) return;
  throw new PlumbError("PL4004", {
    asked: `${owner} was to watch "${monitor}"`,
    arrived: `The values of an epoch will be ${logNames.join(", ")}`,
    why: "A value that never appears can never become better",
    fix: `${didYouMean(monitor, logNames)}Watch one of these, or give fit validation data for the val_ names`,
  });
}

/** Whether a value is better than a reference by more than `minDelta`; than no reference, every value but NaN is. */
export function isBetter(
  value: number,
  reference: number | undefined,
  model: AnyModel,
  { monitor, mode, minDelta = 0 }: { monitor: string; mode: "auto" | "min" | "max"; minDelta?: number },
): boolean {
  if (reference === undefined) return !Number.isNaN(value);
  const higher = mode === "max" || (mode === "auto" && model.higherIsBetter(monitor));
  return higher ? value - minDelta > reference : value + minDelta < reference;
}
