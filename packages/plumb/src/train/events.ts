/**
 * What happens during training, told as it happens. `fit` emits these and does not know who listens: callbacks, a
 * progress line, the files of a run.
 */

import type { GeneratorState } from "../base/seed.ts";
import type { HostArray } from "../base/dtype.ts";
import { now, type Variable } from "../tensor/index.ts";
import type { RowsData, RowWeights } from "./rows.ts";

/** Values by Keras's names: `loss`, metric names, and the same with `val_` before them. */
export type Logs = Readonly<Record<string, number>>;

/** The labels of rows of a fit, and how much each row counts: its sample weight, or that of its class. */
export interface LabelsTaken {
  readonly y: RowsData;
  readonly sampleWeight?: RowWeights;
}

/** Rows of the data of a fit. */
export interface RowsTaken extends LabelsTaken {
  readonly x: RowsData;
}

/** Steps of a fit that are tried, in the engine's turn: they change nothing. */
export interface StepTrial {
  /**
   * Does a step from the present weights on as many rows as a full one has, with random numbers that are always the same.
   * Errors: as a step of the fit.
   */
  run(rows: Int32Array): void;
  /** What a variable would be worth after it. */
  valueOf(variable: Variable): HostArray;
}

/** The values of an epoch while it is being told of: what a listener adds is recorded in the history too. */
export type EpochLogs = Record<string, number>;

/** A step that was refused because its loss is not finite. */
export interface StepFailure {
  readonly epoch: number;
  /** Which step of its epoch. */
  readonly batch: number;
  /** Steps done before it, over the whole fit. */
  readonly step: number;
  /** Where the random numbers of the step begin. */
  readonly draws: GeneratorState;
}

export type TrainEvent =
  | {
      readonly type: "trainBegin";
      readonly epochs: number;
      readonly stepsPerEpoch: number;
      /** Rows that are trained on. */
      readonly rows: number;
      /** The names that the logs of an epoch will have. */
      readonly logNames: readonly string[];
      /** Lets training begin with another epoch, for a listener that brought back an earlier state. */
      readonly startFrom: (epoch: number) => void;
      /** Rows of a full step. */
      readonly batchSize: number;
      /** The rows of a step, by their numbers in the data: of the epoch that is running, or of another. */
      readonly rowsOf: (step: number, epoch?: number) => Int32Array;
      /** Where the random numbers of an epoch begin. */
      readonly drawsOf: (epoch: number) => GeneratorState;
      /** Copies of such rows, as `fit` takes them. */
      readonly take: (rows: Int32Array) => RowsTaken;
      /** The same without the inputs. */
      readonly takeLabels: (rows: Int32Array) => LabelsTaken;
      /** Makes steps to be tried, until training ends. */
      readonly trial: () => StepTrial;
      /** Milliseconds that were spent in each listener so far, in the order of the callbacks. */
      readonly times: () => readonly number[];
    }
  | { readonly type: "epochBegin"; readonly epoch: number }
  /** After a step, with the running values of its epoch. Built only when somebody listens to batches. */
  | { readonly type: "batchEnd"; readonly epoch: number; readonly batch: number; readonly logs: Logs }
  /** A step whose loss is not finite, of a fit that somebody guards: it wrote nothing, and training ends with it. */
  | ({ readonly type: "stepFailed" } & StepFailure)
  /** At each yield to the event loop (every 50 ms in Node, 16 in a page); `logs` reads the running values when called. */
  | {
      readonly type: "progress";
      readonly epoch: number;
      readonly batch: number;
      readonly stepsPerEpoch: number;
      readonly logs: () => Logs;
    }
  /** Around each validation. */
  | { readonly type: "testBegin"; readonly epoch: number }
  | { readonly type: "testEnd"; readonly epoch: number; readonly logs: Logs }
  | {
      readonly type: "epochEnd";
      readonly epoch: number;
      readonly logs: EpochLogs;
      readonly learningRate: number;
    }
  /** After the last epoch, before the optimizer gives the weights their final values. */
  | { readonly type: "epochsEnd" }
  /** `logs` are those of the last whole epoch; empty when there was none. */
  | { readonly type: "trainEnd"; readonly logs: Logs };

/** Somebody who wants to know. A promise is awaited before training goes on. */
export interface Listener {
  /** Whether it wants `batchEnd`. */
  readonly batches: boolean;
  handle(event: TrainEvent): void | Promise<void>;
}

/** Those who listen to one fit. */
export class Emitter {
  /** True if somebody wants `batchEnd`. */
  readonly batches: boolean;
  /** True while a listener is at work, until what it promised is done: that is when it may call back. */
  calling = false;
  /** Milliseconds that were spent in each listener. */
  readonly times: number[];
  readonly #listeners: readonly Listener[];

  constructor(listeners: readonly Listener[]) {
    this.#listeners = listeners;
    this.times = listeners.map(() => 0);
    this.batches = listeners.some(({ batches }) => batches);
  }

  /** Tells all listeners, one after the other. */
  async emit(event: TrainEvent): Promise<void> {
    for (const [i, listener] of this.#listeners.entries()) {
      if (event.type === "batchEnd" && !listener.batches) continue;
      this.calling = true;
      const begun = now();
      try {
        const handled: unknown = listener.handle(event);
        // Who promises nothing is done: waiting for it would take others for calls from within.
        if (typeof (handled as PromiseLike<unknown> | undefined)?.then === "function") await handled;
      } finally {
        this.calling = false;
        this.times[i] += now() - begun;
      }
    }
  }
}
