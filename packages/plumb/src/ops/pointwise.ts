/** The makers of elementwise records: they fix kind, arity and the shape rule, so that a record states only its own facts. */
import type { DType } from "../base/dtype.ts";
import type { ElementwiseOp } from "../graph/op.ts";
import { requireDtype, requireSame } from "./rules.ts";

/** An elementwise record of one, two or three operands: arity is literal, so that methods can be derived from types. */
export type Unary = ElementwiseOp & { readonly arity: 1 };
export type Binary = ElementwiseOp & { readonly arity: 2 };
export type Ternary = ElementwiseOp & { readonly arity: 3 };

/** What an elementwise record says itself. `accepts`: dtypes of its operands; `result`: its dtype where not theirs. */
export type Facts = Omit<ElementwiseOp, "kind" | "name" | "arity" | "infer"> & {
  readonly accepts: readonly DType[];
  readonly result?: DType;
};

function pointwiseOp<A extends number>(
  name: string,
  arity: A,
  { accepts, result, ...facts }: Facts,
): ElementwiseOp & { readonly arity: A } {
  return {
    kind: "elementwise",
    name,
    arity,
    infer: (inputs) => {
      for (const input of inputs) requireDtype(name, input, accepts);
      const { shape, dtype } = requireSame(name, inputs);
      return { shape, dtype: result ?? dtype };
    },
    ...facts,
  };
}

export const unary = (name: string, facts: Facts): Unary => pointwiseOp(name, 1, facts);
export const binary = (name: string, facts: Facts): Binary => pointwiseOp(name, 2, facts);
