/** A model's loss as in training and as in evaluation, on the same rows. */
import { generatorState, setGeneratorState } from "../../base/seed.ts";
import { pseudoShuffled } from "../statistics/sampling.ts";
import { meanOf } from "../statistics/intervals.ts";
import type { Part } from "../subjects/data.ts";
import type { Table } from "../subjects/table.ts";
import { tensor, trace, type Tensor, type Traced } from "../../tensor/index.ts";
import {
  labelsOf,
  mapRows,
  rowsFor,
  tensorsFor,
  valuesIn,
  type AnyModel,
  type RowsData,
} from "../../train/index.ts";

/** Both losses, penalties left out, and the standard error of their difference from batch to batch. */
export interface Modes {
  readonly training: number;
  readonly evaluation: number;
  readonly standardError: number;
  readonly rows: number;
}

/** So many batches are looked at. */
const mostBatches = 12;

/** The loss in both modes on batches of training rows; undefined where there is not one whole batch. Leaves the model as it was. */
export function lossInModes(model: AnyModel, part: Part, batchSize: number): Modes | undefined {
  const size = Math.min(batchSize, part.rows);
  const batches = Math.min(mostBatches, Math.floor(part.rows / size));
  if (batches === 0 || part.labels.length === 0) return undefined;
  const order = pseudoShuffled(part.rows);
  const batch = (i: number): RowsOf => {
    const rows = order.subarray(i * size, (i + 1) * size);
    const take = (tables: readonly Table[]): RowsData => {
      const taken = tables.map((table) => tensorOf(table.select(rows)));
      return (taken.length === 1 ? taken[0] : taken) as RowsData;
    };
    const { places: _, ...given } = rowsFor(
      model,
      take(part.inputs),
      take(part.labels.map(({ table }) => table)),
    );
    return given;
  };
  const outside = generatorState();
  const state = model.getState();
  const first = batch(0);
  const program = bothLosses(model, first);
  try {
    const both = Array.from({ length: batches }, (_, i) => {
      program.run(...valuesIn(i === 0 ? first : batch(i)).map((value) => value.dataSync()));
      return [program.output(0)[0], program.output(1)[0]] as const;
    });
    const [evaluation, training] = [0, 1].map((mode) => both.map((losses) => losses[mode]));
    return {
      training: meanOf(training).mean,
      evaluation: meanOf(evaluation).mean,
      standardError: meanOf(training.map((loss, i) => loss - evaluation[i])).standardError,
      rows: batches * size,
    };
  } finally {
    program.dispose();
    model.setState(state);
    setGeneratorState(outside);
  }
}

type RowsOf = Omit<ReturnType<typeof rowsFor>, "places">;

const tensorOf = ({ values, shape, dtype }: Table): Tensor => tensor(values, shape, dtype);

/** The loss in evaluation and in training mode as one program, for batches of this size. */
function bothLosses(model: AnyModel, rows: RowsOf): Traced<readonly Tensor[]> {
  const objective = model.compiled.objective(model.outputInfos!, labelsOf(rows));
  return trace(
    (...args) => {
      let next = 0;
      const given = mapRows(rows, () => args[next++]);
      // Evaluation first: what training mode assigns to running statistics is of no concern to it then.
      return [false, true].map((training) => {
        const outputs = tensorsFor(model.outputPlaces!, model.call(given.x, { training }), {
          what: "the predictions",
          place: "output",
        });
        return objective.loss(given.y, outputs, given.sampleWeight).total.cast("float32").reshape([1]);
      });
    },
    valuesIn(rows).map(({ shape, dtype }) => ({ shape, dtype })),
  );
}
