/** Running a trained model over data: what it says, and how good that is. */
import { integer, resolve } from "../base/parameters.ts";
import { sizeOf } from "../base/shape.ts";
import { Batches, rowNumbers, type RowsLike } from "../data/index.ts";
import { tensor, type Tensor } from "../tensor/index.ts";
import { Dataset } from "./dataset.ts";
import type { Logs } from "./events.ts";
import type { Model } from "./model.ts";
import { runInSlices } from "./slices.ts";
import { predictStep, testStep, type MeasuringStep, type PredictStep } from "./step.ts";

/** What `predict` takes besides data. */
export interface PredictOptions {
  /** Rows per step. Default 32; the result does not depend on it. */
  batchSize?: number;
}
/** What `evaluate` takes besides data. */
export interface EvaluateOptions extends PredictOptions {
  /** How much each row counts in the loss and in weighted metrics: `[rows]`. */
  sampleWeight?: RowsLike;
}

const parameters = { batchSize: integer(32, "Rows per step", { min: 1 }) };

export async function evaluate(
  model: Model,
  x: RowsLike,
  y: RowsLike,
  options: EvaluateOptions,
): Promise<Logs> {
  const { sampleWeight, ...given } = options;
  const { batchSize } = resolve("PL4004", "evaluate", parameters, given);
  const data = new Dataset(x, y, sampleWeight);
  let step: MeasuringStep | undefined;
  try {
    const { compiled } = model;
    model.build(data.x.shape);
    step = testStep(
      model,
      compiled.objective(model, data),
      data,
      new Batches(rowNumbers(data.rows), batchSize),
    );
    return await measure(model, step);
  } finally {
    step?.dispose();
    data.dispose();
  }
}

/** Runs a measuring step over all its batches, in one turn of the model, and gives what it adds up to. */
export async function measure(model: Model, { run, batches, totals }: MeasuringStep): Promise<Logs> {
  totals.reset();
  await model.turns.take(() => runInSlices({ steps: batches.steps, step: run }));
  return totals.read();
}

export async function predict(model: Model, x: RowsLike, options: PredictOptions): Promise<Tensor> {
  const { batchSize } = resolve("PL4004", "predict", parameters, { ...options });
  const data = new Dataset(x);
  let step: PredictStep | undefined;
  try {
    model.build(data.x.shape);
    const batches = new Batches(rowNumbers(data.rows), batchSize);
    const { run, output, outputShape } = (step = predictStep(model, data, batches));
    const width = sizeOf(outputShape);
    const values = new Float32Array(data.rows * width);
    const collect = (i: number): void => {
      run(i);
      values.set(output(), i * batches.batchSize * width);
    };
    await model.turns.take(() => runInSlices({ steps: batches.steps, step: collect }));
    return tensor(values, [data.rows, ...outputShape]);
  } finally {
    step?.dispose();
    data.dispose();
  }
}
