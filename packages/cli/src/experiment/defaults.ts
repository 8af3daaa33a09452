/**
 * What is used where no flag says otherwise, by the number of training rows. How the numbers were chosen, and how far
 * that can be trusted: `docs/decisions/0009-cli-defaults.md`.
 */
export interface Recipe {
  readonly layers: readonly number[];
  readonly epochs: number;
  readonly batch: number;
  readonly rate: number;
  readonly decay: number;
  readonly dropout: number;
  readonly patience: number;
}

const common = { rate: 0.001, dropout: 0 };

/** Few rows: a small network, held back by weight decay, that may look at them often. */
const few: Recipe = { ...common, layers: [64], epochs: 300, batch: 32, decay: 0.3, patience: 30 };

/** Many rows: a deeper network, larger batches, fewer rounds. */
const many: Recipe = { ...common, layers: [64, 64], epochs: 100, batch: 128, decay: 0.1, patience: 10 };

/** Training rows from which there are many. */
export const manyRows = 5000;

/** The recipe for a number of training rows. */
export const recipeFor = (rows: number): Recipe => (rows < manyRows ? few : many);
