/** The loss of single steps, from the totals that steps add to. */
import type { Totals } from "./totals.ts";

/** Reads, after a step, the mean loss of the rows since it was read last. */
export class StepLosses {
  readonly #totals: Totals;
  #sum = 0;
  #rows = 0;

  constructor(totals: Totals) {
    this.#totals = totals;
  }

  /** To be called when the totals were reset. */
  beginEpoch(): void {
    this.#sum = this.#rows = 0;
  }

  /** The mean loss over the rows since the last call, or since the epoch began. */
  next(): number {
    const [sum, rows] = [this.#totals.readLoss(), this.#totals.rows];
    const loss = (sum - this.#sum) / (rows - this.#rows);
    [this.#sum, this.#rows] = [sum, rows];
    return loss;
  }
}
