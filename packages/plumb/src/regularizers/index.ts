/** The regularizers by name. A new one is a record in its file and a line in the list. */
import { lookupIn } from "../base/lookup.ts";
import type { Tensor } from "../tensor/index.ts";
import { L1, L1L2, L2 } from "./l1-l2.ts";
import { OrthogonalRegularizer } from "./orthogonal-regularizer.ts";
import { Regularizer } from "./regularizer.ts";

export { Regularizer, type RegularizerRecord } from "./regularizer.ts";
export { L1, L1L2, L2, OrthogonalRegularizer };

/** Every regularizer's class by its name. */
export const regularizerClasses = { L1, L2, L1L2, OrthogonalRegularizer } as const;

type ClassName = keyof typeof regularizerClasses;
/** The names that complete. */
export type RegularizerName =
  ClassName | "l1" | "l2" | "l1l2" | "l1_l2" | "orthogonalRegularizer" | "orthogonal_regularizer";

/** Anything that gives a penalty for a tensor. */
export interface RegularizerCall {
  readonly name: string;
  call(x: Tensor): Tensor;
}

/** What a regularizer argument takes: a name, an instance, or a function from tensor to scalar; null for none. */
export type RegularizerLike = RegularizerName | RegularizerCall | ((x: Tensor) => Tensor) | null;

const named = lookupIn(
  { code: "PL4012", kind: "regularizer", others: "a function from tensor to scalar" },
  Object.values(regularizerClasses),
);

function get(like: RegularizerLike | undefined): RegularizerCall | undefined {
  if (like === undefined || like === null) return undefined;
  if (typeof like === "object") return like;
  if (typeof like === "function" && !(like.prototype instanceof Regularizer))
    return { name: like.name || "custom", call: like };
  return new (named(like) as new () => Regularizer)();
}

/** Regularizers by name: `regularizers.get("l2")`, made with its defaults. Errors: PL4012 for a name that is none. */
export const regularizers = { get };
