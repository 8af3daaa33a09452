import type { GivenOf } from "../base/parameters.ts";
import { real } from "../base/parameters.ts";
import { huberError } from "../numerics/residuals.ts";
import { Loss, lossFunction, type LossFunction, type LossOptions } from "./loss.ts";
import type { LossRecord } from "./record.ts";
import { againstResidual } from "./sketch.ts";

const parameters = {
  delta: real(1, "The residual at which the parabola turns into a straight line", { above: 0 }),
};

export const huberRecord: LossRecord<typeof parameters> = {
  name: "Huber",
  formula: "mean ½ r² where |r| ≤ delta, delta (|r| − ½ delta) beyond; r = p − y",
  range: [0, Infinity],
  source: "Huber, Robust estimation of a location parameter, 1964",
  parameters,
  contract: {
    labels: "real",
    predictions: "real",
    supportsLogits: false,
    tasks: ["regression"],
    when: "For amounts with outliers; like the squared error near the truth, like the absolute error far from it",
  },
  values: (yTrue, yPred, { delta }) => huberError(yTrue, yPred, delta).mean(-1),
  perfect: (yTrue) => yTrue,
  sketch: againstResidual(),
};

/** Parameters of `Huber`. */
export type HuberOptions = LossOptions & GivenOf<typeof parameters>;

/**
 * A parabola near the truth and straight lines far from it: mean ½ r² where |r| ≤ `delta`, `delta` (|r| − ½ `delta`) beyond.
 *
 * Labels and predictions are real, of one shape `[batch, …, outputs]`; `delta` is in the units of the labels. The gradient
 * is r, cut off at ±`delta`, so that an outlier pulls no harder than a residual of `delta`. Huber, 1964.
 *
 * @example
 * new Huber().call([0, 0], [0.5, 3]).itemSync(); // (0.125 + 2.5) / 2 = 1.3125
 */
export class Huber extends Loss<typeof parameters> {
  static readonly record: LossRecord<typeof parameters> = huberRecord;
  constructor(options: HuberOptions = {}) {
    super(huberRecord, options);
  }
}

/** `Huber` of each row, unreduced: `[batch, …, outputs]` to `[batch, …]`. */
export const huber: LossFunction<typeof parameters> = lossFunction(huberRecord);
