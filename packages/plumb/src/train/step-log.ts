/** Writes the log of a fit within its epochs. */
import type { StepLog } from "./history.ts";
import type { Totals } from "./totals.ts";

export class StepLogger {
  readonly #log: StepLog;
  readonly #every: number;
  readonly #totals: Totals;
  readonly #rate: () => number;
  #sum = 0;
  #rows = 0;

  constructor(log: StepLog, every: number, totals: Totals, rate: () => number) {
    this.#log = log;
    this.#every = every;
    this.#totals = totals;
    this.#rate = rate;
  }

  /** To be called when the totals were reset. */
  beginEpoch(): void {
    this.#sum = this.#rows = 0;
  }

  /** Whether there is to be a row for a step; steps are counted from 1, over the whole fit. */
  wants(step: number): boolean {
    return step % this.#every === 0;
  }

  /** Adds a row, to be called after its step. */
  add(step: number, epoch: number): void {
    const [sum, rows] = [this.#totals.readLoss(), this.#totals.rows];
    this.#log.step.push(step);
    this.#log.epoch.push(epoch);
    this.#log.loss.push((sum - this.#sum) / (rows - this.#rows));
    this.#log.learningRate.push(this.#rate());
    [this.#sum, this.#rows] = [sum, rows];
  }
}
