/** The parameters that several metrics share, said once. */
import { flag, integer, oneOf, optional, real } from "../../base/parameters.ts";

export const fromLogits = optional(
  flag(
    false,
    "Whether predictions are logits. Left out, `compile` reads it from the head; a metric called directly takes false",
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

export const average = oneOf(
  ["micro", "macro", "weighted", null],
  null,
  "How classes become one value; null gives one for each",
);

export const classAggregation = oneOf(
  ["uniform_average", "variance_weighted_average", null],
  "uniform_average",
  "How outputs become one value; null gives one for each",
);

export const numClasses = optional(
  integer(2, "Number of classes; left out, that of the predictions' columns, 2 for one", { min: 2 }),
);

export const threshold = optional(
  real(0.5, "With one column, a prediction above it is class 1; 0.5 unless told"),
);
