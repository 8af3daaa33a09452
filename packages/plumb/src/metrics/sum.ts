import type { TensorLike } from "../tensor/index.ts";
import { weightedSum } from "./kinds/means.ts";
import { requireOptions, valuesContract } from "./kinds/values.ts";
import { Metric, type MetricCall, type MetricOptions } from "./metric.ts";
import type { MetricRecord } from "./record.ts";

export const sumRecord: MetricRecord<{}> = {
  name: "Sum",
  formula: "Σ w v",
  parameters: {},
  contract: valuesContract("To add up values that were computed elsewhere"),
  range: [-Infinity, Infinity],
  takes: "values",
  state: () => ({ total: [] }),
  batch: ({ yPred, weights }) => ({ total: weightedSum(yPred, weights(yPred.shape)) }),
  value: ({ total }) => total,
};

/**
 * The weighted sum of values, Σ w v, over all batches.
 *
 * Values of any shape; weights one for all, one per row, or one per value. It takes values, not labels and predictions,
 * so that a model cannot follow it (PL2018). Errors: PL2011 for labels and predictions.
 *
 * @example
 * const metric = new Sum();
 * metric.updateState([1, 3]);
 * metric.updateState([2]);
 * metric.result().itemSync(); // 6
 */
export class Sum extends Metric<{}> {
  static readonly record = sumRecord;
  constructor(options: MetricOptions = {}) {
    super(sumRecord, options);
  }

  /** Adds values. */
  override updateState(values: TensorLike, options: MetricCall | TensorLike = {}): void {
    super.updateState(values, values, requireOptions("Sum", options));
  }
}
