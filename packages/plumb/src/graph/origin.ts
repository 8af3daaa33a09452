/**
 * Which part of a model a node was made for: a layer, the loss, the optimizer. Profiles tell it; it is not structure, and
 * nothing that computes looks at it. What is made from a node (its gradient, a simpler form) has its origin.
 */

/** A part of a model, and which way the computation goes. */
export interface Origin {
  /** The path of a layer, `encoder/dense`, or another part of a step: `loss`, `optimizer`. */
  readonly name: string;
  /** True for what gradients are computed with. */
  readonly backward: boolean;
}

/** A part that is no layer. */
export const partOf = (name: "data" | "loss" | "metrics" | "optimizer"): Origin => ({
  name,
  backward: false,
});

let current: Origin | undefined;

/** The part that nodes are being made for; undefined where nobody says so. */
export const currentOrigin = (): Origin | undefined => current;

/** Nodes that `fn` makes are of that origin. */
export function withOrigin<R>(origin: Origin | undefined, fn: () => R): R {
  const outer = current;
  current = origin;
  try {
    return fn();
  } finally {
    current = outer;
  }
}

/** The origin of a gradient; that of a gradient's gradient is the same. */
export const backwardOf = (origin: Origin | undefined): Origin | undefined =>
  origin && { ...origin, backward: true };
