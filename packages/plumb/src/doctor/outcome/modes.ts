/** A model's loss as in training and as in evaluation, on the same rows. */
import { generatorState, setGeneratorState } from "../../base/seed.ts";
import { pseudoShuffled } from "../statistics/sampling.ts";
import { meanOf } from "../statistics/intervals.ts";
import type { Part } from "../subjects/data.ts";
import { rowsOfPart } from "../subjects/model.ts";
import { trace, type Tensor, type Traced } from "../../tensor/index.ts";
import {
  labelsOf,
  mapRows,
  rowsFor,
  tensorsFor,
  valuesIn,
  type AnyModel,
  type Compiled,
} from "../../train/index.ts";

/** Both losses, penalties left out, and the standard error of their difference from batch to batch. */
export interface Modes {
  readonly training: number;
  readonly evaluation: number;
  readonly standardError: number;
  readonly rows: number;
  readonly batches: number;
}

/** A model, and what it is judged by. */
export interface Judged {
  readonly model: AnyModel;
  readonly judging: Compiled;
}

/** So many batches are looked at. */
const mostBatches = 12;

/** The loss in both modes on batches of training rows; undefined where there is not one whole batch. Leaves the model as it was. */
export function lossInModes(judged: Judged, part: Part, batchSize: number): Modes | undefined {
  const size = Math.min(batchSize, part.rows);
  const both = lossesOfBatches(judged, part, size, mostBatches);
  if (both === undefined) return undefined;
  const { training, evaluation } = both;
  return {
    training: meanOf(training).mean,
    evaluation: meanOf(evaluation).mean,
    standardError: meanOf(training.map((loss, i) => loss - evaluation[i])).standardError,
    rows: training.length * size,
    batches: training.length,
  };
}

/** Rows in a batch where losses of single rows are not to be had, and so many batches of them at most. */
const [fewRows, manyBatches] = [16, 64];

/** The loss of a part as the model is used, penalties left out, with its standard error from batch to batch. */
export function lossInUse(
  judged: Judged,
  part: Part,
): { readonly mean: number; readonly standardError: number } | undefined {
  const size = Math.max(1, Math.min(fewRows, Math.floor(part.rows / 8)));
  const both = lossesOfBatches(judged, part, size, manyBatches);
  return both && meanOf(both.evaluation);
}

/** The losses of batches in training and in evaluation mode. Leaves the model as it was. */
function lossesOfBatches(
  judged: Judged,
  part: Part,
  size: number,
  most: number,
): { readonly training: readonly number[]; readonly evaluation: readonly number[] } | undefined {
  const { model } = judged;
  const batches = Math.min(most, Math.floor(part.rows / size));
  if (batches === 0 || part.labels.length === 0) return undefined;
  const order = pseudoShuffled(part.rows);
  const batch = (i: number): RowsOf => {
    const rows = order.subarray(i * size, (i + 1) * size);
    const { x, y } = rowsOfPart(model, part, rows);
    const { places: _, ...given } = rowsFor(model, x, y);
    return given;
  };
  const outside = generatorState();
  const state = model.getState();
  const first = batch(0);
  const program = bothLosses(judged, first);
  try {
    const both = Array.from({ length: batches }, (_, i) => {
      program.run(...valuesIn(i === 0 ? first : batch(i)).map((value) => value.dataSync()));
      return { evaluation: program.output(0)[0], training: program.output(1)[0] };
    });
    return {
      training: both.map(({ training }) => training),
      evaluation: both.map(({ evaluation }) => evaluation),
    };
  } finally {
    program.dispose();
    model.setState(state);
    setGeneratorState(outside);
  }
}

type RowsOf = Omit<ReturnType<typeof rowsFor>, "places">;

/** The loss in evaluation and in training mode as one program, for batches of this size. */
function bothLosses({ model, judging }: Judged, rows: RowsOf): Traced<readonly Tensor[]> {
  const objective = judging.objective(model.outputInfos!, labelsOf(rows));
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
