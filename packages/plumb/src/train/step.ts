/**
 * The steps of a model, each one compiled program per batch size: gather the rows of the batch from resident data,
 * forward, loss, gradients, update, totals. JavaScript hands in row numbers and nothing comes back.
 *
 * A step is traced when it is made; its program is shared with every step of the same structure, so that a second `fit`
 * or `evaluate` on data of the same shape compiles nothing.
 */
import { PlumbError } from "../base/errors.ts";
import type { Batches } from "../data/index.ts";
import { partOf, withOrigin } from "../graph/origin.ts";
import { collectLosses } from "../layers/index.ts";
import {
  checked,
  currentBackend,
  isFinite,
  leavesOf,
  trace,
  type Rehearsal,
  type Tensor,
  type Traced,
  type Trial,
  type Variable,
} from "../tensor/index.ts";
import type { Batch, StepOutput } from "./batch.ts";
import type { Objective } from "./compile.ts";
import type { Dataset } from "./dataset.ts";
import type { StepTrial } from "./events.ts";
import { LossRing } from "./loss-ring.ts";
import type { AnyModel } from "./model.ts";
import { arranged, tensorsFor, type Structure } from "./places.ts";
import { mapRows, type Rows } from "./rows.ts";
import { breath } from "./slices.ts";
import { Totals } from "./totals.ts";

/** The programs of a step, at most two: one for full batches, one for the remainder. */
export interface Step {
  readonly batches: Batches;
  readonly totals: Totals;
  /** The losses of single steps, where they are followed. */
  readonly losses?: LossRing;
  /**
   * Compiles, and takes all memory that the steps need, so that none fails for lack of it.
   * Errors: PL7001 with the bytes that are needed and a batch size that fits.
   */
  reserve(): Promise<void>;
  /** Runs step `i` of an epoch. Makes no object. */
  run(i: number): void;
  /** Steps of full batches to be tried: nothing is learned, and totals stay as they are. One for all who ask. */
  trial(): StepTrial;
  /** The same to be run for their times. */
  rehearse(): RehearsedStep;
  /** Gives memory back. */
  dispose(): void;
}

/** As `Rehearsal`; it is told the number of a step, and feeds it as a fit does. */
export interface RehearsedStep extends Pick<Rehearsal, "kernels" | "clock" | "laps" | "reset" | "dispose"> {
  run(i: number): void;
  runTimed(i: number): void;
}

/** Which of a model's two steps: one learns from its batch, the other only measures. */
export type StepKind = "train" | "test";

const predicted = { what: "the predictions", place: "output" } as const;

/** A loss on condition that it is a finite number: else the step writes nothing. */
const finite = (loss: Tensor): Tensor =>
  checked(
    loss,
    isFinite(loss),
    [loss],
    ([[value]]) =>
      new PlumbError("PL4010", {
        asked: "A training step was to be made",
        arrived: `Its loss is ${value}`,
        why: "Gradients of a loss that is no finite number would make every weight one that is none",
        fix: "Lower the learning rate, and look for inputs and labels that are not finite",
      }),
  );

/**
 * The step of a kind as a function of tensors, for `trace`. It adds up what it measures, and hands its loss to `note`;
 * `guarded`, it refuses a loss that is not finite (PL4010).
 */
export function stepBody(
  model: AnyModel,
  kind: StepKind,
  objective: Objective,
  totals: Totals,
  guarded = false,
): (rows: Rows<Tensor>, note?: (loss: Tensor) => void) => void {
  return ({ x, y: labels, sampleWeight: sampleWeights }, note) => {
    const places = model.outputPlaces!;
    const weighted = sampleWeights.some((weight) => weight !== undefined);
    let parts: Readonly<Record<string, Tensor>> = {};
    const batch: Batch<any, any> = {
      x,
      y: arranged(places, labels),
      ...(weighted ? { sampleWeight: arranged(places, sampleWeights) } : {}),
      loss(predictions: Structure<Tensor>) {
        return withOrigin(partOf("loss"), () => {
          const loss = objective.loss(labels, tensorsFor(places, predictions, predicted), sampleWeights);
          parts = loss.parts;
          const total = model.penalised(loss.total);
          return guarded ? finite(total) : total;
        });
      },
    };
    const { value: output } = collectLosses((): StepOutput =>
      kind === "train" ? model.trainStep(batch) : model.testStep(batch),
    );
    const { loss, predictions, logs } = output;
    withOrigin(partOf("metrics"), () =>
      totals.add({
        rows: (leavesOf(x)[0] as Tensor).shape[0],
        loss,
        logs: { ...parts, ...logs },
        predictions: predictions === undefined ? undefined : tensorsFor(places, predictions, predicted),
        labels,
        sampleWeights,
      }),
    );
    note?.(loss);
  };
}

/** The totals that steps of a model fill, for batches of so many rows. */
export const totalsOf = (model: AnyModel, objective: Objective, rows: number): Totals =>
  new Totals(
    objective.metrics,
    model.outputInfos!.map(({ shape = [] }) =>
      shape.map((extent, axis) => (axis === 0 ? rows : (extent ?? 1))),
    ),
  );

