/**
 * Where a tensor came from, for messages: the layer that gave it, or the input of a model. It is written down as a
 * function, so that a name which settles later is read when the message is written.
 */
import { Tensor } from "../tensor/index.ts";
import { beforeHeadOf, headOf, setHead } from "./heads.ts";
import { maskOf, setMask } from "./masks.ts";

const origins = new WeakMap<Tensor, () => string>();

/** `the layer "dense"`, `the model's input`; undefined for a tensor that no layer gave. */
export const originOf = (x: Tensor): string | undefined => origins.get(x)?.();

/** Says of a tensor where it came from. */
export function setOrigin(x: Tensor, origin: () => string): void {
  origins.set(x, origin);
}

/** Gives a tensor the origin of another, if that has one. */
export function copyOrigin(from: Tensor, to: Tensor): void {
  const origin = origins.get(from);
  if (origin !== undefined) origins.set(to, origin);
}

/**
 * The same value as another tensor, with what is known of that one. What is said of the second from here on (a mask, an
 * origin) leaves the first alone, which may be the user's own.
 */
export function secondOf(x: Tensor): Tensor {
  const second = new Tensor(x.node, x.pending);
  const before = beforeHeadOf(x);
  setHead(second, headOf(x), before === x ? second : before);
  setMask(second, maskOf(x));
  copyOrigin(x, second);
  return second;
}
