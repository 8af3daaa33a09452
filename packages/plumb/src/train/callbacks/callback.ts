import type { Listener, Logs, TrainEvent } from "../events.ts";
import type { Model } from "../model.ts";

/** What a callback learns when training begins. */
export interface TrainPlan {
  readonly epochs: number;
  readonly stepsPerEpoch: number;
  readonly rows: number;
  /** The names that the logs of an epoch will have. */
  readonly logNames: readonly string[];
}

/** Where training stands. */
export interface Progress {
  readonly epoch: number;
  /** Steps of this epoch that are done, of `stepsPerEpoch`. */
  readonly batch: number;
  readonly stepsPerEpoch: number;
  /** Reads the running values of the epoch; costs something only when called. */
  readonly logs: () => Logs;
}

/**
 * Something that watches a fit and may act on it. Write the methods you need; a plain object with them will do as well.
 *
 * A promise that a method returns is awaited before training goes on. Batch events are built only if some callback has
 * `onTrainBatchEnd`, so one that does not listen to batches costs nothing per step. Epochs and batches count from 0.
 *
 * @example
 * await model.fit(x, y, { callbacks: [{ onEpochEnd: (epoch, logs) => console.log(epoch, logs.loss) }] });
 */
export class Callback {
  /** The model being trained; set by `fit`. Setting its `stopTraining` ends training after the present step or epoch. */
  model?: Model;

  onTrainBegin?(plan: TrainPlan): void | Promise<void>;
  onEpochBegin?(epoch: number): void | Promise<void>;
  /** After each step, with the running values of its epoch. */
  onTrainBatchEnd?(batch: number, logs: Logs): void | Promise<void>;
  /** Every few dozen milliseconds while an epoch runs: for a progress line. */
  onProgress?(progress: Progress): void | Promise<void>;
  /** After each epoch and its validation. */
  onEpochEnd?(epoch: number, logs: Logs): void | Promise<void>;
  /** At the end, however it came; `logs` are those of the last whole epoch. */
  onTrainEnd?(logs: Logs): void | Promise<void>;
}

/** The callback as a listener to the events of a fit. */
export function listenerOf(callback: Callback): Listener {
  return {
    batches: callback.onTrainBatchEnd !== undefined,
    handle(event: TrainEvent): void | Promise<void> {
      switch (event.type) {
        case "trainBegin":
          return callback.onTrainBegin?.(event);
        case "epochBegin":
          return callback.onEpochBegin?.(event.epoch);
        case "batchEnd":
          return callback.onTrainBatchEnd?.(event.batch, event.logs);
        case "progress":
          return callback.onProgress?.(event);
        case "epochEnd":
          return callback.onEpochEnd?.(event.epoch, event.logs);
        case "trainEnd":
          return callback.onTrainEnd?.(event.logs);
      }
    },
  };
}
