import type { EpochLogs } from "../events.ts";
import { Callback, requireFunction, type CallbackRecord } from "./callback.ts";

/**
 * Sets the learning rate at the beginning of each epoch to what a function of the epoch and the present rate gives.
 *
 * The rate of each epoch is `learning_rate` in the history, as in Keras. For a rate that changes from step to step give
 * the optimizer a schedule instead. Errors: PL4004 for a rate that is none, or when the rate follows a schedule.
 *
 * @example
 * new LearningRateScheduler((epoch, rate) => (epoch < 10 ? rate : rate * 0.95));
 */
export class LearningRateScheduler extends Callback {
  static readonly record: CallbackRecord = {
    name: "LearningRateScheduler",
    doc: "sets the learning rate of each epoch from a function",
    parameters: {},
  };
  readonly #schedule: (epoch: number, rate: number) => number;

  constructor(schedule: (epoch: number, rate: number) => number) {
    super();
    requireFunction("LearningRateScheduler", "the rate of an epoch", schedule);
    this.#schedule = schedule;
  }

  override onEpochBegin(epoch: number): void {
    const { optimizer } = this.model!.compiled;
    optimizer.learningRate = this.#schedule(epoch, optimizer.learningRate);
  }

  override onEpochEnd(_epoch: number, logs: EpochLogs): void {
    logs.learning_rate = this.model!.compiled.optimizer.learningRate;
  }
}
