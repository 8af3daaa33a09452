/** The rows of each step: an order per epoch, cut into batches. */
import { shuffleRows } from "./permutation.ts";

/**
 * Walks over chosen rows in batches. The last batch may be smaller; rows are never repeated to fill it, since means and
 * normalisation over padded rows would differ.
 */
export class Batches {
  readonly rows: Int32Array;
  readonly batchSize: number;
  /** Steps per epoch. */
  readonly steps: number;
  /** Rows of the last batch when it is smaller than the others, else 0. */
  readonly remainder: number;
  readonly #order: Int32Array;

  constructor(rows: Int32Array, batchSize: number) {
    this.rows = rows;
    this.batchSize = Math.min(batchSize, rows.length);
    this.steps = Math.ceil(rows.length / Math.max(1, this.batchSize));
    this.remainder = rows.length % Math.max(1, this.batchSize);
    this.#order = rows.slice();
  }

  /** The row counts that occur: one, or two when there is a remainder. Each is a program. */
  get sizes(): readonly number[] {
    return this.remainder === 0 ? [this.batchSize] : [this.batchSize, this.remainder];
  }

  /** The number of rows of the step. */
  sizeOf(step: number): number {
    return step === this.steps - 1 && this.remainder > 0 ? this.remainder : this.batchSize;
  }

  /** Orders the rows for an epoch: a function of seed and epoch alone. */
  shuffle(seed: number, epoch: number): void {
    this.#order.set(this.rows);
    shuffleRows(this.#order, seed, "epoch", epoch);
  }

  /** Writes the row numbers of the step into `into`, whose length is the step's size. Makes no object. */
  fill(step: number, into: Int32Array): void {
    const start = step * this.batchSize;
    for (let i = 0; i < into.length; i++) into[i] = this.#order[start + i];
  }
}
