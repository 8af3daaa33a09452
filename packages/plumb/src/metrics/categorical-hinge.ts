import { categoricalHingeError } from "../numerics/hinges.ts";
import { meanRecord } from "./kinds/means.ts";
import { Metric, type MetricOptions } from "./metric.ts";

export const categoricalHingeRecord = meanRecord<{}>({
  name: "CategoricalHinge",

  formula: "mean max(1 + best wrong score − right score, 0)",

  parameters: {},
  contract: {
    labels: "oneHot",
    predictions: "scores",
    supportsLogits: false,
    tasks: ["classes"],
    when: "For scores of classes: how far the right one is from winning by 1",
  },
  higherIsBetter: false,
  range: [0, Infinity],

  values: (yTrue, yPred) => categoricalHingeError(yTrue, yPred, -1),
});

/**
 * The mean amount by which the right class fails to outscore the best wrong one by 1.
 *
 * Labels one-hot, predictions scores, both `[batch, …, classes]`. Range [0, ∞), lower is better.
 *
 * @example
 * const metric = new CategoricalHingeMetric();
 * metric.updateState([[0, 1]], [[0.5, 1]]);
 * metric.result().itemSync(); // 0.5
 */
export class CategoricalHinge extends Metric<{}> {
  static readonly record = categoricalHingeRecord;
  constructor(options: MetricOptions = {}) {
    super(categoricalHingeRecord, options);
  }
}
