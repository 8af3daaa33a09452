/** Metrics of plain values, which have no labels. */
import type { Contract } from "../../base/contract.ts";
import { PlumbError } from "../../base/errors.ts";
import type { TensorLike } from "../../tensor/index.ts";
import type { MetricCall } from "../metric.ts";

/** Of labels and predictions nothing is asked: there are none. */
export const valuesContract = (when: string): Contract => ({
  labels: "real",
  predictions: "real",
  supportsLogits: false,
  tasks: [],
  custom: true,
  when,
});

/** The options of an update, and not predictions, which would be taken for them. */
export function requireOptions(who: string, given: MetricCall | TensorLike): MetricCall {
  if (Object.getPrototypeOf(given) === Object.prototype) return given as MetricCall;
  throw new PlumbError("PL2011", {
    asked: `${who} was to be updated with labels and predictions`,
    why: "It takes values, and options: { sampleWeight, mask }",
    fix: "Compute the values first, or use MeanMetricWrapper with a function of labels and predictions",
  });
}
