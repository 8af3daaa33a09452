import { overlapParameters, overlapRecord } from "./kinds/overlaps.ts";
import type { GivenOf } from "../base/parameters.ts";
import { Metric, type MetricOptions } from "./metric.ts";

const parameters = { ...overlapParameters };

export const ioURecord = overlapRecord<typeof parameters>({
  name: "IoU",
  parameters,
  sample: { numClasses: 2, targetClassIds: [0, 1] },
  contract: {
    labels: "classIndex",
    predictions: "label",
    supportsLogits: false,
    tasks: ["binary", "classes"],
    when: "For segmentation: how well regions of given classes match",
  },

  options: (parameters) => parameters,
});

/**
 * The mean intersection over union of the classes `targetClassIds`: for each, the values that are it and were called it,
 * over those that are it or were called it.
 *
 * Labels and predictions are class indices of one shape (`sparseYTrue`, `sparseYPred` false: rows over the classes along
 * `axis`). Values of `ignoreClass`, and labels and predictions that are no class, count nowhere.
 * Rows of weight w count w times; `dtype: "int"` cuts weights to whole numbers, which Keras does by default. Classes that
 * neither occur nor are predicted are left out. Range [0, 1], higher is better; 0 of nothing.
 * Errors: PL2011 without `numClasses` and `targetClassIds`, or with a class among them that is none.
 *
 * @example
 * const metric = new IoU({ numClasses: 2, targetClassIds: [1] });
 * metric.updateState(Int32Array.of(0, 0, 1, 1), Int32Array.of(0, 1, 1, 1));
 * metric.result().itemSync(); // 0.6666…
 */
export class IoU extends Metric<typeof parameters> {
  static readonly record = ioURecord;
  constructor(options: MetricOptions & GivenOf<typeof parameters> = {}) {
    super(ioURecord, options);
  }
}
