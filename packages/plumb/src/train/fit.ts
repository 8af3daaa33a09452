/** The training loop. Read top to bottom: data, programs, epochs. */
import { PlumbError } from "../base/errors.ts";
import { flag, integer, optional, resolve } from "../base/parameters.ts";
import { generatorState, setGeneratorState } from "../base/seed.ts";
import {
  Batches,
  classesOf,
  freshSeed,
  rowNumbers,
  seedFor,
  splitRows,
  type RowsLike,
  type SplitRule,
} from "../data/index.ts";
import { classWeightsOf } from "./class-weight.ts";
import { listenerOf, type Callback } from "./callbacks/callback.ts";
import { ProgressLogger } from "./callbacks/progress-logger.ts";
import { Dataset } from "./dataset.ts";
import { measure } from "./evaluate.ts";
import { Emitter, type EpochLogs, type Logs } from "./events.ts";
import { History } from "./history.ts";
import type { Model } from "./model.ts";
import { runInSlices } from "./slices.ts";
import { StepLogger } from "./step-log.ts";
import { stepOver, type Step } from "./step.ts";

/** What `fit` takes besides data. */
export interface FitOptions {
  /** The epoch to stop before, counted from 0: the number of epochs, unless `initialEpoch` is given. Default 1. */
  epochs?: number;
  /** Rows per step. Default 32. The last batch of an epoch may be smaller. */
  batchSize?: number;
  /**
   * The share of rows to validate on: by a seeded shuffle, within each class where labels are classes. `rule: "last"`
   * takes the last rows instead, which is what Keras does.
   */
  validationSplit?: number | { fraction: number; rule: SplitRule };
  /** Rows to validate on, `[x, y]` or `[x, y, sampleWeight]`. */
  validationData?: readonly [x: RowsLike, y: RowsLike, sampleWeight?: RowsLike];
  /** Epochs from one validation to the next. Default 1. */
  validationFreq?: number;
  /** Default: `batchSize`. */
  validationBatchSize?: number;
  /** How much the rows of each class count in the loss, by class number; a class that is left out counts 1. */
  classWeight?: Readonly<Record<number, number>>;
  /** How much each row counts in the loss: `[rows]`. Not together with `classWeight`. */
  sampleWeight?: RowsLike;
  /** Read the rows in another order in each epoch, drawn from the seed. Default true. */
  shuffle?: boolean;
  /** The epoch to begin with, for a fit that goes on. Default 0. */
  initialEpoch?: number;
  /** Decides split, order, dropout, and the first weights of a model not built yet. Unset: drawn from the global one. */
  seed?: number;
  callbacks?: readonly Callback[];
  /**
   * What is printed: 0 nothing, 1 how far each epoch is and its values, 2 one line per epoch. Default 0 (Keras: 1). For
   * another place than the console give a `ProgressLogger` among the callbacks.
   */
  verbose?: 0 | 1 | 2;
  /** Steps from one row of `history.log` to the next; 0 keeps no such log. Default 0. */
  logEvery?: number;
  /** Ends training after the step in flight when it is aborted. */
  signal?: AbortSignal;
}

const parameters = {
  epochs: integer(1, "The epoch to stop before", { min: 0 }),
  batchSize: integer(32, "Rows per step", { min: 1 }),
  validationFreq: integer(1, "Epochs from one validation to the next", { min: 1 }),
  validationBatchSize: optional(integer(32, "Rows per step of validation", { min: 1 })),
  shuffle: flag(true, "Another order of rows in each epoch"),
  verbose: integer(0, "What is printed", { min: 0, max: 2 }),
  logEvery: integer(0, "Steps from one row of the log to the next", { min: 0 }),
  initialEpoch: integer(0, "The epoch to begin with", { min: 0 }),
  seed: integer(0, "Decides everything random"),
};

