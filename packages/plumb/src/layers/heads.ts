/**
 * What stands behind a tensor that a layer gave: as which *head* it is paired with losses and metrics, and the value
 * before its last activation, from which a cross-entropy is computed. Both belong to the tensor and reach the loss with
 * it, through models within models, without anybody handing them on.
 */
import type { Head } from "../base/contract.ts";
import type { Tensor } from "../tensor/index.ts";

const heads = new WeakMap<Tensor, { readonly head: Head; readonly before: Tensor }>();

/** What a tensor is, as the pairing reads it: "custom", of which nothing is assumed, where no layer said. */
export const headOf = (x: Tensor): Head => heads.get(x)?.head ?? "custom";

/** The value before the activation that gave a tensor; the tensor itself where there was none. */
export const beforeHeadOf = (x: Tensor): Tensor => heads.get(x)?.before ?? x;

/** Says of a tensor what it is, and what stood before its activation. */
export function setHead(x: Tensor, head: Head, before: Tensor = x): void {
  heads.set(x, { head, before });
}
