/** Writes the log of a fit within its epochs. */
import type { StepLog } from "./history.ts";
import { StepLosses } from "./step-losses.ts";
import type { Totals } from "./totals.ts";

export class StepLogger {
  readonly #log: StepLog;
  readonly #every: number;
  readonly #losses: StepLosses;
  readonly #rate: () => number;

  constructor(log: StepLog, every: number, totals: Totals, rate: () => number) {
    this.#log = log;
    this.#every = every;
    this.#losses = new StepLosses(totals);
    this.#rate = rate;
  }

  /** To be called when the totals were reset. */
  beginEpoch(): void {
    this.#losses.beginEpoch();
  }

  /** Whether there is to be a row for a step; steps are counted from 1, over the whole fit. */
  wants(step: number): boolean {
    return step % this.#every === 0;
  }

  /** Adds a row, to be called after its step. */
  add(step: number, epoch: number): void {
    this.#log.step.push(step);
    this.#log.epoch.push(epoch);
    this.#log.loss.push(this.#losses.next());
    this.#log.learningRate.push(this.#rate());
  }
}
