import { logCoshError } from "../numerics/residuals.ts";
import { meanRecord } from "./kinds/means.ts";
import { Metric, type MetricOptions } from "./metric.ts";

export const logCoshErrorRecord = meanRecord<{}>({
  name: "LogCoshError",

  formula: "mean log cosh(p − y)",

  parameters: {},
  contract: {
    labels: "real",
    predictions: "real",
    supportsLogits: false,
    tasks: ["regression"],
    when: "For amounts with outliers: squared near 0, absolute far out",
  },
  higherIsBetter: false,
  range: [0, Infinity],
  defaultName: "logcosh",
  values: (yTrue, yPred) => logCoshError(yTrue, yPred).mean(-1),
});

/**
 * The mean logarithm of the hyperbolic cosine of the error: half its square near 0, its size less log 2 far out.
 *
 * Both real, of one shape `[batch, …, outputs]`. Range [0, ∞), lower is better. Its name in a history is "logcosh", as in Keras.
 *
 * @example
 * const metric = new LogCoshError();
 * metric.updateState([[1], [2]], [[1], [2]]);
 * metric.result().itemSync(); // 0
 */
export class LogCoshError extends Metric<{}> {
  static readonly record = logCoshErrorRecord;
  constructor(options: MetricOptions = {}) {
    super(logCoshErrorRecord, options);
  }
}
