/**
 * Masks: which steps of a sequence are there. A mask belongs to a tensor and goes with it from layer to layer, to the
 * loss and to the metrics, without the user handing it on.
 */
import type { Tensor } from "../tensor/index.ts";

const masks = new WeakMap<Tensor, Tensor>();

/** The mask of a tensor, bool, of its first axes: `[batch, steps]` mostly; undefined where all of it counts. */
export const maskOf = (x: Tensor): Tensor | undefined => masks.get(x);

/** Gives a tensor its mask. */
export function setMask(x: Tensor, mask: Tensor | undefined): void {
  if (mask === undefined) masks.delete(x);
  else masks.set(x, mask);
}
