/**
 * What a pass over data adds up: the loss, the state of every metric, and what a step of one's own follows, in float64,
 * inside the engine's memory. The compiled step adds to them; nothing is read back until somebody asks.
 */
import { sizeOf, type Shape } from "../base/shape.ts";
import { maskOf } from "../layers/index.ts";
import { tensor, Variable, withTrace, type Tensor } from "../tensor/index.ts";
import type { FollowedOutput } from "./compile.ts";
import type { Logs } from "./events.ts";

/** What one step adds: the tensors of each output. */
export interface StepValues {
  readonly rows: number;
  readonly loss: Tensor;
  readonly logs: Readonly<Record<string, Tensor>>;
  /** Undefined where the metrics are to see nothing. */
  readonly predictions: readonly Tensor[] | undefined;
  readonly labels: readonly (Tensor | undefined)[];
  readonly sampleWeights: readonly (Tensor | undefined)[];
}

/** Running totals of one pass. */
export class Totals {
  /** Rows added so far. */
  rows = 0;
  /** Sums over rows: the loss, then what steps follow beside it. */
  readonly #sums = new Map<string, Variable>();
  readonly #metrics: readonly FollowedOutput[];

  /** `outputs` are the shapes of the model's outputs, the batch being of any size. */
  constructor(metrics: readonly FollowedOutput[], outputs: readonly Shape[]) {
    this.#metrics = metrics;
    // Totals outlive the functions that are traced to fill them.
    for (const { metric, output } of metrics) metric.build(outputs[output]);
    this.#sumOf("loss");
  }

  /** The names of what `read` gives; complete when the steps that add were traced. */
  get names(): string[] {
    return [...this.#sums.keys(), ...this.#metrics.map(({ metric }) => metric.name)];
  }

  /** Adds a batch, inside a compiled step. The loss of a batch counts by its rows, whatever they weigh, as in Keras. */
  add({ rows, loss, logs, predictions, labels, sampleWeights }: StepValues): void {
    for (const [name, value] of Object.entries({ loss, ...logs }))
      this.#sumOf(name).assignAdd(value.cast("float64").mul(rows));
    if (predictions === undefined) return;
    for (const { metric, weighted, input, output } of this.#metrics) {
      const [predicted, yTrue] = [predictions[output], labels[output]];
      if (yTrue === undefined) continue;
      const sampleWeight = weighted ? sampleWeights[output] : undefined;
      const mask = maskOf(predicted);
      metric.updateState(yTrue, input(predicted), {
        ...(sampleWeight === undefined ? {} : { sampleWeight }),
        ...(mask === undefined ? {} : { mask }),
      });
    }
  }

  /** The sum of the losses of all rows so far. */
  readLoss(): number {
    return this.#sumOf("loss").dataSync()[0];
  }

  /** Begins anew. */
  reset(): void {
    this.rows = 0;
    for (const sum of this.#sums.values()) zero(sum);
    for (const { metric } of this.#metrics) for (const variable of metric.variables) zero(variable);
  }

  /** The mean loss, what steps follow, and every metric, over the rows so far. */
  read(): Logs {
    const means = [...this.#sums].map(([name, sum]) => [name, sum.dataSync()[0] / this.rows] as const);
    const values = this.#metrics.map(({ metric }) => [metric.name, metric.result().itemSync()] as const);
    return Object.fromEntries([...means, ...values]);
  }

  #sumOf(name: string): Variable {
    let sum = this.#sums.get(name);
    if (sum === undefined) {
      sum = withTrace(
        undefined,
        () => new Variable(tensor(new Float64Array(1), []), { name, trainable: false }),
      );
      this.#sums.set(name, sum);
    }
    return sum;
  }
}

/** From data, which are written where they belong: no program runs. */
const zero = (variable: Variable): void => {
  variable.assign(tensor(new Float64Array(sizeOf(variable.shape)), variable.shape));
};
