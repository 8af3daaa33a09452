/** How good a model is on data. */
import { integer, resolve, unchecked } from "../base/parameters.ts";
import { Batches, rowNumbers, type RowsLike } from "../data/index.ts";
import { Dataset } from "./dataset.ts";
import type { Logs } from "./events.ts";
import type { Model } from "./model.ts";
import { runInSlices } from "./slices.ts";
import { stepOver, type Step } from "./step.ts";

/** What `evaluate` takes besides data. */
export interface EvaluateOptions {
  /** Rows per step. Default 32; the result depends on it only in rounding. */
  batchSize?: number;
  /** How much each row counts in the loss and in weighted metrics: `[rows]`. */
  sampleWeight?: RowsLike;
}

const parameters = {
  batchSize: integer(32, "Rows per step", { min: 1 }),
  sampleWeight: unchecked<RowsLike | undefined>(undefined, "How much each row counts"),
};

export async function evaluate(
  model: Model,
  x: RowsLike,
  y: RowsLike,
  options: EvaluateOptions,
): Promise<Logs> {
  const { batchSize, sampleWeight } = resolve("PL4004", "evaluate", parameters, options);
  const data = new Dataset(x, y, sampleWeight);
  let step: Step | undefined;
  try {
    data.load();
    const { compiled } = model;
    model.build(data.x.shape);
    const objective = compiled.objective(model, data.labels);
    step = stepOver(model, "test", objective, data, new Batches(rowNumbers(data.rows), batchSize));
    step.reserve();
    return await measure(model, step);
  } finally {
    step?.dispose();
    data.dispose();
  }
}

/** Runs a measuring step over all its batches, in one turn of the model, and gives what it adds up to. */
export async function measure(model: Model, { run, batches, totals }: Step): Promise<Logs> {
  totals.reset();
  await model.turns.take(() => runInSlices({ steps: batches.steps, step: run }));
  return totals.read();
}