/** What a step over batches may be besides. */
export interface StepOptions {
  /** How much each row counts, in the place of what the data say. */
  readonly weights?: Variable;
  /** Refuses a loss that is not finite. */
  readonly guarded?: boolean;
  /** Notes the loss of each step. */
  readonly followed?: boolean;
}

/** A step over batches of a data set. */
export function stepOver(
  model: AnyModel,
  kind: StepKind,
  objective: Objective,
  data: Dataset,
  batches: Batches,
  { weights, guarded, followed }: StepOptions = {},
): Step {
  if (kind === "train") model.compiled.optimizer.build(model.trainableVariables);
  const totals = totalsOf(model, objective, batches.batchSize);
  const losses = followed === true ? new LossRing() : undefined;
  const body = stepBody(model, kind, objective, totals, guarded);
  const all = data.weightedBy(weights);
  const gathered = (numbers: Tensor, place?: Tensor): void =>
    body(
      withOrigin(partOf("data"), () => mapRows(all, (values) => values.gather(numbers))),
      place && ((loss) => withOrigin(partOf("metrics"), () => losses?.note(loss, place))),
    );
  // Row numbers travel in one array for each size, written anew for each step.
  const traced = (size: number): Traced<void> =>
    trace(gathered, [
      { shape: [size], dtype: "int32" },
      ...(losses === undefined ? [] : [{ shape: [], dtype: "int32" as const }]),
    ]);
  const fullSize = batches.sizes[0];
  const full = { program: toldOfAll(traced, fullSize, data.count), rows: new Int32Array(fullSize) };
  let rest: typeof full | undefined;
  let tried: Trial | undefined;
  return {
    batches,
    totals,
    losses,
    async reserve() {
      await withRoomFor(fullSize, data.bytes, full.program);
      for (const size of batches.sizes.slice(1)) {
        rest = { program: toldOfRest(traced, size, batches), rows: new Int32Array(size) };
        await breath();
        await withRoomFor(size, data.bytes, rest.program);
      }
    },
    run(i) {
      const { program, rows } = batches.sizeOf(i) === fullSize ? full : rest!;
      batches.fill(i, rows);
      if (losses === undefined) program.run(rows);
      else program.run(rows, losses.placeOf(i));
      totals.rows += rows.length;
    },
    trial() {
      const trial = (tried ??= full.program.trial());
      return {
        run(rows) {
          trial.reset();
          trial.run(rows, 0);
        },
        valueOf: trial.valueOf,
      };
    },
    rehearse() {
      const { run, runTimed, ...rehearsal } = full.program.rehearse();
      const fed = (step: (rows: Int32Array) => void) => (i: number) => {
        batches.fill(i, full.rows);
        step(full.rows);
      };
      return { ...rehearsal, run: fed(run), runTimed: fed(runTimed) };
    },
    dispose() {
      full.program.dispose();
      rest?.program.dispose();
      tried?.dispose();
      losses?.dispose();
    },
  };
}

/**
 * The program for `size` rows. Where it cannot be, the error is the one that all the data give: whoever has 50 labels is
 * not to read of 32.
 */
function toldOfAll(traced: (size: number) => Traced<void>, size: number, rows: number): Traced<void> {
  try {
    return traced(size);
  } catch (error) {
    if (!(error instanceof PlumbError)) throw error;
    try {
      traced(rows).dispose();
    } catch (ofAll) {
      if (ofAll instanceof PlumbError && ofAll.code === error.code) throw ofAll;
    }
    throw error;
  }
}

/** The program for the last batch, of `size` rows. Where only that one cannot be, the error says so. */
function toldOfRest(
  traced: (size: number) => Traced<void>,
  size: number,
  { rows: { length: count }, batchSize }: Batches,
): Traced<void> {
  try {
    return traced(size);
  } catch (error) {
    if (!(error instanceof PlumbError)) throw error;
    const { parts } = error;
    const rest = `${count} rows in batches of ${batchSize} leave a last batch of ${size}`;
    const arrived = parts.arrived === undefined ? rest : `${parts.arrived}; ${rest}`;
    throw new PlumbError(error.code, {
      ...parts,
      arrived,
      fix: `${parts.fix}; or use a batchSize that divides ${count}`,
    });
  }
}

/** Reserves the memory of a program for `rows` rows; where there is too little, says how many would fit. */
async function withRoomFor(rows: number, dataBytes: number, program: Traced<void>): Promise<void> {
  try {
    await program.reserveAwaited();
  } catch (error) {
    if (!(error instanceof PlumbError) || error.code !== "PL7001") throw error;
    const { workBytes } = program;
    // Intermediate values grow with the rows; a tenth is left for what else the engine needs.
    const fitting = Math.floor((0.9 * currentBackend().room * rows) / Math.max(1, workBytes));
    throw new PlumbError(
      "PL7001",
      {
        asked: `Steps of ${rows} rows need ${workBytes} bytes for their intermediate values, and the data ${dataBytes}`,
        arrived: error.parts.arrived,
        why: error.parts.why,
        fix:
          fitting >= 1 && fitting < rows
            ? `Use batchSize: ${2 ** Math.floor(Math.log2(fitting))}`
            : "Give fewer rows, or make the layers smaller: not even one row at a time fits",
      },
      { cause: error },
    );
  }
}
