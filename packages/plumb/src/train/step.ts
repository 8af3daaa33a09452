/**
 * The steps of a model, each one compiled program per batch size: gather the rows of the batch from resident data,
 * forward, loss, gradients, update, totals. JavaScript hands in row numbers and nothing comes back.
 */
import type { Shape } from "../base/shape.ts";
import type { Batches } from "../data/index.ts";
import type { CallOptions } from "../layers/index.ts";
import { gradients, trace, type Tensor, type Variable } from "../tensor/index.ts";
import type { Objective } from "./compile.ts";
import type { Dataset } from "./dataset.ts";
import type { Model } from "./model.ts";
import { Totals } from "./totals.ts";

/** The programs of a step, at most two: one for full batches, one for the remainder. Compiled before the first run. */
export interface Step {
  readonly batches: Batches;
  /** Runs step `i` of an epoch. Makes no object. */
  run(i: number): void;
  /** Gives the programs' memory back. */
  dispose(): void;
}

/** A step that adds up what it measures. */
export interface MeasuringStep extends Step {
  readonly totals: Totals;
}

/** A step that learns from the rows of its batch, each counting by its `weight`. */
export function trainStep(
  model: Model,
  objective: Objective,
  data: Dataset,
  batches: Batches,
  weight?: Variable,
): MeasuringStep {
  const { optimizer } = model.compiled;
  const variables = model.trainableVariables;
  optimizer.build(variables);
  return measuringStep(model, objective, data, batches, weight, { training: true }, (loss) =>
    optimizer.apply(gradients(loss, variables), variables),
  );
}

/** A step that measures loss and metrics on the rows of its batch. */
export const testStep = (
  model: Model,
  objective: Objective,
  data: Dataset,
  batches: Batches,
): MeasuringStep => measuringStep(model, objective, data, batches, data.sampleWeight, { training: false });

function measuringStep(
  model: Model,
  objective: Objective,
  data: Dataset,
  batches: Batches,
  weight: Variable | undefined,
  options: CallOptions,
  learn?: (loss: Tensor) => void,
): MeasuringStep {
  const output = [batches.batchSize, ...model.outputShape!.slice(1)] as Shape;
  const totals = new Totals(objective.metrics, output);
  const step = overBatches(batches, (rows) => {
    const yTrue = data.y!.gather(rows);
    const rowWeight = weight?.gather(rows);
    const forward = model.forward(data.x.gather(rows), options);
    const loss = objective.loss(yTrue, forward, rowWeight);
    totals.add(loss, yTrue, forward, rowWeight);
    learn?.(loss);
  });
  const run = (i: number): void => {
    step.run(i);
    totals.rows += batches.sizeOf(i);
  };
  return { batches, totals, run, dispose: step.dispose };
}

/** One program per batch size. Row numbers travel in one array each, written anew for each step. */
function overBatches(batches: Batches, body: (rows: Tensor) => void): Pick<Step, "run" | "dispose"> {
  const sized = batches.sizes.map((size) => {
    const program = trace(body, [{ shape: [size], dtype: "int32" }]);
    program.prepare();
    return { program, rows: new Int32Array(size) };
  });
  const [full, rest = full] = sized;
  return {
    run(i) {
      const { program, rows } = batches.sizeOf(i) === full.rows.length ? full : rest;
      batches.fill(i, rows);
      program.run(rows);
    },
    dispose() {
      for (const { program } of sized) program.dispose();
    },
  };
}
