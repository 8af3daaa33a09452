/** Decoupled weight decay, and which variables are left out of it. Loshchilov and Hutter, 2017. */
import type { Tensor, Variable } from "../tensor/index.ts";

/** Variables to be left out: themselves, or by name. */
export interface DecayExclusions {
  readonly varList?: readonly Variable[];
  /** Regular expressions, or texts that are read as such, of which one is found in the last part of a variable's name. */
  readonly varNames?: readonly (string | RegExp)[];
}

/** Whether a variable decays. The name of `dense/bias` is `bias`: what stands before the last slash is its layer's. */
export function decays(variable: Variable, { varList = [], varNames = [] }: DecayExclusions): boolean {
  const name = variable.name.slice(variable.name.lastIndexOf("/") + 1);
  // `search` begins at the beginning, where `test` of an expression with the flag g would go on from the last find.
  return !varList.includes(variable) && !varNames.some((pattern) => name.search(pattern) >= 0);
}

/** w − λ η w. */
export const decayed = (value: Tensor, rate: Tensor, weightDecay: number | undefined): Tensor =>
  weightDecay ? value.sub(value.mul(rate.mul(weightDecay))) : value;
