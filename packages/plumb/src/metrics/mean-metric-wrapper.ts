import { required, type Parameter } from "../base/parameters.ts";
import { asTensor, type Tensor, type TensorLike } from "../tensor/index.ts";
import { meanRecord } from "./kinds/means.ts";
import { Metric, type MetricOptions } from "./metric.ts";

/** A function of labels and predictions that gives a value for each row or prediction. */
export type ValuesFunction = (
  yTrue: Tensor,
  yPred: Tensor,
  parameters: Readonly<Record<string, unknown>>,
) => TensorLike;

const fn: Parameter<ValuesFunction> = {
  default: () => 0,
  doc: "The function whose values are averaged",
  accepts: (value) => typeof value === "function",
  words: "a function of labels and predictions, such as huber",
};
const own: Parameter<Readonly<Record<string, unknown>>> = {
  default: {},
  doc: "What the function is given besides labels and predictions",
  accepts: (value) => typeof value === "object" && value !== null,
  words: "an object",
};
const parameters = { fn: required(fn), parameters: own };

export const meanMetricWrapperRecord = meanRecord<typeof parameters>({
  name: "MeanMetricWrapper",
  formula: "Σ w f(y, p) / Σ w",
  parameters,
  sample: { fn: (yTrue, yPred) => yPred.sub(yTrue).abs() },
  contract: {
    labels: "real",
    predictions: "real",
    supportsLogits: false,
    tasks: [],
    custom: true,
    when: "For what no other metric says",
  },
  range: [-Infinity, Infinity],
  align: (yTrue, yPred) => [yTrue, yPred],
  values: (yTrue, yPred, { fn, parameters }) => asTensor(fn(yTrue, yPred, parameters)),
});

/** What the wrapper takes: the function, and whatever the function takes. */
export type MeanMetricWrapperOptions = MetricOptions & {
  readonly fn: ValuesFunction;
  readonly [parameter: string]: unknown;
};

/**
 * The weighted mean of a function of labels and predictions: any loss as a metric, or a formula of your own.
 *
 * `fn(yTrue, yPred, parameters)` gives values of any shape, the rows first; labels and predictions arrive as they were
 * given. Whatever else is given is passed on to it. Weights weigh rows or values. 0 of nothing. Errors: PL2011 without
 * `fn`.
 *
 * @example
 * const metric = new MeanMetricWrapper({ fn: huber, delta: 0.5 });
 * metric.updateState([[1]], [[2]]);
 * metric.result().itemSync(); // 0.375
 */
export class MeanMetricWrapper extends Metric<typeof parameters> {
  static readonly record = meanMetricWrapperRecord;
  constructor(options: MeanMetricWrapperOptions) {
    const { fn, name, parameters = {}, ...others } = options ?? {};
    super(meanMetricWrapperRecord, { fn, name, parameters: { ...(parameters as object), ...others } });
  }
}
