/** Leaves: values that no other node computes. Structure (`constant`, `iota`) or bound at run time (the others). */
import type { Attrs, Spec } from "../graph/node.ts";
import type { SourceOp } from "../graph/op.ts";
import { dtypeAttr, listAttr, numberAttr, requireAxis } from "./rules.ts";

/** The spec that a leaf's own attributes `{ shape, dtype }` state. */
const stated = (_inputs: readonly Spec[], attrs: Attrs): Spec => ({
  shape: listAttr(attrs, "shape"),
  dtype: dtypeAttr(attrs),
});

const leaf = (
  name: string,
  form: SourceOp["form"],
  doc: string,
  infer: SourceOp["infer"] = stated,
): SourceOp => ({ kind: "source", name, form, doc, arity: 0, infer, samples: [] });

/** `attrs: { shape, dtype, value }`. */
export const constant: SourceOp = leaf("constant", "constant", "one number everywhere, part of the program");

/** `attrs: { shape, dtype, axis }`. */
export const iota: SourceOp = leaf(
  "iota",
  "iota",
  "0, 1, 2 … along an axis, the same along all others",
  (inputs, attrs) => {
    const spec = stated(inputs, attrs);
    requireAxis("iota", numberAttr(attrs, "axis"), spec.shape);
    return spec;
  },
);

/** `attrs: { shape, dtype }`, as for `resident` and `argument`. */
export const data: SourceOp = leaf("data", "bound", "values held by JavaScript");

/** `attrs: { dtype }`. */
export const scalar: SourceOp = leaf("scalar", "bound", "one number given at run time", (_inputs, attrs) => ({
  shape: [],
  dtype: dtypeAttr(attrs),
}));

export const resident: SourceOp = leaf("resident", "bound", "values that live in the backend's memory");

export const argument: SourceOp = leaf("argument", "bound", "an argument of a traced function");

export const parameter: SourceOp = leaf("parameter", "bound", "a value inside a loop, another in each step");

export const draw: SourceOp = leaf(
  "draw",
  "bound",
  "the number of a random draw, afresh at each run",
  () => ({
    shape: [],
    dtype: "int32",
  }),
);

export const source = { constant, iota, data, scalar, resident, argument, parameter, draw };
