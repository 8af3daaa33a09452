import {
  flag,
  integer,
  optional,
  real,
  resolve,
  type GivenOf,
  type ValuesOf,
} from "../../base/parameters.ts";
import type { HostArray } from "../../base/dtype.ts";
import type { Logs } from "../events.ts";
import { Callback, type CallbackRecord, type TrainPlan } from "./callback.ts";
import { checkMonitor, isBetter, mode, monitor } from "./monitor.ts";

const parameters = {
  monitor,
  minDelta: real(0, "A change counts as better only beyond this", { min: 0 }),
  patience: integer(0, "Epochs without a better value after which training ends", { min: 0 }),
  mode,
  baseline: optional(real(0, "A value that has to be beaten for the waiting to begin anew")),
  restoreBestWeights: flag(false, "Give the model the weights of its best epoch at the end"),
  startFromEpoch: integer(0, "Epochs at the beginning that are not looked at", { min: 0 }),
};

/** What `EarlyStopping` takes. */
export type EarlyStoppingOptions = GivenOf<typeof parameters>;

/**
 * Ends training when a value has not become better for a while.
 *
 * Keras's rules: an epoch is better when it beats the best so far by more than `minDelta`; after `patience` epochs that
 * were not, training ends. With `restoreBestWeights` the model gets the weights of its best epoch when training ends,
 * whether or not this callback ended it. NaN is never better.
 *
 * Errors: PL4004 at the beginning of training when no log will have the name `monitor` (Keras only warns, then never stops).
 *
 * @example
 * new EarlyStopping({ monitor: "val_loss", patience: 5, restoreBestWeights: true });
 */
export class EarlyStopping extends Callback {
  static readonly record: CallbackRecord = {
    name: "EarlyStopping",
    doc: "ends training when a value has not become better for a while",
    parameters,
  };
  readonly monitor: string;
  readonly options: ValuesOf<typeof parameters>;
  /** The best value and its epoch, once there is one. */
  best?: number;
  bestEpoch?: number;
  /** The epoch after which this callback ended training, if it did. */
  stoppedEpoch?: number;
  #waited = 0;
  #bestWeights?: readonly HostArray[];

  constructor(options: EarlyStoppingOptions = {}) {
    super();
    this.options = resolve("PL4004", "EarlyStopping", parameters, options);
    this.monitor = this.options.monitor;
  }

  override onTrainBegin(plan: TrainPlan): void {
    checkMonitor("EarlyStopping", this.monitor, plan);
    this.best = this.bestEpoch = this.stoppedEpoch = this.#bestWeights = undefined;
    this.#waited = 0;
  }

  override onEpochEnd(epoch: number, logs: Logs): void {
    const { patience, baseline, restoreBestWeights, startFromEpoch } = this.options;
    const value = logs[this.monitor];
    if (value === undefined || epoch < startFromEpoch) return;
    const better = this.#better(value, this.best);
    // The first epoch that is looked at is kept even when its value is NaN: there is nothing better to return to.
    if (better || this.bestEpoch === undefined) {
      this.best = better ? value : undefined;
      this.bestEpoch = epoch;
      if (restoreBestWeights) this.#bestWeights = this.model!.getWeights();
    }
    const beaten = better && (baseline === undefined || this.#better(value, baseline));
    this.#waited = beaten ? 0 : this.#waited + 1;
    if (!better && this.#waited >= patience && epoch > 0) {
      this.stoppedEpoch = epoch;
      this.model!.stopTraining = true;
    }
  }

  override onTrainEnd(): void {
    if (this.#bestWeights !== undefined) this.model!.setWeights(this.#bestWeights);
    this.#bestWeights = undefined;
  }

  #better(value: number, reference: number | undefined): boolean {
    return isBetter(value, reference, this.model!, this.options);
  }
}