/** Trains `model`; `watch` learns how to ask whether a callback is being called at the moment. */
export async function fit(
  model: Model,
  x: RowsLike,
  y: RowsLike,
  options: FitOptions,
  watch: (calling: () => boolean) => void,
): Promise<History> {
  const {
    validationSplit,
    validationData,
    classWeight,
    sampleWeight,
    callbacks: told = [],
    signal,
    ...given
  } = options;
  const { compiled } = model;
  const seed = options.seed ?? freshSeed();
  const resolved = resolve("PL4004", "fit", parameters, { ...given, seed });
  const {
    epochs,
    batchSize,
    validationFreq,
    validationBatchSize = batchSize,
    shuffle,
    initialEpoch,
    verbose,
    logEvery,
  } = resolved;
  const callbacks = verbose === 0 ? told : [...told, new ProgressLogger({ verbose: verbose as 1 | 2 })];
  refuseTogether({ validationSplit, validationData }, "Both say what to validate on");
  refuseTogether({ classWeight, sampleWeight }, "Both say how much a row counts");

  // Data: in the engine's memory once; which rows train and which validate is a matter of row numbers.
  const data = new Dataset(x, y, sampleWeight);
  const held = validationData && new Dataset(...validationData);
  let training: Step | undefined;
  let validating: Step | undefined;
  try {
    buildSeeded(model, data.x.shape, options.seed);
    const objective = compiled.objective(model, data.labels);
    const { train, validation } = chooseRows(model, data, validationSplit, seed);
    const weight =
      classWeight === undefined ? data.sampleWeight : data.keep(classWeightsOf(data.y!, classWeight));

    // Programs: full batch and remainder, for training and for validation, built, and their memory taken, before step 1.
    training = stepOver(model, "train", objective, data, new Batches(train, batchSize), weight);
    const [validated, rows] = held ? [held, rowNumbers(held.rows)] : [data, validation];
    if (rows !== undefined) {
      const batches = new Batches(rows, validationBatchSize);
      validating = stepOver(model, "test", compiled.objective(model, validated.labels), validated, batches);
    }
    for (const step of [training, validating]) step?.reserve();

    // Epochs.
    const { batches, totals } = training;
    const history = new History();
    const emitter = new Emitter(callbacks.map(listenerOf));
    watch(() => emitter.calling);
    for (const callback of callbacks) callback.model = model;
    model.stopTraining = false;
    const logNames = [...totals.names, ...(validating?.totals.names ?? []).map(validationName)];
    let firstEpoch = initialEpoch;
    await emitter.emit({
      type: "trainBegin",
      epochs,
      stepsPerEpoch: batches.steps,
      rows: train.length,
      logNames,
      startFrom: (epoch) => void (firstEpoch = epoch),
    });
    const rate = (): number => compiled.optimizer.learningRate;
    const logger = logEvery > 0 ? new StepLogger(history.log, logEvery, totals, rate) : undefined;
    const { run } = training;
    const aborted = (): boolean => signal?.aborted === true;
    const ended = (): boolean => model.stopTraining || aborted();
    let logs: EpochLogs = {};
    for (let epoch = firstEpoch; epoch < epochs && !ended(); epoch++) {
      await emitter.emit({ type: "epochBegin", epoch });
      const learningRate = rate();
      if (shuffle) batches.shuffle(seed, epoch);
      totals.reset();
      logger?.beginEpoch();
      history.steps += await runInSlices({
        turns: model.turns,
        steps: batches.steps,
        step: logger === undefined ? run : (i) => (run(i), logger.step(epoch)),
        generator: { seed: seedFor(seed, "draws", epoch), counter: 0 },
        ends: ended,
        afterStep: emitter.batches
          ? (batch) => emitter.emit({ type: "batchEnd", epoch, batch, logs: totals.read() })
          : undefined,
        afterSlice: (batch) =>
          emitter.emit({
            type: "progress",
            epoch,
            batch,
            stepsPerEpoch: batches.steps,
            logs: () => totals.read(),
          }),
      });
      // An epoch that the caller cut short is not one; one that a callback cut short is, as in Keras.
      if (aborted() && totals.rows < train.length) break;
      logs = { ...totals.read() };
      if (validating !== undefined && (epoch + 1) % validationFreq === 0) {
        await emitter.emit({ type: "testBegin", epoch });
        const validated = ofValidation(await measure(model, validating));
        await emitter.emit({ type: "testEnd", epoch, logs: validated });
        Object.assign(logs, validated);
      }
      // Recorded when all have heard: a callback may add to the logs.
      await emitter.emit({ type: "epochEnd", epoch, logs, learningRate });
      history.record(epoch, logs, learningRate);
    }
    await emitter.emit({ type: "epochsEnd" });
    if (history.steps > 0) compiled.optimizer.finalizeVariableValues(model.trainableVariables);
    if (aborted()) history.stopped = "signal";
    else if (model.stopTraining) history.stopped = "callback";
    await emitter.emit({ type: "trainEnd", logs });
    return history;
  } finally {
    for (const used of [training, validating, data, held]) used?.dispose();
  }
}

const validationName = (name: string): string => `val_${name}`;

const ofValidation = (logs: Logs): Logs =>
  Object.fromEntries(Object.entries(logs).map(([name, value]) => [validationName(name), value]));

/** Builds a model that was not built; from the seed, when the caller gave one. */
function buildSeeded(model: Model, shape: readonly number[], seed: number | undefined): void {
  const outside = generatorState();
  if (seed !== undefined) setGeneratorState({ seed, counter: 0 });
  model.build(shape);
  if (seed !== undefined) setGeneratorState(outside);
}

/** Which rows train and which validate. */
function chooseRows(
  model: Model,
  data: Dataset,
  asked: FitOptions["validationSplit"],
  seed: number,
): { train: Int32Array; validation?: Int32Array } {
  if (asked === undefined) return { train: rowNumbers(data.rows) };
  const { fraction, rule } =
    typeof asked === "number" ? { fraction: asked, rule: "stratified" as const } : asked;
  const classes =
    rule === "stratified" && model.compiled.labelsAreClasses(data.y!.shape)
      ? classesOf(data.y!.dataSync(), data.y!.shape)
      : undefined;
  return splitRows(data.rows, { fraction, rule, seed, classes });
}

function refuseTogether(options: Readonly<Record<string, unknown>>, why: string): void {
  const given = Object.keys(options).filter((name) => options[name] !== undefined);
  if (given.length > 1)
    throw new PlumbError("PL4004", {
      asked: `fit was given ${given.join(" and ")}`,
      why,
      fix: `Keep one of them`,
    });
}
