/** The parameters that several losses share, said once. */
import { flag, integer, optional, real, realOrList, type Parameter } from "../base/parameters.ts";

export const fromLogits = optional(
  flag(
    false,
    "Whether predictions are logits. Left out, `compile` reads it from the head; a loss called directly takes false",
  ),
);

export const labelSmoothing = real(0, "Share of each label that is spread evenly over the classes", {
  min: 0,
  max: 1,
});

export const axis = integer(-1, "The axis of the predictions that one row's values lie along");

/** One axis or several. */
export type AxesValue = number | readonly number[];

const isAxis = (value: unknown): boolean => typeof value === "number" && Number.isSafeInteger(value);

/** An axis or a list of them (at least one). */
export const axes = (initial: AxesValue, doc: string): Parameter<AxesValue> => ({
  default: initial,
  doc,
  accepts: (value) => (Array.isArray(value) ? value.length > 0 && value.every(isAxis) : isAxis(value)),
  words: "an axis, or a list of axes",
});

export const ignoreClass = optional(
  integer(-1, "Rows of this label count for nothing, neither in the sum nor in the mean"),
);

export const overlapAxes = optional(
  axes(-1, "The axes that one overlap is summed over; left out, all of them: one for the whole batch"),
);

export const gamma = real(
  2,
  "How much less what is easy counts: the exponent of 1 − p; 0 is plain cross-entropy",
  {
    min: 0,
  },
);

/** A number, or one for each output. */
export const perOutput = (
  initial: number | undefined,
  doc: string,
): Parameter<number | readonly number[] | undefined> => ({
  ...realOrList(doc, { min: 0 }),
  default: initial,
});

const isShare = (value: unknown): boolean => typeof value === "number" && value > 0 && value < 1;

/** A number strictly between 0 and 1. */
export const share = (initial: number, doc: string): Parameter<number> => ({
  ...real(initial, doc),
  accepts: isShare,
  words: "a number between 0 and 1, both excluded",
});

/** Numbers strictly between 0 and 1: one, or a list of them (at least one). */
export const isShares = (value: unknown): boolean =>
  Array.isArray(value) ? value.length > 0 && value.every(isShare) : isShare(value);
