import {
  callable,
  flag,
  integer,
  optional,
  real,
  resolve,
  type GivenOf,
  type ValuesOf,
} from "../../base/parameters.ts";
import type { Logs } from "../events.ts";
import type { ModelState } from "../model.ts";
import { Callback, type CallbackRecord, type TrainPlan } from "./callback.ts";
import { checkMonitor, isBetter, mode, monitor } from "./monitor.ts";

const parameters = {
  monitor,
  mode,
  saveBestOnly: flag(false, "Save only when the watched value is better than ever before"),
  saveWeightsOnly: flag(false, "Leave the state of the optimizer out"),
  saveFreq: optional(
    integer(1, "Steps from one checkpoint to the next; left out, one per epoch", { min: 1 }),
  ),
  initialValueThreshold: optional(real(0, "A value that has to be beaten before anything is saved")),
  save: callable<(checkpoint: Checkpoint) => void | Promise<void>>(
    undefined,
    "Puts a checkpoint away, a promise being awaited; left out, the latest is kept in memory",
  ),
};

/** A model at one moment of its training. */
export interface Checkpoint {
  readonly epoch: number;
  /** Set when it was taken within the epoch, after this step of it. */
  readonly batch?: number;
  /** The values of the epoch, or the running ones within it. */
  readonly logs: Logs;
  /** For `model.setState`. */
  readonly state: ModelState;
}

/** What `ModelCheckpoint` takes. */
export type ModelCheckpointOptions = GivenOf<typeof parameters>;

/**
 * Saves the model during training: after every epoch, every `saveFreq` steps, or only when it is better than ever.
 *
 * The library has no files: `save` is given each checkpoint, weights and optimizer as arrays. Without it the latest is
 * kept in memory, as `latest`, and `restore()` gives it back to the model. NaN is never better.
 *
 * Errors: PL4004 at the beginning of training when `saveBestOnly` watches a value that no log will have.
 *
 * @example
 * const checkpoint = new ModelCheckpoint({ monitor: "val_loss", saveBestOnly: true });
 * await model.fit(x, y, { validationSplit: 0.2, epochs: 20, callbacks: [checkpoint] });
 * checkpoint.restore();
 */
export class ModelCheckpoint extends Callback {
  static readonly record: CallbackRecord = {
    name: "ModelCheckpoint",
    doc: "saves the model after epochs or steps, or only when it is better than ever",
    parameters,
  };
  readonly monitor: string;
  readonly options: ValuesOf<typeof parameters>;
  /** The best watched value so far, with `saveBestOnly`. */
  best?: number;
  /** The checkpoint that was saved last, where no `save` was given. */
  latest?: Checkpoint;
  /** Only there when steps are counted, so that epochs cost nothing per step. */
  override onTrainBatchEnd?: (batch: number, logs: Logs) => Promise<void>;
  readonly #save: (checkpoint: Checkpoint) => void | Promise<void>;
  #epoch = 0;
  #steps = 0;

  constructor(options: ModelCheckpointOptions = {}) {
    super();
    this.options = resolve("PL4004", "ModelCheckpoint", parameters, options);
    this.monitor = this.options.monitor;
    this.#save = this.options.save ?? ((checkpoint) => void (this.latest = checkpoint));
    const { saveFreq } = this.options;
    if (saveFreq === undefined) return;
    this.onTrainBatchEnd = async (batch, logs) => {
      this.#steps += 1;
      if (this.#steps % saveFreq === 0) await this.#consider(logs, batch);
    };
  }

  override onTrainBegin(plan: TrainPlan): void {
    if (this.options.saveBestOnly) checkMonitor("ModelCheckpoint", this.monitor, plan);
    this.best = this.options.initialValueThreshold;
    this.#steps = 0;
  }

  override onEpochBegin(epoch: number): void {
    this.#epoch = epoch;
  }

  override async onEpochEnd(_epoch: number, logs: Logs): Promise<void> {
    if (this.options.saveFreq === undefined) await this.#consider(logs);
  }

  /** Gives the model the checkpoint that was kept in memory; without one, does nothing. */
  restore(): void {
    if (this.latest !== undefined) this.model!.setState(this.latest.state);
  }

  async #consider(logs: Logs, batch?: number): Promise<void> {
    const { saveBestOnly, saveWeightsOnly } = this.options;
    const model = this.model!;
    if (saveBestOnly) {
      const value = logs[this.monitor];
      const watched = { monitor: this.monitor, mode: this.options.mode };
      if (value === undefined || !isBetter(value, this.best, model, watched)) return;
      this.best = value;
    }
    const { weights, optimizer } = model.getState();
    const state = saveWeightsOnly || optimizer === undefined ? { weights } : { weights, optimizer };
    await this.#save({
      epoch: this.#epoch,
      ...(batch === undefined ? {} : { batch }),
      logs: { ...logs },
      state,
    });
  }
}
