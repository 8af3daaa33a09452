import type { Logs } from "./events.ts";

/** Why a fit ended before its last epoch: a callback set `model.stopTraining`, or the caller's signal was aborted. */
export type Stopped = "callback" | "signal";

/**
 * What a `fit` went through.
 *
 * `history.loss[i]`, `history.val_loss[i]` and so on, under Keras's names, belong to epoch `epoch[i]` (counted from 0).
 * Values are in the units of the loss and of each metric; a validation entry is absent in epochs that did not validate.
 */
export class History {
  readonly epoch: number[] = [];
  readonly history: Record<string, number[]> = {};
  /** The learning rate that epoch `epoch[i]` began with. */
  readonly learningRate: number[] = [];
  /** Within epochs, where `fit` was asked for it with `logEvery`. */
  readonly log: StepLog = { step: [], epoch: [], loss: [], learningRate: [] };
  /** Training steps taken, those of an unfinished epoch included. */
  steps = 0;
  /** The seed of the fit, given or drawn: with it the same fit can be run again, and its split be told. */
  seed?: number;
  /** Set when training ended early. */
  stopped?: Stopped;

  /** Adds an epoch. */
  record(epoch: number, logs: Logs, learningRate: number): void {
    this.epoch.push(epoch);
    this.learningRate.push(learningRate);
    for (const [name, value] of Object.entries(logs)) (this.history[name] ??= []).push(value);
  }
}

/** Columns of equal length, a row for every few steps. */
export interface StepLog {
  /** Steps taken so far, counted over the whole fit. */
  readonly step: number[];
  readonly epoch: number[];
  /** The mean loss over the rows since the row before (or since the epoch began): not a running mean of the epoch. */
  readonly loss: number[];
  /** The rate of the last of these steps. */
  readonly learningRate: number[];
}
