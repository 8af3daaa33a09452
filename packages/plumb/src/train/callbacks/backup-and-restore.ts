import { integer, optional, resolve, type GivenOf } from "../../base/parameters.ts";
import type { ModelState } from "../model.ts";
import { Callback, type CallbackRecord, type TrainPlan } from "./callback.ts";

const parameters = {
  saveFreq: optional(integer(1, "Epochs from one backup to the next", { min: 1 })),
};

/** What a training that was cut short goes on from. */
export interface Backup {
  /** The epoch to go on with. */
  readonly epoch: number;
  readonly state: ModelState;
}

/** Where backups are put, and what is found there at the beginning. Promises are awaited. */
export interface BackupPlace {
  save(backup: Backup): void | Promise<void>;
  load(): Backup | undefined | Promise<Backup | undefined>;
  /** Called when training came to its end: there is nothing to go on from any more. */
  remove?(): void | Promise<void>;
}

/**
 * Lets a training that was cut short go on where it was: puts a backup away after each epoch, and begins with the one it
 * finds. Given the same data, options and seed, the result has the bits of a training that was never cut short. What other
 * callbacks remember, such as the patience of `EarlyStopping`, begins anew.
 *
 * The library has no files: `place` saves and loads. A training that a signal cut short keeps its backup; at its proper
 * end, `remove` is called. Errors: PL4007 when what is found is of another model.
 *
 * @example
 * let kept: Backup | undefined;
 * const place = { save: (backup) => void (kept = backup), load: () => kept };
 * await model.fit(x, y, { epochs: 20, seed: 1, callbacks: [new BackupAndRestore(place)] });
 */
export class BackupAndRestore extends Callback {
  static readonly record: CallbackRecord = {
    name: "BackupAndRestore",
    doc: "lets a training that was cut short go on where it was",
    parameters,
  };
  readonly #place: BackupPlace;
  readonly #every: number;
  #epochs = 0;
  #next = 0;

  constructor(place: BackupPlace, options: GivenOf<typeof parameters> = {}) {
    super();
    this.#place = place;
    this.#every = resolve("PL4004", "BackupAndRestore", parameters, options).saveFreq ?? 1;
  }

  override async onTrainBegin({ epochs, startFrom }: TrainPlan): Promise<void> {
    this.#epochs = epochs;
    this.#next = 0;
    const found = await this.#place.load();
    if (found === undefined) return;
    this.model!.setState(found.state);
    this.#next = found.epoch;
    startFrom(found.epoch);
  }

  override async onEpochEnd(epoch: number): Promise<void> {
    this.#next = epoch + 1;
    if (this.#next % this.#every === 0)
      await this.#place.save({ epoch: this.#next, state: this.model!.getState() });
  }

  override async onTrainEnd(): Promise<void> {
    if (this.#next >= this.#epochs || this.model!.stopTraining) await this.#place.remove?.();
  }
}
