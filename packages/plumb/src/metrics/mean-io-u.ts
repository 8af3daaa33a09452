import { overlapParameters, overlapRecord } from "./kinds/overlaps.ts";
import type { GivenOf } from "../base/parameters.ts";
import { Metric, type MetricOptions } from "./metric.ts";

const parameters = {
  numClasses: overlapParameters.numClasses,
  ignoreClass: overlapParameters.ignoreClass,
  sparseYTrue: overlapParameters.sparseYTrue,
  sparseYPred: overlapParameters.sparseYPred,
  axis: overlapParameters.axis,
  dtype: overlapParameters.dtype,
};

export const meanIoURecord = overlapRecord<typeof parameters>({
  name: "MeanIoU",
  parameters,
  sample: { numClasses: 2 },
  contract: {
    labels: "classIndex",
    predictions: "label",
    supportsLogits: false,
    tasks: ["binary", "classes"],
    when: "For segmentation: how well regions match, every class alike",
  },

  options: (parameters) => parameters,
});

/**
 * The mean over all classes of intersection over union: the values that are a class and were called it, over those that
 * are it or were called it.
 *
 * Labels and predictions are class indices of one shape (`sparseYTrue`, `sparseYPred` false: rows over the classes along
 * `axis`). Values of `ignoreClass`, and labels and predictions that are no class, count nowhere.
 * Rows of weight w count w times; `dtype: "int"` cuts weights to whole numbers, which Keras does by default. Classes that
 * neither occur nor are predicted are left out. Range [0, 1], higher is better; 0 of nothing.
 * Errors: PL2011 without `numClasses`.
 *
 * @example
 * const metric = new MeanIoU({ numClasses: 2 });
 * metric.updateState(Int32Array.of(0, 0, 1, 1), Int32Array.of(0, 1, 1, 1));
 * metric.result().itemSync(); // 0.5833…
 */
export class MeanIoU extends Metric<typeof parameters> {
  static readonly record = meanIoURecord;
  constructor(options: MetricOptions & GivenOf<typeof parameters> = {}) {
    super(meanIoURecord, options);
  }
}
