import { overlapParameters, overlapRecord } from "./kinds/overlaps.ts";
import { integer, listOf, real } from "../base/parameters.ts";
import type { GivenOf } from "../base/parameters.ts";
import { Metric, type MetricOptions } from "./metric.ts";

const parameters = {
  targetClassIds: {
    ...listOf(integer(0, "The classes to average over", { min: 0, max: 1 })),
    default: [0, 1] as readonly number[],
  },
  threshold: real(0.5, "A prediction of at least this is class 1"),
  dtype: overlapParameters.dtype,
};

export const binaryIoURecord = overlapRecord<typeof parameters>({
  name: "BinaryIoU",
  parameters,

  contract: {
    labels: "binary",
    predictions: "probability",
    supportsLogits: false,
    tasks: ["binary", "labelSets"],
    when: "For masks: how well the region of the yes matches",
  },

  options: (parameters) => ({ ...parameters, numClasses: 2 }),
});

/**
 * The mean intersection over union of the two classes, or of `targetClassIds`.
 *
 * Labels 0 or 1, predictions probabilities, of one shape: at least `threshold` is class 1 (at least, not above, as in
 * Keras). Rows of weight w count w times; `dtype: "int"` cuts weights to whole numbers, which Keras does by default. Classes that
 * neither occur nor are predicted are left out. Range [0, 1], higher is better; 0 of nothing.
 *
 * @example
 * const metric = new BinaryIoU({ targetClassIds: [1] });
 * metric.updateState([0, 0, 1, 1], [0.2, 0.5, 0.6, 0.9]);
 * metric.result().itemSync(); // 0.6666…
 */
export class BinaryIoU extends Metric<typeof parameters> {
  static readonly record = binaryIoURecord;
  constructor(options: MetricOptions & GivenOf<typeof parameters> = {}) {
    super(binaryIoURecord, options);
  }
}
