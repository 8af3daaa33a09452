/** Elements chosen by an index tensor. `attrs: { axis }`; inputs `[x, indices]`. Out of range reads NaN (0 for int32, bool). */
import { PlumbError } from "../base/errors.ts";
import { sameShape, type Shape } from "../base/shape.ts";
import type { GatherOp, Sample, SampleInput } from "../graph/op.ts";
import { numberAttr, requireAxis, requireIndices, showSpec } from "./rules.ts";

function sample(shape: Shape, indices: Shape, axis: number, dtype: SampleInput["dtype"] = "float32"): Sample {
  const extent = shape[axis];
  return {
    inputs: [
      {
        shape,
        dtype,
        range: dtype === "bool" ? [0, 1] : [-9, 9],
        edges: dtype === "float32" ? [NaN, Infinity] : [],
      },
      {
        shape: indices,
        dtype: "int32",
        range: [0, extent - 1],
        edges: [-1, extent, 0, extent - 1, -2147483648],
      },
    ],
    attrs: { axis },
    ulp: 0,
  };
}

export const gather: GatherOp = {
  kind: "gather",
  name: "gather",
  doc: "x[…, indices, …]: along one axis of x, the elements at the given indices, in the shape of the index tensor",
  arity: 2,
  infer: ([x, indices], attrs) => {
    const axis = numberAttr(attrs, "axis");
    requireAxis("gather", axis, x.shape);
    requireIndices("gather", indices);
    return {
      shape: [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)],
      dtype: x.dtype,
    };
  },
  axis: (attrs) => numberAttr(attrs, "axis"),
  indexAt: (at, attrs, _x, indices) => {
    const axis = numberAttr(attrs, "axis");
    return at.slice(axis, axis + indices.length);
  },
  read: (at, index, attrs, _x, indices) => {
    const axis = numberAttr(attrs, "axis");
    return [...at.slice(0, axis), index, ...at.slice(axis + indices.length)];
  },
  gradient: (g, { inputs: [x, indices], attrs }, dy) => [
    g.scatterAdd(dy, indices, numberAttr(attrs, "axis"), x.shape),
    null,
  ],
  samples: [
    sample([5], [17], 0),
    sample([5, 3], [4], 0),
    sample([3, 5], [2, 3], 1),
    sample([2, 5, 3], [4], 1),
    sample([5, 3], [], 0),
    sample([5], [0], 0),
    sample([5, 3], [4], 0, "int32"),
    sample([5, 3], [4], 0, "bool"),
    sample([5, 3], [4], 0, "float64"),
  ],
};

export const takeAlong: GatherOp = {
  kind: "gather",
  name: "takeAlong",
  doc: "along one axis of x, for every line of its own, the elements at the indices of the same line",
  arity: 2,
  infer: ([x, indices], attrs) => {
    const axis = numberAttr(attrs, "axis");
    requireAxis("takeAlong", axis, x.shape);
    requireIndices("takeAlong", indices);
    const rank = x.shape.length;
    if (indices.shape.length !== rank || !sameShape(indices.shape.with(axis, 0), x.shape.with(axis, 0))) {
      throw new PlumbError("PL1010", {
        asked: `takeAlong of ${showSpec(x)} with indices ${showSpec(indices)} along axis ${axis}`,
        why: "indices have the shape of x but for that axis",
        fix: "reshape or broadcast the indices, or use gather, which takes one list for all lines",
      });
    }
    return { shape: indices.shape, dtype: x.dtype };
  },
  axis: (attrs) => numberAttr(attrs, "axis"),
  indexAt: (at) => at,
  read: (at, index, attrs) => at.with(numberAttr(attrs, "axis"), index),
  gradient: (g, { inputs: [x, indices], attrs }, dy) => {
    const axis = numberAttr(attrs, "axis");
    if (indices.shape[axis] !== 1) return [g.scatterAddAlong(dy, indices, axis, x.shape), null];
    // One element per line: asking each place whether it was the one needs no scatter, and fuses.
    const chosen = g.equal(g.iota(x.shape, axis), g.broadcast(indices, x.shape));
    return [g.where(chosen, g.broadcast(dy, x.shape), g.constant(0, x)), null];
  },
  samples: [
    sample([3, 5], [3, 4], 1),
    sample([3, 5], [3, 1], 1),
    sample([5], [17], 0),
    sample([5, 3], [2, 3], 0),
    sample([2, 5, 3], [2, 4, 3], 1),
    sample([3, 5], [3, 0], 1),
    sample([3, 5], [3, 4], 1, "int32"),
    sample([3, 5], [3, 4], 1, "bool"),
    sample([3, 5], [3, 4], 1, "float64"),
  ],
};

export const gathers = { gather, takeAlong };
