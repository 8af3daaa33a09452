/** Order along one axis. `attrs: { axis, descending }`. */
import type { DType } from "../base/dtype.ts";
import type { Sample, SortOp } from "../graph/op.ts";
import { arithmetic, numberAttr, requireAxis, requireDtype } from "./rules.ts";
import { floatEdges, intEdges } from "./samples.ts";

const sample = (
  shape: readonly number[],
  axis: number,
  descending: boolean,
  dtype: DType = "float32",
): Sample => ({
  inputs: [
    dtype === "int32"
      ? { shape, dtype, range: [-3, 3], edges: intEdges } // few values: ties show whether the order is stable
      : { shape, dtype, range: [-2, 2], edges: floatEdges },
  ],
  attrs: { axis, descending },
});

export const argsort: SortOp = {
  kind: "sort",
  name: "argsort",
  doc: "the indices that put each line in order; stable, NaN last in either direction",
  arity: 1,
  infer: ([input], attrs) => {
    requireDtype("argsort", input, arithmetic);
    requireAxis("argsort", numberAttr(attrs, "axis"), input.shape);
    return { shape: input.shape, dtype: "int32" };
  },
  before: (a, b) => a < b,
  samples: [false, true].flatMap((descending) => [
    sample([17], 0, descending),
    sample([1], 0, descending),
    sample([0], 0, descending),
    sample([3, 5], 1, descending),
    sample([5, 3], 0, descending),
    sample([2, 17, 3], 1, descending),
    sample([67], 0, descending, "int32"),
    sample([17], 0, descending, "float64"),
  ]),
};

export const sort = { argsort };
