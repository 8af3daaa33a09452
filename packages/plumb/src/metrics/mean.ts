import { meanRecord } from "./kinds/means.ts";
import { requireOptions, valuesContract } from "./kinds/values.ts";
import { Metric, type MetricCall, type MetricOptions } from "./metric.ts";
import type { TensorLike } from "../tensor/index.ts";

export const meanOfValuesRecord = meanRecord<{}>({
  name: "Mean",
  formula: "Σ w v / Σ w",
  parameters: {},
  contract: valuesContract("To average values that were computed elsewhere"),
  range: [-Infinity, Infinity],
  takes: "values",
  values: (_, values) => values,
});

/**
 * The weighted mean of values, Σ w v / Σ w, over all batches.
 *
 * Values of any shape; weights one for all, one per row, or one per value. 0 of nothing. It takes values, not labels and
 * predictions, so that a model cannot follow it (PL2018): a function of both, given as a metric, is averaged so.
 * Errors: PL2011 for labels and predictions.
 *
 * @example
 * const metric = new Mean();
 * metric.updateState([1, 3], { sampleWeight: [3, 1] });
 * metric.result().itemSync(); // 1.5
 */
export class Mean extends Metric<{}> {
  static readonly record = meanOfValuesRecord;
  constructor(options: MetricOptions = {}) {
    super(meanOfValuesRecord, options);
  }

  /** Adds values. */
  override updateState(values: TensorLike, options: MetricCall | TensorLike = {}): void {
    super.updateState(values, values, requireOptions("Mean", options));
  }
}
