/** How good a model is on data. */
import { integer, resolve, unchecked } from "../base/parameters.ts";
import { Batches, rowNumbers } from "../data/index.ts";
import { engineTurn } from "../tensor/index.ts";
import { Dataset } from "./dataset.ts";
import type { Logs } from "./events.ts";
import type { AnyModel } from "./model.ts";
import type { RowsData, RowWeights } from "./rows.ts";
import { breath, runInSlices } from "./slices.ts";
import { stepOver, type Step } from "./step.ts";

/** What `evaluate` takes besides data. */
export interface EvaluateOptions {
  /** Rows per step. Default 32; the result depends on it only in rounding. */
  batchSize?: number;
  /** How much each row counts in the loss and in weighted metrics: `[rows]`, `[rows, steps]`; of several outputs for each. */
  sampleWeight?: RowWeights;
}

const parameters = {
  batchSize: integer(32, "Rows per step", { min: 1 }),
  sampleWeight: unchecked<RowWeights | undefined>(undefined, "How much each row counts"),
};

export async function evaluate(
  model: AnyModel,
  x: RowsData,
  y: RowsData,
  options: EvaluateOptions,
): Promise<Logs> {
  const { batchSize, sampleWeight } = resolve("PL4004", "evaluate", parameters, options);
  const data = new Dataset(model, x, y, sampleWeight);
  let step: Step | undefined;
  try {
    step = await engineTurn(async () => {
      data.load();
      await breath();
      const batches = new Batches(rowNumbers(data.count), batchSize);
      const made = stepOver(model, "test", model.objectiveFor(data), data, batches);
      await breath();
      await made.reserve();
      return made;
    });
    return await measure(model, step);
  } finally {
    await engineTurn(() => {
      step?.dispose();
      data.dispose();
    });
  }
}

/** Runs a measuring step over all its batches, in one turn of the model, and gives what it adds up to. */
export async function measure(model: AnyModel, { run, batches, totals }: Step): Promise<Logs> {
  await engineTurn(() => totals.reset());
  await model.turns.take(() => runInSlices({ steps: batches.steps, step: run }));
  return engineTurn(() => totals.read());
}
