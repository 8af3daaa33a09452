/** The parameters that several losses share, said once. */
import { flag, integer, optional, real } from "../base/parameters.ts";

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

export const ignoreClass = optional(
  integer(-1, "Rows of this label count for nothing, neither in the sum nor in the mean"),
);
