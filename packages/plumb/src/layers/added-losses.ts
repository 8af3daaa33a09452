/** Losses that layers add of their own while a model runs: penalties on outputs, and whatever a layer finds to add. */
import type { Tensor } from "../tensor/index.ts";

let collected: Tensor[] | undefined;

/**
 * Runs `fn` and gives what it returned together with the losses that layers added meanwhile, in the order of the calls. Of
 * collections inside one another, the inner one gets them. Outside of all, added losses go nowhere.
 *
 * `fit` and `evaluate` do so by themselves; a loop of your own that wants penalties on outputs calls this.
 *
 * @example
 * const { value: output, losses } = collectLosses(() => model.call(x, { training: true }));
 * const total = losses.reduce((sum, one) => sum.add(one), loss.call(y, output));
 */
export function collectLosses<R>(fn: () => R): { value: R; losses: readonly Tensor[] } {
  const outer = collected;
  const losses: Tensor[] = (collected = []);
  try {
    return { value: fn(), losses };
  } finally {
    collected = outer;
  }
}

/** The losses added so far in the collection that is going on. */
export const addedLosses = (): readonly Tensor[] => collected ?? [];

/** Adds a scalar to the collection that is going on. */
export function addLoss(loss: Tensor): void {
  collected?.push(loss);
}
