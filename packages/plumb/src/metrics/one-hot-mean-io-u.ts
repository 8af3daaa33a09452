import { overlapParameters, overlapRecord } from "./kinds/overlaps.ts";
import { flag } from "../base/parameters.ts";
import type { GivenOf } from "../base/parameters.ts";
import { Metric, type MetricOptions } from "./metric.ts";

const parameters = {
  numClasses: overlapParameters.numClasses,
  ignoreClass: overlapParameters.ignoreClass,
  sparseYPred: flag(false, "Predictions are class indices; false: rows over the classes"),
  axis: overlapParameters.axis,
  dtype: overlapParameters.dtype,
};

export const oneHotMeanIoURecord = overlapRecord<typeof parameters>({
  name: "OneHotMeanIoU",
  parameters,
  sample: { numClasses: 3 },
  contract: {
    labels: "oneHot",
    predictions: "scores",
    supportsLogits: false,
    tasks: ["binary", "classes"],
    when: "For segmentation with one-hot labels: how well regions match",
  },

  options: (parameters) => ({ ...parameters, sparseYTrue: false }),
});

/**
 * The mean intersection over union of all classes, from one-hot labels.
 *
 * Labels and predictions are rows over the classes along `axis` (the largest decides), of one shape; with `sparseYPred`
 * predictions are class indices. Values of `ignoreClass` count nowhere.
 * Rows of weight w count w times; `dtype: "int"` cuts weights to whole numbers, which Keras does by default. Classes that
 * neither occur nor are predicted are left out. Range [0, 1], higher is better; 0 of nothing.
 * Errors: PL2011 without `numClasses`.
 *
 * @example
 * const metric = new OneHotMeanIoU({ numClasses: 2 });
 * metric.updateState([[1, 0], [1, 0], [0, 1]], [[0.9, 0.1], [0.2, 0.8], [0.3, 0.7]]);
 * metric.result().itemSync(); // 0.5
 */
export class OneHotMeanIoU extends Metric<typeof parameters> {
  static readonly record = oneHotMeanIoURecord;
  constructor(options: MetricOptions & GivenOf<typeof parameters> = {}) {
    super(oneHotMeanIoURecord, options);
  }
}
