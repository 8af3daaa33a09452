import type { Logs } from "../events.ts";
import { Callback, type CallbackRecord } from "./callback.ts";

/**
 * Ends training after the step whose running loss is NaN or infinite. The loss is read after every step.
 *
 * @example
 * const terminator = new TerminateOnNaN();
 * await model.fit(x, y, { callbacks: [terminator] });
 * if (terminator.stoppedAt !== undefined) console.log("diverged at step", terminator.stoppedAt.batch);
 */
export class TerminateOnNaN extends Callback {
  static readonly record: CallbackRecord = {
    name: "TerminateOnNaN",
    doc: "ends training when the loss is NaN or infinite",
    parameters: {},
  };
  /** Where it ended training, if it did: epoch and step of the epoch, counted from 0. */
  stoppedAt?: { readonly epoch: number; readonly batch: number };
  #epoch = 0;

  override onTrainBegin(): void {
    this.stoppedAt = undefined;
  }

  override onEpochBegin(epoch: number): void {
    this.#epoch = epoch;
  }

  override onTrainBatchEnd(batch: number, { loss }: Logs): void {
    if (Number.isFinite(loss)) return;
    this.stoppedAt = { epoch: this.#epoch, batch };
    this.model!.stopTraining = true;
  }
}
