import type { GivenOf } from "../base/parameters.ts";
import { asTensor } from "../tensor/index.ts";
import { pinballError } from "../numerics/residuals.ts";
import { Loss, lossFunction, type LossFunction, type LossOptions } from "./loss.ts";
import { isShares, perOutput } from "./parameters.ts";
import type { LossRecord } from "./record.ts";
import { againstResidual } from "./sketch.ts";

const parameters = {
  quantile: {
    ...perOutput(0.5, "The share of labels that should lie below the prediction, or a list of such"),
    accepts: isShares,
    words: "a number between 0 and 1, both excluded, or a list of such",
  },
};

const listOf = (quantile: number | readonly number[] = 0.5): number[] =>
  typeof quantile === "number" ? [quantile] : [...quantile];

export const quantileRecord: LossRecord<typeof parameters> = {
  name: "Quantile",
  aliases: ["pinball"],
  formula: "mean q r where r ≥ 0, (q − 1) r below; r = y − p",
  range: [0, Infinity],
  source: "Koenker and Bassett, Regression quantiles, 1978",
  parameters,
  contract: {
    labels: "real",
    predictions: "real",
    supportsLogits: false,
    tasks: ["regression"],
    when: "For a bound rather than a middle: the amount below which a given share of the labels lies",
  },
  outputsPerLabel: ({ quantile }) => listOf(quantile).length,
  values: (yTrue, yPred, { quantile }) => {
    const list = listOf(quantile);
    if (list.length === 1) return pinballError(yTrue, yPred, list[0]).mean(-1);
    return pinballError(yTrue, yPred, asTensor(list).expandDims(-1)).mean([-2, -1]);
  },
  perfect: (yTrue) => yTrue,
  sketch: againstResidual(),
};

/** Parameters of `Quantile`. */
export type QuantileOptions = LossOptions & GivenOf<typeof parameters>;

/**
 * The pinball loss: residuals above the prediction count `quantile`, those below 1 − `quantile`.
 *
 * Labels and predictions are real, of one shape `[batch, …, outputs]`; the unit is that of the labels. Its best constant
 * prediction is the quantile of the labels: 0.5 gives the median (half the mean absolute error), 0.9 the amount that nine
 * of ten labels do not exceed. With a list of n quantiles a label has n predictions, side by side along the last axis:
 * labels `[batch, …, outputs]`, predictions `[batch, …, n · outputs]`, those of the first quantile first.
 * Koenker and Bassett, 1978.
 *
 * @example
 * new Quantile({ quantile: 0.9 }).call([10], [8]).itemSync(); // 0.9 · 2 = 1.8
 */
export class Quantile extends Loss<typeof parameters> {
  static readonly record: LossRecord<typeof parameters> = quantileRecord;
  constructor(options: QuantileOptions = {}) {
    super(quantileRecord, options);
  }
}

/** `Quantile` of each row, unreduced: `[batch, …, outputs]` to `[batch, …]`. */
export const quantile: LossFunction<typeof parameters> = lossFunction(quantileRecord);
