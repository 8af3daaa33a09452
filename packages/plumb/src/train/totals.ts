/**
 * What a pass over data adds up: the loss and the state of every metric, in float64, inside the engine's memory. The
 * compiled step adds to them; nothing is read back until somebody asks.
 */
import { sizeOf, type Shape } from "../base/shape.ts";
import { tensor, Variable, type Tensor } from "../tensor/index.ts";
import type { FollowedMetric } from "./compile.ts";
import type { Logs } from "./events.ts";
import type { Forward } from "./model.ts";

/** Running totals of one pass. */
export class Totals {
  /** Rows added so far. */
  rows = 0;
  readonly #loss = new Variable(tensor(new Float64Array(1), []), { name: "loss", trainable: false });
  readonly #metrics: readonly FollowedMetric[];

  /** `output` is the shape of the model's output, the batch being of any size. */
  constructor(metrics: readonly FollowedMetric[], output: Shape) {
    this.#metrics = metrics;
    // Totals outlive the functions that are traced to fill them.
    for (const { metric } of metrics) metric.build(output);
  }

  /** The names of what `read` gives. */
  get names(): string[] {
    return ["loss", ...this.#metrics.map(({ metric }) => metric.name)];
  }

  /** Adds a batch, inside a compiled step. The loss of a batch counts by its rows, whatever they weigh, as in Keras. */
  add(loss: Tensor, yTrue: Tensor, forward: Forward, weight: Tensor | undefined): void {
    this.#loss.assignAdd(loss.cast("float64").mul(yTrue.shape[0]));
    for (const { metric, weighted, input } of this.#metrics)
      metric.updateState(yTrue, input(forward), weighted ? { sampleWeight: weight } : {});
  }

  /** Begins anew. */
  reset(): void {
    this.rows = 0;
    for (const { metric } of this.#metrics) for (const variable of metric.variables) zero(variable);
    zero(this.#loss);
  }

  /** The mean loss and every metric over the rows so far. */
  read(): Logs {
    const loss = this.#loss.dataSync()[0] / this.rows;
    const values = this.#metrics.map(({ metric }) => [metric.name, metric.result().itemSync()] as const);
    return { loss, ...Object.fromEntries(values) };
  }
}

const zero = (variable: Variable): void => {
  variable.assign(tensor(new Float64Array(sizeOf(variable.shape)), variable.shape));
};
