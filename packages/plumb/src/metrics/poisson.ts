import { poissonError } from "../numerics/divergences.ts";
import { meanRecord } from "./kinds/means.ts";
import { Metric, type MetricOptions } from "./metric.ts";

export const poissonRecord = meanRecord<{}>({
  name: "Poisson",

  formula: "mean p − y log p",

  parameters: {},
  contract: {
    labels: "real",
    predictions: "real",
    labelRange: [0, Infinity],
    predictionRange: [0, Infinity],
    supportsLogits: false,
    tasks: ["regression"],
    when: "For counts, whose spread grows with their size",
  },
  higherIsBetter: false,
  range: [-Infinity, Infinity],

  values: (yTrue, yPred) => poissonError(yTrue, yPred).mean(-1),
});

/**
 * The mean cost of labels under Poisson distributions whose means are the predictions, in nats, but for log y!.
 *
 * Labels are counts, predictions expected counts, both at least 0, of one shape `[batch, …, outputs]`. It is least where
 * p = y, and that least value depends on the labels: compare it only on the same ones. Lower is better.
 *
 * @example
 * const metric = new PoissonMetric();
 * metric.updateState([[1]], [[1]]);
 * metric.result().itemSync(); // 1
 */
export class Poisson extends Metric<{}> {
  static readonly record = poissonRecord;
  constructor(options: MetricOptions = {}) {
    super(poissonRecord, options);
  }
}
